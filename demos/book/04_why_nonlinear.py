"""Chapter 4. Why non-linearity.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/04_why_nonlinear.md;
`python -m micrograd_kr book 4` shows them with the code.
"""

# %% [markdown] why_non_linearity

# %% [markdown] aims

# %% [markdown] three_layers_fold_into_one

# %%
import random

from micrograd_kr import nn
from micrograd_kr.book import outputs, say, size, train

deep = nn.MLP(2, [8, 8, 1], activation="linear", seed=1)
for place, parameter in enumerate(deep.parameters()):
    if parameter.data == 0.0:  # biases begin at 0: give them something to do
        parameter.data = 0.3 * (place % 5 - 2)


def times(matrix, column):
    """Each row of the matrix times the column."""
    return [sum(w * x for w, x in zip(row, column)) for row in matrix]


columns, bias = [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]  # what becomes of (1, 0), of (0, 1), and the bias
for layer in deep.layers:
    weights = [[w.data for w in neuron.w] for neuron in layer.neurons]
    columns = [times(weights, column) for column in columns]
    bias = [wb + neuron.b.data for wb, neuron in zip(times(weights, bias), layer.neurons)]

(w1,), (w2,), (b,) = *columns, bias
dice = random.Random(0)
points = [[dice.gauss(0, 1), dice.gauss(0, 1)] for _ in range(1000)]
gaps = [abs(deep([x, y]).data - (w1 * x + w2 * y + b)) for x, y in points]

say("folded_matrix_bias", w1=w1, w2=w2, bias=b)
say("greatest_difference", difference=max(gaps))

# %% [markdown] hidden_nodes

# %% [markdown] what_no_straight_line_can_separate

# %%
from micrograd_kr.book import label
from micrograd_kr.data import moons, split, xor

corners = xor()  # all the points that there are
practice, exam = split(*moons(240, noise=0.12, seed=1), parts=(0.7, 0.3))
called = {"linear": label("linear"), "sigmoid": label("sigmoid"), "relu": label("relu")}
trained = {}


def share_of_right(model, points, labels):
    return sum((score > 0) == (y == 1) for score, y in zip(outputs(model, points), labels)) / len(labels)


for problem, (X, Y), unseen, epochs in [
    ("XOR", corners, corners, size(400, small=2)),
    (label("two_moons"), practice, exam, size(80, small=1)),
]:
    for activation in called:
        model = nn.MLP(2, [8, 8, 1], activation=activation, initialization="normal", seed=7)

        def loss(x, y, model=model):
            return nn.binary_cross_entropy(model(x), y)

        train(loss, X, Y, nn.Adam(model, lr=0.05), epochs=epochs)
        share = share_of_right(model, *unseen)
        trained[problem, activation] = model, unseen, share
        say("right", problem=problem, activation=called[activation], share=share)

# %% tags=["hide-input"]
from micrograd_kr.book import draw_boundary, figure, show

canvas, panels = figure(2, 3, width=9.6, height=6.2)
classes = [label("class_0"), label("class_1")]
for axes, ((problem, activation), (model, (X, Y), share)) in zip(panels.flat, trained.items()):
    draw_boundary(axes, model, X, Y, fineness=size(60, small=8), names=classes)
    axes.set(
        title=f"{problem}, {called[activation]}: {share:.0%}",
        xlabel=label("first_input"),
        ylabel=label("second_input"),
    )
panels[0][0].legend(fontsize=9, frameon=True, loc="center")
panels[1][0].legend(fontsize=9, frameon=True)
show("decision_boundaries", canvas)

# %% [markdown] seen_from_inside

# %%
X, Y = corners
small = nn.MLP(2, [2, 1], activation="tanh", initialization="normal", seed=0)


def small_loss(x, y):
    return nn.binary_cross_entropy(small(x), y)


train(small_loss, X, Y, nn.Adam(small, lr=0.1), epochs=size(300, small=200), batch_size=4)
hidden, last = small.layers[0], small.layers[1].neurons[0]
inside = [[float(h) for h in hidden(x)] for x in X]
for x, h, y in zip(X, inside, Y):
    say("into_hidden", first=x[0], second=x[1], h1=h[0], h2=h[1], answer=y)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=4.4)
draw_boundary(left, small, X, Y, fineness=size(80, small=10), names=classes)
draw_boundary(right, last, inside, Y, fineness=size(80, small=10), names=classes)
for axes, places in [(left, X), (right, inside)]:
    seen = {}
    for x, place in zip(X, places):
        spot = tuple(round(p / 0.25) for p in place)
        seen.setdefault(spot, (place, []))[1].append(f"({x[0]:.0f}, {x[1]:.0f})")
    for place, texts in seen.values():
        side = 1 if place[1] < 0.5 else -1
        text = ", ".join(texts)
        axes.annotate(text, place, (0, 16 * side), textcoords="offset points", ha="center", va="center", fontsize=9)
left.set(title=label("input_space"), xlabel=label("first_input"), ylabel=label("second_input"))
right.set(title=label("hidden_space"), xlabel=label("first_hidden"), ylabel=label("second_hidden"))
left.legend(fontsize=9, frameon=True, loc="center")
show("xor_inside", canvas)

# %% [markdown] what_makes_it_bend

# %% tags=["hide-input"]
from micrograd_kr import relu, sigmoid, tanh
from micrograd_kr.book import MODEL

canvas, panels = figure(1, 4, width=9.8, height=3.2, narrow=(2, 2))
xs = [i / 20 for i in range(-80, 81)]
for axes, (name, bend) in zip(panels, {"linear": lambda x: x, "sigmoid": sigmoid, "tanh": tanh, "relu": relu}.items()):
    axes.plot(xs, [bend(x) for x in xs], color=MODEL)
    axes.axhline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    axes.set(title={"tanh": "tanh", **called}[name], xlabel=label("number"), ylabel=label("number_out"), ylim=(-4, 4))
show("activations", canvas)

# %% [markdown] recap


# %% [question] two_layers_folded predict
def first(x):
    return 2 * x + 1


def second(h):
    return 3 * h + 4


print(second(first(0)), second(first(1)) - second(first(0)))

# %% [question] bend_and_add predict
from micrograd_kr import Value, relu

print((relu(Value(-2.0)) + relu(Value(3.0))).data)

# %% [question] most_that_a_line_gets choose
X, Y = xor()
numbers = [i / 4 for i in range(-8, 9)]
lines = [(u, v, c) for u in numbers for v in numbers for c in numbers]
right = [sum((u * x + v * y + c > 0) == (answer == 1) for (x, y), answer in zip(X, Y)) for u, v, c in lines]
print(1 + [2, 3, 4].index(max(right)))


# %% [question] bend_forgotten mend
def xor_by_hand(a, b):
    h1 = max(0, a + b)
    h2 = a + b - 1  # mend: h2 = max(0, a + b - 1)
    return h1 - 2 * h2


print([xor_by_hand(a, b) for a, b in [(0, 0), (0, 1), (1, 0), (1, 1)]])
