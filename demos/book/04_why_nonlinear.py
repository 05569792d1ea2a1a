# %% [markdown] tags=["ko"]
# # 4장. 왜 비선형인가
#
# 층을 쌓으면 똑똑해질까요? 곱하고 더하기만 하는 **선형** 층은 아무리 쌓아도 한 층과 다를 바가 없습니다.
# 이 장에서는 그것을 눈으로 확인하고, **활성화 함수**를 하나 끼워 넣으면 무엇이 달라지는지 봅니다.

# %% [markdown] tags=["en"]
# # Chapter 4. Why non-linearity
#
# Do more layers make a model cleverer? **Linear** layers, which only multiply and add, are no better than a single one,
# however many are stacked. This chapter shows it, and what changes once an **activation function** is put between.

# %% [markdown] tags=["ko"]
# ## 세 층이 한 층으로 접힌다
#
# 활성화 함수가 없는 세 층짜리 MLP를 만듭니다. 층마다 하는 일은 `출력 = 가중치 행렬 × 입력 + 편향`뿐입니다.
# 그러니 세 행렬을 미리 곱해 두면 행렬 하나, 편향 하나가 됩니다.
#
# > W₃(W₂(W₁x + b₁) + b₂) + b₃ = (W₃W₂W₁)x + (W₃W₂b₁ + W₃b₂ + b₃)

# %% [markdown] tags=["en"]
# ## Three layers fold into one
#
# Here is an MLP of three layers without an activation function. All that a layer does is
# `output = weight matrix × input + bias`. So multiply the three matrices beforehand, and one matrix and one bias are
# left:
#
# > W₃(W₂(W₁x + b₁) + b₂) + b₃ = (W₃W₂W₁)x + (W₃W₂b₁ + W₃b₂ + b₃)

# %%
import numpy as np
from micrograd_kr import nn
from micrograd_kr.book import draw_boundary, figure, label, outputs, say, show, size, train

deep = nn.MLP(2, [8, 8, 1], activation="linear", seed=1)

matrix, bias = np.eye(2), np.zeros(2)
for layer in deep.layers:
    W = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
    b = np.array([neuron.b.data for neuron in layer.neurons])
    matrix, bias = W @ matrix, W @ bias + b

points = np.random.default_rng(0).normal(size=(1000, 2))
from_three_layers = np.array(outputs(deep, points.tolist()))
from_one_matrix = points @ matrix[0] + bias[0]

say(
    ko=f"접은 행렬 {matrix[0].round(4)}, 편향 {bias[0]:.4f}",
    en=f"The folded matrix {matrix[0].round(4)}, bias {bias[0]:.4f}",
)
say(
    ko=f"점 1000개에서 두 답의 가장 큰 차이: {abs(from_three_layers - from_one_matrix).max():.0e} (반올림 오차뿐)",
    en=f"Greatest difference of the two answers at 1000 points: {abs(from_three_layers - from_one_matrix).max():.0e} "
    "(rounding alone)",
)

# %% [markdown] tags=["ko"]
# ## 직선 하나로는 나눌 수 없는 것들
#
# **XOR**은 점 네 개짜리 문제입니다. 두 입력이 서로 다를 때만 1입니다. **두 달**은 서로 맞물린 초승달 두 개입니다.
# 어느 쪽도 직선 하나로 나눌 수 없습니다. 그런데 선형 모델이 그을 수 있는 경계는 직선뿐입니다.
#
# 활성화 함수가 없는 모델(linear)과 시그모이드(sigmoid)나 렐루(relu)를 끼운 모델을 나란히 학습시켜 봅시다.
# 다른 것은 모두 같습니다.

# %% [markdown] tags=["en"]
# ## What no straight line can separate
#
# **XOR** is a problem of four points: the answer is 1 if the two inputs differ. **Moons** are two crescents that reach
# into each other. Neither can be cut apart by one straight line, and a straight line is all that a linear model draws.
#
# Let us train three models side by side: without an activation function (linear), with sigmoid, and with relu between
# the layers. All else is the same.

