"""Chapter 8. Softmax and cross-entropy.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/08_softmax_cross_entropy.md;
`python -m micrograd_kr book 8` shows them with the code.
"""

# %% [markdown] softmax_and_cross_entropy

# %% [markdown] from_scores_to_probabilities

# %%
import math

from micrograd_kr import Value, nn
from micrograd_kr.book import BLUE, GREY, RED, figure, label, likeliest, outputs, say, show, size

names = ["0", "1", "2"]
scores = [Value(2.0), Value(1.0), Value(-1.0)]

by_hand = [math.exp(z.data) for z in scores]
by_hand = [power / sum(by_hand) for power in by_hand]
probabilities = nn.softmax(scores)
for z, p, q in zip(scores, by_hand, probabilities):
    say("score_by_hand_softmax", z=z, p=p, q=q)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=8.6, height=3)
left.bar(names, [z.data for z in scores], color=GREY)
left.axhline(0, color="black", linewidth=0.8)
left.set(
    title=label("scores"),
    xlabel=label("class"),
    ylabel=label("score"),
)
right.bar(names, [p.data for p in probabilities], color=BLUE)
for i, p in enumerate(probabilities):
    right.text(i, p.data + 0.02, f"{p:.2f}", ha="center")
right.set(
    title=label("after_softmax"),
    xlabel=label("class"),
    ylabel=label("probability"),
    ylim=(0, 1),
)
show("scores_to_probabilities", canvas)

# %% [markdown] safe_for_scores_of_any_size

# %%
try:
    math.exp(1000.0)
except OverflowError as problem:
    say("math_exp", problem=problem)
print(
    "softmax([1000, 999, -1000]) =",
    [round(p.data, 4) for p in nn.softmax([Value(1000.0), Value(999.0), Value(-1000.0)])],
)

# %% [markdown] temperature

# %% tags=["hide-input"]
canvas, panels = figure(1, 3, width=9, height=2.7, sharey=True)
for axes, temperature in zip(panels, [0.5, 1.0, 5.0]):
    axes.bar(names, [p.data for p in nn.softmax(scores, temperature)], color=BLUE)
    axes.set(
        title=label("at_temperature", temperature=temperature),
        xlabel=label("class"),
        ylim=(0, 1),
    )
panels[0].set_ylabel(label("probability"))
show("temperature", canvas)

# %% [markdown] distance_between_two_distributions

# %%
answer = 0
loss = nn.cross_entropy(scores, answer)
say("cross_entropy_log", loss=loss, probability=probabilities[answer])

loss.backward()
for z, p, truth in zip(scores, probabilities, [1, 0, 0]):
    say("gradient_of_the_score", gradient=z.grad, p=p, truth=truth)

# %% [markdown] gradient_is_surprisingly_simple

# %%
gaps = [gap / 2 for gap in range(-16, 17)]  # score of the right class − the other
squared, crossed = [], []
for gap in gaps:
    z = [Value(gap), Value(0.0)]
    p = nn.softmax(z)
    ((p[0] - 1) ** 2 + p[1] ** 2).backward()
    squared.append(z[0].grad)
    z = [Value(gap), Value(0.0)]
    nn.cross_entropy(z, 0).backward()
    crossed.append(z[0].grad)
say("gradients_when_the_right", crossed=crossed[0], squared=squared[0])

# %% [markdown] let_the_two_compete

# %%
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

iris = load_iris()
flowers, species = StandardScaler().fit_transform(iris.data).tolist(), iris.target.tolist()


def squared_error_of_probabilities(logits, answer):
    return sum((p - (1 if k == answer else 0)) ** 2 for k, p in enumerate(nn.softmax(logits)))


curves = {}
for name, distance in {"cross-entropy": nn.cross_entropy, "squared error": squared_error_of_probabilities}.items():
    layer = nn.Layer(4, 3, activation="linear", initialization="zeros")
    layer.neurons[0].b.data = 8.0  # insists on class 0, whatever it sees
    optimizer = nn.SGD(layer, lr=0.5)
    curves[name] = []
    for _ in range(size(60, small=2)):
        cost = sum(distance(layer(flower), kind) for flower, kind in zip(flowers, species)) / len(species)
        curves[name].append(sum(a == b for a, b in zip(likeliest(outputs(layer, flowers)), species)) / len(species))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    say("accuracy", name=name, accuracy=curves[name][-1])

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.6)
called = {
    "cross-entropy": label("cross_entropy"),
    "squared error": label("squared_error"),
}
for name, slopes, color in [("cross-entropy", crossed, BLUE), ("squared error", squared, RED)]:
    left.plot(gaps, slopes, color=color, label=called[name])
    right.plot([100 * share for share in curves[name]], color=color, label=called[name])
left.axhline(0, color=GREY, linewidth=0.8)
left.annotate(
    label("wrong_and_sure"),
    (-7.5, squared[1]),
    (-7.8, -0.62),
    arrowprops={"arrowstyle": "->"},
)
left.set(
    xlabel=label("score_of_the_right"),
    ylabel=label("gradient_of_the_right"),
)
right.set(
    xlabel=label("corrections"),
    ylabel=label("accuracy_axis"),
    ylim=(0, 102),
)
right.legend(fontsize=9, loc="lower right")
show("why_not_squared_error", canvas)

# %% [markdown] when_labels_are_wrong

# %%
from micrograd_kr.book import BadDataError, check_labels

for labels in [[0, 1, 2, 3, 1], [0, 0, 2, 2, 0]]:
    try:
        check_labels(labels, classes=3)
    except BadDataError as problem:
        print(labels, "→", problem)

# %% [markdown] what_was_learnt
