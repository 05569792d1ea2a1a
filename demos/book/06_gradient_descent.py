"""Chapter 6. Gradient descent.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/06_gradient_descent.md;
`python -m micrograd_kr book 6` shows them with the code.
"""

# %% [markdown] gradient_descent

# %% [markdown] aims

# %% [markdown] formula

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import say, size
from micrograd_kr.houses import HOUSES

houses = HOUSES[:10]  # ten houses will do
areas = [house.area / 1000 for house in houses]  # 1,000 square feet
prices = [house.price / 100 for house in houses]  # 100,000 dollars


def cost_of(weight, bias):
    losses = [(weight * area + bias - price) ** 2 for area, price in zip(areas, prices)]
    return sum(losses) / len(losses)


# %% [markdown] slope_is_felt

# %% tags=["hide-input"]
from micrograd_kr.book import label, show, widget

names = {"x": label("weight_short"), "y": label("cost")}
show("slope", widget("slope", lambda w: cost_of(w, 2.0), at=-0.5, low=-1.5, high=2.5, **names))

# %% [markdown] each_weight_has_a_gradient

# %%
weight, bias = Value(-0.5, label="weight"), Value(2.0, label="bias")
cost = cost_of(weight, bias)
cost.backward()

little = 1e-6
say(
    "move_the_weight_alone",
    weight_slope=(cost_of(-0.5 + little, 2.0) - cost_of(-0.5, 2.0)) / little,
    weight_gradient=weight.grad,
)
say(
    "move_the_bias_alone",
    bias_slope=(cost_of(-0.5, 2.0 + little) - cost_of(-0.5, 2.0)) / little,
    bias_gradient=bias.grad,
)

# %% tags=["hide-input"]
from micrograd_kr.book import ERROR, MODEL, figure

canvas, (left, right) = figure(1, 2, width=9.4, height=3.7, sharey=True)
for axes, at, slope, along in [
    (left, -0.5, weight.grad, lambda t: cost_of(t, 2.0)),
    (right, 2.0, bias.grad, lambda t: cost_of(-0.5, t)),
]:
    ts = [at + i / 25 for i in range(-30, 66)]
    costs = [along(t) for t in ts]
    lowest = min(range(len(ts)), key=costs.__getitem__)
    axes.plot(ts, costs, color=MODEL, label=label("cost"))
    axes.plot(
        [at - 0.4, at + 0.4],
        [cost.data - 0.4 * slope, cost.data + 0.4 * slope],
        color=ERROR,
        label=label("gradient", slope=slope),
    )
    axes.scatter([at], [cost.data], color=ERROR, zorder=3)
    if 0 < lowest < len(ts) - 1:
        axes.scatter(
            [ts[lowest]], [costs[lowest]], color=MODEL, marker="*", s=120, zorder=3, label=label("minimum_here")
        )
    axes.legend(fontsize=9)
left.set(
    title=label("bias_held_still"),
    xlabel=label("weight"),
    ylabel=label("cost_axis"),
)
right.set(
    title=label("weight_held_still"),
    xlabel=label("bias"),
)
show("partial_derivatives", canvas)

# %% [markdown] nudge_and_see

# %% tags=["hide-input"]
show("nudged_weight", widget("nudge", lambda w: cost_of(w, 2.0), at=-0.5, largest=0.4, **names))

# %% [markdown] way_down


# %%
def walk(learning_rate, steps):
    weight, bias = Value(-0.5), Value(2.0)
    path = []
    for _ in range(steps):
        cost = cost_of(weight, bias)
        path.append((weight.data, bias.data, cost.data))
        weight.grad = bias.grad = 0.0
        cost.backward()
        weight.data = weight.data - learning_rate * weight.grad
        bias.data = bias.data - learning_rate * bias.grad
    return path


steps = size(400, small=9)
paths = {rate: walk(rate, steps) for rate in [0.005, 0.15, 0.2]}
for rate, path in paths.items():
    say("learning_rate", rate=rate, steps=steps, before=path[0][2], after=path[-1][2])

# %% [markdown] lowest_place

# %%
from statistics import linear_regression

best = linear_regression(areas, prices)
say("minimum", weight=best[0], bias=best[1], cost=cost_of(*best))

# %% tags=["hide-input"]
import math


