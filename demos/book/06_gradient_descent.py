"""Chapter 6. Gradient descent.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/06_gradient_descent.md;
`python -m micrograd_kr book 6` shows them with the code.
"""

# %% [markdown] gradient_descent

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import BLUE, GREEN, RED, figure, label, say, show, size
from micrograd_kr.houses import HOUSES

houses = HOUSES[:10]  # ten houses will do
areas = [house.area / 1000 for house in houses]  # 1,000 square feet
prices = [house.price / 100 for house in houses]  # 100,000 dollars


def cost_of(weight, bias):
    errors = [weight * area + bias - price for area, price in zip(areas, prices)]
    return sum(error**2 for error in errors)


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
canvas, (left, right) = figure(1, 2, width=9.4, height=3.7, sharey=True)
for axes, at, slope, along in [
    (left, -0.5, weight.grad, lambda t: cost_of(t, 2.0)),
    (right, 2.0, bias.grad, lambda t: cost_of(-0.5, t)),
]:
    ts = [at + i / 50 for i in range(-60, 61)]
    axes.plot(ts, [along(t) for t in ts], color=BLUE, label=label("cost"))
    axes.plot(
        [at - 0.4, at + 0.4],
        [cost.data - 0.4 * slope, cost.data + 0.4 * slope],
        color=RED,
        label=label("gradient", slope=slope),
    )
    axes.scatter([at], [cost.data], color=RED, zorder=3)
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


steps = size(150, small=6)
paths = {rate: walk(rate, steps) for rate in [0.0005, 0.01, 0.02]}
for rate, path in paths.items():
    say("learning_rate", rate=rate, before=path[0][2], after=path[-1][2])

# %% tags=["hide-input"]
import math


def draw_surface(axes):
    weights = [-0.6 + 3.4 * i / 50 for i in range(51)]
    biases = [-1.6 + 5.6 * i / 50 for i in range(51)]
    heights = [[math.log10(cost_of(w, b)) for w in weights] for b in biases]
    axes.contourf(weights, biases, heights, levels=22, cmap="Greys", alpha=0.55)
    axes.set(
        xlim=(-0.6, 2.8),
        ylim=(-1.6, 4.0),
        xlabel=label("weight_axis"),
    )


titles = {
    0.0005: label("too_small"),
    0.01: label("right_rate"),
    0.02: label("too_large"),
}
canvas, panels = figure(1, 3, width=10, height=3.9, sharey=True)
for axes, (rate, title) in zip(panels, titles.items()):
    draw_surface(axes)
    path = paths[rate] if rate < 0.02 else paths[rate][:9]  # soon it leaves the picture
    axes.plot([w for w, _, _ in path], [b for _, b, _ in path], color=RED, marker="o", markersize=3, linewidth=1)
    axes.set_title(title)
panels[0].set_ylabel(label("bias"))
show("three_learning_rates", canvas, steps=steps)

# %% [markdown] momentum_and_adam

# %%
steps = size(200, small=6)
runs = {}
for name, make in {
    "SGD": lambda knobs: nn.SGD(knobs, lr=0.01),
    "momentum": lambda knobs: nn.SGD(knobs, lr=0.002, momentum=0.9),
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

lowest = min(cost for path in runs.values() for _, _, cost in path)
for name, path in runs.items():
    say("cost_after_steps", name=name, steps=steps, after=path[-1][2])

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.8, height=4)
draw_surface(left)
called = {
    "SGD": label("gradient_descent"),
    "momentum": label("momentum"),
    "Adam": "Adam",
}
for (name, path), color in zip(runs.items(), [RED, GREEN, BLUE]):
    left.plot([w for w, _, _ in path], [b for _, b, _ in path], color=color, linewidth=1.3)
    right.plot([c for _, _, c in path], color=color, label=called[name])
left.set_ylabel(label("bias"))
right.set(
    yscale="log",
    xlabel=label("steps"),
    ylabel=label("cost_axis"),
)
right.legend(fontsize=9)
show("optimizers", canvas)

# %% [markdown] what_was_learnt
