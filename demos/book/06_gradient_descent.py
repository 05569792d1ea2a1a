# %% [markdown] tags=["ko"]
# # 6장. 경사하강법
#
# 안개 낀 산에서 골짜기로 내려가려 합니다. 멀리는 보이지 않지만 발밑의 **기울기**는 느낄 수 있습니다.
# 가장 가파른 내리막 쪽으로 한 걸음, 다시 기울기를 느끼고 한 걸음. 이것이 **경사하강법**입니다.
#
# > 새 가중치 = 옛 가중치 − 0.01 × 기울기
#
# 0.01은 보폭이고 **학습률**이라고 부릅니다. 빼는 까닭은 기울기가 **오르막**을 가리키기 때문입니다.

# %% [markdown] tags=["en"]
# # Chapter 6. Gradient descent
#
# You are on a mountain in fog and want to go down to the valley. You cannot see far, but you feel the **slope** under
# your feet. One step down the steepest way, feel again, one more step. This is **gradient descent**.
#
# > new weight = old weight − 0.01 × gradient
#
# 0.01 is the length of the stride, called the **learning rate**. We subtract, because the gradient points **uphill**.

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import BLUE, GREEN, RED, figure, label, say, show, size
from micrograd_kr.houses import HOUSES

houses = HOUSES[:10]  # 열 채만 / ten houses will do
areas = [house.area / 1000 for house in houses]  # 천 제곱피트 / 1,000 square feet
prices = [house.price / 100 for house in houses]  # 십만 달러 / 100,000 dollars


def cost_of(weight, bias):
    errors = [weight * area + bias - price for area, price in zip(areas, prices)]
    return sum(error**2 for error in errors)


# %% [markdown] tags=["ko"]
# ## 기울기는 가중치마다 따로
#
# 손잡이가 둘이면 기울기도 둘입니다. 하나를 **붙잡아 두고** 다른 하나만 조금 움직였을 때 비용이 얼마나 변하는가.
# 이것을 **편미분**이라고 합니다. 정말로 조금 움직여 보고, `backward()`가 적어 준 기울기와 견주어 봅시다.

# %% [markdown] tags=["en"]
# ## Each weight has a gradient of its own
#
# Two knobs, two gradients: how the cost changes if one is moved a little while the other is **held still**. This is
# called a **partial derivative**. Let us really move each a little, and compare with what `backward()` noted.

# %%
weight, bias = Value(-0.5, label="weight"), Value(2.0, label="bias")
cost = cost_of(weight, bias)
cost.backward()

little = 1e-6
say(
    ko=f"가중치만 움직이면: {(cost_of(-0.5 + little, 2.0) - cost_of(-0.5, 2.0)) / little:8.4f}   backward: {weight.grad:8.4f}",
    en=f"move the weight alone: {(cost_of(-0.5 + little, 2.0) - cost_of(-0.5, 2.0)) / little:8.4f}   backward: {weight.grad:8.4f}",
)
say(
    ko=f"편향만 움직이면:   {(cost_of(-0.5, 2.0 + little) - cost_of(-0.5, 2.0)) / little:8.4f}   backward: {bias.grad:8.4f}",
    en=f"move the bias alone:   {(cost_of(-0.5, 2.0 + little) - cost_of(-0.5, 2.0)) / little:8.4f}   backward: {bias.grad:8.4f}",
)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.7, sharey=True)
for axes, at, slope, along in [
    (left, -0.5, weight.grad, lambda t: cost_of(t, 2.0)),
    (right, 2.0, bias.grad, lambda t: cost_of(-0.5, t)),
]:
    ts = [at + i / 50 for i in range(-60, 61)]
    axes.plot(ts, [along(t) for t in ts], color=BLUE, label=label(ko="비용", en="cost"))
    axes.plot(
        [at - 0.4, at + 0.4],
        [cost.data - 0.4 * slope, cost.data + 0.4 * slope],
        color=RED,
        label=label(ko=f"기울기 {slope:.2f}", en=f"gradient {slope:.2f}"),
    )
    axes.scatter([at], [cost.data], color=RED, zorder=3)
    axes.legend(fontsize=9)
left.set(
    title=label(ko="편향은 붙잡아 두고", en="the bias held still"),
    xlabel=label(ko="가중치 (십만 달러 / 천 제곱피트)", en="weight (100,000 dollars per 1,000 sq ft)"),
    ylabel=label(ko="비용 (십만 달러의 제곱)", en="cost (100,000 dollars, squared)"),
)
right.set(
    title=label(ko="가중치는 붙잡아 두고", en="the weight held still"),
    xlabel=label(ko="편향 (십만 달러)", en="bias (100,000 dollars)"),
)
show(
    "partial_derivatives",
    canvas,
    ko="손잡이 하나씩 움직여 본 비용과 그 자리의 기울기",
    en="The cost as one knob alone is moved, and the gradient at this place",
)