def draw_surface(axes):
    weights = [-0.6 + 3.4 * i / 60 for i in range(61)]
    biases = [-1.6 + 5.6 * i / 60 for i in range(61)]
    heights = [[math.log10(cost_of(w, b)) for w in weights] for b in biases]
    axes.contourf(weights, biases, heights, levels=14, cmap="Greys", vmax=3, antialiased=False)
    axes.plot(*best, marker="*", markersize=12, color=MODEL, markeredgecolor="white", linestyle="", zorder=4)
    axes.set(
        xlim=(-0.6, 2.8),
        ylim=(-1.6, 4.0),
        xlabel=label("weight_axis"),
        ylabel=label("bias"),
    )


titles = {
    0.005: label("too_small"),
    0.15: label("right_rate"),
    0.2: label("too_large"),
}
canvas, panels = figure(1, 3, width=10, height=3.9, sharey=True)
for axes, (rate, title) in zip(panels, titles.items()):
    draw_surface(axes)
    path = paths[rate] if rate < 0.2 else paths[rate][:9]  # soon it leaves the picture
    axes.plot([w for w, _, _ in path], [b for _, b, _ in path], color=ERROR, marker="o", markersize=3, linewidth=1)
    axes.set_title(title)
show("three_learning_rates", canvas, steps=steps)

# %% [markdown] try_a_rate

# %% tags=["hide-input"]
reach = {"start": -1.0, "low": -1.5, "high": 2.2, "rates": (0.002, 0.35), "steps": 12}
show("rates_by_hand", widget("learning_rate", lambda w: cost_of(w, 2.0), **reach, **names))

# %% [markdown] momentum_and_adam

# %%
steps = size(200, small=6)
runs = {}
for name, make in {
    label("plain"): lambda knobs: nn.SGD(knobs, lr=0.15),
    label("momentum"): lambda knobs: nn.SGD(knobs, lr=0.02, momentum=0.9),
    "Adam": lambda knobs: nn.Adam(knobs, lr=0.2),
}.items():
    weight, bias = Value(-0.5), Value(2.0)
    optimizer, runs[name] = make([weight, bias]), []
    for _ in range(steps):
        cost = cost_of(weight, bias)
        runs[name].append((weight.data, bias.data, cost.data))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()

for name, path in runs.items():
    say("cost_after_steps", name=name, steps=steps, after=path[-1][2])

# %% tags=["hide-input"]
from micrograd_kr.book import CLASSES

canvas, (left, right) = figure(1, 2, width=9.8, height=4)
draw_surface(left)
for (name, path), color in zip(runs.items(), [ERROR, CLASSES[4], CLASSES[5]]):
    left.plot([w for w, _, _ in path], [b for _, b, _ in path], color=color, linewidth=1.6, label=name)
    right.plot([c for _, _, c in path], color=color, label=name)
right.axhline(cost_of(*best), color=MODEL, linestyle="--", label=label("minimum_here"))
left.legend(fontsize=9, frameon=True)
right.set(
    yscale="log",
    xlabel=label("steps"),
    ylabel=label("cost_axis"),
)
right.legend(fontsize=9)
show("optimizers", canvas)

# %% [markdown] recap

# %% [question] one_step predict
weight, gradient = 2.0, 10.0
print(round(weight - 0.01 * gradient, 2))

# %% [question] slope_of_a_parabola predict
w = Value(3.0)
cost = (w - 1) ** 2 + 5
cost.backward()
print(w.grad)

# %% [question] rate_too_large choose
w, costs = Value(3.0), []
for step in range(4):
    cost = (w - 1) ** 2
    costs.append(cost.data)
    w.grad = 0.0
    cost.backward()
    w.data -= 1.5 * w.grad
grows, same = costs[-1] > costs[0], costs[-1] == costs[0]
print(2 if grows else 3 if same else 1)

# %% [question] at_the_minimum choose
w = Value(1.0)
((w - 1) ** 2).backward()
print({-1: 1, 0: 2, 1: 3}[(w.grad > 0) - (w.grad < 0)])

# %% [question] both_at_once mend
a, b = Value(1.0), Value(1.0)
cost = (2 * a + b - 5) ** 2
cost.backward()
a.data -= 0.1 * a.grad
b.data -= 0.1 * a.grad  # mend: b.data -= 0.1 * b.grad
print(round(a.data, 2), round(b.data, 2))