# %%
from sklearn.datasets import make_moons

xor = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
moons, moon_labels = make_moons(160, noise=0.12, random_state=1)
problems = {"XOR": (xor, size(400, small=2)), "moons": ((moons.tolist(), moon_labels.tolist()), size(80, small=1))}
trained = {}

for problem, ((X, Y), epochs) in problems.items():
    for activation in ["linear", "sigmoid", "relu"]:
        model = nn.MLP(2, [8, 8, 1], activation=activation, initialization="normal", seed=7)

        def cost(x, y, model=model):
            return nn.binary_cross_entropy(model(x), y)

        train(cost, X, Y, nn.Adam(model, lr=0.05), epochs=epochs)
        right = sum((score > 0) == (y == 1) for score, y in zip(outputs(model, X), Y))
        trained[problem, activation] = model, right / len(Y)
        say(
            ko=f"{problem:5} {activation:8} {right}/{len(Y)}개 맞힘",
            en=f"{problem:5} {activation:8} {right}/{len(Y)} right",
        )

# %% tags=["hide-input"]
canvas, panels = figure(2, 3, width=9.6, height=6)
called = {
    "linear": label(ko="선형", en="linear"),
    "sigmoid": label(ko="시그모이드", en="sigmoid"),
    "relu": label(ko="렐루", en="relu"),
}
for row, (problem, ((X, Y), _)) in zip(panels, problems.items()):
    for axes, activation in zip(row, called):
        model, share = trained[problem, activation]
        draw_boundary(axes, model, X, Y, fineness=size(60, small=8))
        name = label(ko={"XOR": "XOR", "moons": "두 달"}[problem], en=problem)
        axes.set(
            title=f"{name}, {called[activation]}: {share:.0%}",
            xlabel=label(ko="첫째 입력 (단위 없음)", en="first input (no unit)"),
        )
    row[0].set_ylabel(label(ko="둘째 입력 (단위 없음)", en="second input (no unit)"))
show(
    "decision_boundaries",
    canvas,
    ko="결정 경계: 선형 모델은 직선 하나를 긋고 실패하지만, 활성화 함수가 있으면 경계가 휜다",
    en="Decision boundaries: the linear model draws one straight line and fails; with an activation the boundary bends",
)

# %% [markdown] tags=["ko"]
# ## 휘게 하는 것들
#
# 활성화 함수는 수 하나를 받아 수 하나를 내놓는, 곧지 않은 함수입니다. 이 작은 휨이 층마다 쌓여 복잡한 경계가 됩니다.

# %% [markdown] tags=["en"]
# ## What makes it bend
#
# An activation function takes a number and gives a number, and its graph is not straight. From layer to layer these
# little bends add up to intricate boundaries.

# %% tags=["hide-input"]
from micrograd_kr import relu, sigmoid, tanh

canvas, panels = figure(1, 4, width=9.8, height=2.6)
xs = [i / 20 for i in range(-80, 81)]
for axes, (name, bend) in zip(panels, {"linear": lambda x: x, "sigmoid": sigmoid, "tanh": tanh, "relu": relu}.items()):
    axes.plot(xs, [bend(x) for x in xs], color="#2f6fb7")
    axes.axhline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.set(title={"tanh": "tanh", **called}[name], xlabel=label(ko="들어온 수", en="number in"))
panels[0].set_ylabel(label(ko="나간 수", en="number out"))
show(
    "activations",
    canvas,
    ko="선형 함수와 세 가지 활성화 함수 (단위 없는 수)",
    en="The linear function and three activations (plain numbers)",
)

# %% [markdown] tags=["ko"]
# ## 무엇을 배웠나
#
# - 선형 층만 쌓으면 한 층으로 접힌다. 경계는 언제나 직선이다.
# - 층 사이에 비선형 활성화 함수를 끼우면 XOR도 두 달도 나눌 수 있다.

# %% [markdown] tags=["en"]
# ## What was learnt
#
# - Linear layers alone fold into one; the boundary is always a straight line.
# - With a non-linear activation between the layers, XOR and moons can be separated.