# %% [markdown] tags=["ko"]
# ## 산을 내려가는 길
#
# 이제 식 그대로 걸어 봅시다. 한 걸음마다 모든 손잡이가 **동시에** 자기 기울기의 반대쪽으로 움직입니다.

# %% [markdown] tags=["en"]
# ## The way down
#
# Now we walk, just as the formula says. In each step all knobs move **at the same time**, each against its own gradient.


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
    say(
        ko=f"학습률 {rate:6}: 비용 {path[0][2]:.3f} → {path[-1][2]:.3f}",
        en=f"learning rate {rate:6}: cost {path[0][2]:.3f} → {path[-1][2]:.3f}",
    )

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
        xlabel=label(ko="가중치 (십만 달러 / 천 제곱피트)", en="weight (100,000 dollars / 1,000 sq ft)"),
    )


titles = {
    0.0005: label(ko="너무 작다: 0.0005", en="too small: 0.0005"),
    0.01: label(ko="알맞다: 0.01", en="right: 0.01"),
    0.02: label(ko="너무 크다: 0.02", en="too large: 0.02"),
}
canvas, panels = figure(1, 3, width=10, height=3.9, sharey=True)
for axes, (rate, title) in zip(panels, titles.items()):
    draw_surface(axes)
    path = paths[rate] if rate < 0.02 else paths[rate][:9]  # 곧 그림 밖으로 나간다 / soon it leaves the picture
    axes.plot([w for w, _, _ in path], [b for _, b, _ in path], color=RED, marker="o", markersize=3, linewidth=1)
    axes.set_title(title)
panels[0].set_ylabel(label(ko="편향 (십만 달러)", en="bias (100,000 dollars)"))
show(
    "three_learning_rates",
    canvas,
    ko=f"비용의 지형(밝을수록 낮다)과 {steps}걸음의 길. 학습률이 작으면 느리고, 크면 골짜기를 건너뛰며 튕겨 나간다",
    en=f"The landscape of the cost (brighter is lower) and {steps} steps. Too small is slow; too large leaps across the valley and out",
)

# %% [markdown] tags=["ko"]
# ## 모멘텀과 Adam
#
# 이 골짜기는 좁고 깁니다. 가파른 쪽으로는 금세 내려가지만, 바닥을 따라서는 기울기가 작아 좀처럼 나아가지 못합니다.
#
# - **모멘텀**은 굴러가는 공처럼 지난 걸음의 속도를 이어 갑니다. 같은 방향이 이어지면 점점 빨라집니다.
# - **Adam**은 손잡이마다 보폭을 따로 정합니다. 기울기가 늘 작던 손잡이는 보폭을 키워 줍니다.

# %% [markdown] tags=["en"]
# ## Momentum and Adam
#
# This valley is narrow and long. We come down its steep side at once, but along its floor the gradient is small, and we
# hardly move on.
#
# - **Momentum** keeps some of the last step's speed, like a rolling ball: it gains speed while the direction lasts.
# - **Adam** gives each knob a stride of its own: a knob whose gradients have always been small takes larger ones.

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
    say(ko=f"{name:9} {steps}걸음 뒤 비용 {path[-1][2]:.4f}", en=f"{name:9} cost after {steps} steps {path[-1][2]:.4f}")

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.8, height=4)
draw_surface(left)
for (name, path), color in zip(runs.items(), [RED, GREEN, BLUE]):
    shown = label(
        ko={"SGD": "경사하강법", "momentum": "모멘텀", "Adam": "Adam"}[name],
        en={"SGD": "gradient descent"}.get(name, name),
    )
    left.plot([w for w, _, _ in path], [b for _, b, _ in path], color=color, linewidth=1.3)
    right.plot([c for _, _, c in path], color=color, label=shown)
left.set_ylabel(label(ko="편향 (십만 달러)", en="bias (100,000 dollars)"))
right.set(
    yscale="log",
    xlabel=label(ko="걸음 (번)", en="steps (count)"),
    ylabel=label(ko="비용 (십만 달러의 제곱)", en="cost (100,000 dollars, squared)"),
)
right.legend(fontsize=9)
show(
    "optimizers",
    canvas,
    ko="같은 출발점에서 세 가지 방법으로 내려간 길과 비용",
    en="Three ways down from the same start, and their costs",
)

# %% [markdown] tags=["ko"]
# ## 무엇을 배웠나
#
# - 기울기는 가중치마다 따로 있다. 모두 자기 기울기의 반대쪽으로 학습률만큼 움직인다.
# - 학습률이 작으면 느리고, 크면 비용이 오히려 커진다.
# - 모멘텀과 Adam은 좁고 긴 골짜기를 더 빨리 지난다.

# %% [markdown] tags=["en"]
# ## What was learnt
#
# - Each weight has its own gradient, and moves against it by the learning rate.
# - A small learning rate is slow; with one too large the cost even grows.
# - Momentum and Adam pass faster through a long, narrow valley.
