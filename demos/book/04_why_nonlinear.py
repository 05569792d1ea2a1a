"""Chapter 4. Why non-linearity.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/04_why_nonlinear.md;
`python -m micrograd_kr book 4` shows them with the code.
"""

# %% [markdown] why_non_linearity

# %% [markdown] three_layers_fold_into_one

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

say("folded_matrix_bias", weights=matrix[0].round(4), bias=bias[0])
say("greatest_difference", difference=abs(from_three_layers - from_one_matrix).max())

# %% [markdown] what_no_straight_line_can_separate

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
        say("right", problem=problem, activation=activation, right=right, count=len(Y))

# %% tags=["hide-input"]
canvas, panels = figure(2, 3, width=9.6, height=6)
called = {
    "XOR": "XOR",
    "moons": label("two_moons"),
    "linear": label("linear"),
    "sigmoid": label("sigmoid"),
    "relu": label("relu"),
}
for row, (problem, ((X, Y), _)) in zip(panels, problems.items()):
    for axes, activation in zip(row, ["linear", "sigmoid", "relu"]):
        model, share = trained[problem, activation]
        draw_boundary(axes, model, X, Y, fineness=size(60, small=8))
        axes.set(
            title=f"{called[problem]}, {called[activation]}: {share:.0%}",
            xlabel=label("first_input"),
        )
    row[0].set_ylabel(label("second_input"))
show("decision_boundaries", canvas)

# %% [markdown] what_makes_it_bend

# %% tags=["hide-input"]
from micrograd_kr import relu, sigmoid, tanh

canvas, panels = figure(1, 4, width=9.8, height=2.6)
xs = [i / 20 for i in range(-80, 81)]
for axes, (name, bend) in zip(panels, {"linear": lambda x: x, "sigmoid": sigmoid, "tanh": tanh, "relu": relu}.items()):
    axes.plot(xs, [bend(x) for x in xs], color="#2f6fb7")
    axes.axhline(0, color="#cccccc", linewidth=0.8, zorder=0)
    axes.set(title={"tanh": "tanh", **called}[name], xlabel=label("number"))
panels[0].set_ylabel(label("number_out"))
show("activations", canvas)

# %% [markdown] what_was_learnt
