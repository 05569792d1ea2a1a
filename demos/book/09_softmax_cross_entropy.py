"""Chapter 9. Softmax and cross-entropy.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/09_softmax_cross_entropy.md;
`python -m micrograd_kr book 9` shows them with the code.
"""

# %% [markdown] softmax_and_cross_entropy

# %% [markdown] aims

# %% [markdown] from_scores_to_probabilities

# %%
import math

from micrograd_kr import Value, nn
from micrograd_kr.book import (
    CLASSES,
    ERROR,
    MODEL,
    NEGATIVE,
    POSITIVE,
    figure,
    label,
    likeliest,
    outputs,
    say,
    show,
    size,
    widget,
)

names = ["0", "1", "2"]
scores = [Value(2.0), Value(1.0), Value(-1.0)]

by_hand = [math.exp(z.data) for z in scores]
by_hand = [power / sum(by_hand) for power in by_hand]
probabilities = nn.softmax(scores)
for z, p, q in zip(scores, by_hand, probabilities):
    say("score_by_hand_softmax", z=z, p=p, q=q)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=8.6, height=3)
left.bar(names, [z.data for z in scores], color=[POSITIVE if z.data > 0 else NEGATIVE for z in scores])
left.axhline(0, color="grey", linewidth=0.8)
left.set(title=label("scores"), xlabel=label("class"), ylabel=label("score"))
right.bar(names, [p.data for p in probabilities], color=CLASSES[:3])
for i, p in enumerate(probabilities):
    right.text(i, p.data + 0.02, f"{p:.2f}", ha="center")
right.set(title=label("after_softmax"), xlabel=label("class"), ylabel=label("probability"), ylim=(0, 1))
show("scores_to_probabilities", canvas)

# %% [markdown] safe_for_scores_of_any_size

# %%
try:
    math.exp(1000.0)
except OverflowError as problem:
    say("math_exp", problem=problem)
huge = nn.softmax([Value(1000.0), Value(999.0), Value(-1000.0)])
print("softmax([1000, 999, -1000]) =", [round(p.data, 4) for p in huge])

# %% [markdown] temperature

# %% tags=["hide-input"]
show("temperature", widget("temperature", [2.0, 1.0, -1.0], names=names))

# %% [markdown] information

# %%
for p in [1.0, 0.5, 0.1, 0.01]:
    say("surprise", p=p, information=abs(math.log(p)))

# %% tags=["hide-input"]
canvas, axes = figure(width=6.0, height=3.2)
shares = [0.01 * i for i in range(1, 101)]
axes.plot(shares, [-math.log(p) for p in shares], color=MODEL)
axes.scatter([1.0, 0.5, 0.1, 0.01], [-math.log(p) for p in [1.0, 0.5, 0.1, 0.01]], color=MODEL)
axes.set(xlabel=label("probability_of_the_event"), ylabel=label("information_axis"))
show("information_drawn", canvas)

# %% [markdown] cross_entropy_is_a_sum

# %%
truth = [1.0, 0.0, 0.0]  # the answer is class 0
by_sum = sum(t * -math.log(p.data) for t, p in zip(truth, probabilities))
loss = nn.cross_entropy(scores, 0)
say("sum_and_one_term", by_sum=by_sum, loss=loss, probability=probabilities[0])

weather = [0.7, 0.2, 0.1]  # how often it is really sunny, cloudy, rainy
for forecast in [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]:
    say("forecast", forecast=forecast, mean=sum(t * -math.log(p) for t, p in zip(weather, forecast)))

# %% [markdown] gradient_of_the_scores

# %%
loss.backward()
for z, p, t in zip(scores, probabilities, truth):
    say("gradient_of_the_score", gradient=z.grad, p=p, truth=t)

# %% [markdown] why_not_squared_error

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
from micrograd_kr.data import standardise
from sklearn.datasets import load_iris

iris = load_iris()
measured, species = iris.data.tolist()[::3], iris.target.tolist()[::3]  # fifty of them

flowers = standardise(measured)


def squared_error_of_probabilities(scores, answer):
    return sum((p - (1 if k == answer else 0)) ** 2 for k, p in enumerate(nn.softmax(scores)))


def compete(loss):
    layer = nn.Layer(4, 3, activation="linear", initialization="zeros")
    layer.neurons[0].b.data = 8.0  # insists on class 0, whatever it sees
    optimizer, accuracies = nn.SGD(layer, lr=0.5), []
    for _ in range(size(60, small=2)):
        guesses = likeliest(outputs(layer, flowers))
        accuracies.append(sum(guess == kind for guess, kind in zip(guesses, species)) / len(species))
        cost = sum(loss(layer(flower), kind) for flower, kind in zip(flowers, species)) / len(species)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    return accuracies


with_crossed, with_squared = compete(nn.cross_entropy), compete(squared_error_of_probabilities)
say("accuracy", crossed=with_crossed[-1], squared=with_squared[-1])

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.6)
for name, slopes, accuracies, color, style in [
    (label("cross_entropy"), crossed, with_crossed, MODEL, "-"),
    (label("squared_error"), squared, with_squared, ERROR, "--"),
]:
    left.plot(gaps, slopes, color=color, linestyle=style, label=name)
    right.plot([100 * share for share in accuracies], color=color, linestyle=style, label=name)
left.axhline(0, color="grey", linewidth=0.8)
left.set(xlabel=label("score_of_the_right"), ylabel=label("gradient_of_the_right"))
left.legend(fontsize=9, loc="lower right")
right.set(xlabel=label("corrections"), ylabel=label("accuracy_axis"), ylim=(0, 102))
right.legend(fontsize=9, loc="lower right")
show("why_not_drawn", canvas)

# %% [markdown] when_labels_are_wrong

# %%
from micrograd_kr.book import BadDataError, check_labels

for labels in [[0, 1, 2, 3, 1], [0, 0, 2, 2, 0]]:
    try:
        check_labels(labels, classes=3)
    except BadDataError as problem:
        print(labels, "→", problem)

# %% [markdown] recap

# %% [question] equal_scores predict
print([round(p.data, 2) for p in nn.softmax([Value(3.0), Value(3.0)])])

# %% [question] shifted choose
before = nn.softmax([Value(1.0), Value(2.0)])[1].data
after = nn.softmax([Value(101.0), Value(102.0)])[1].data
print(3 if abs(before - after) < 1e-12 else 1 if after > before else 2)

# %% [question] sure_and_wrong choose
losses = [-math.log(p) for p in (0.9, 0.5, 0.001)]
print(1 + losses.index(max(losses)))

# %% [question] score_gradient predict
scores = [Value(0.0), Value(0.0)]
nn.cross_entropy(scores, 0).backward()
print(scores[0].grad, scores[1].grad)

# %% [question] without_log mend
p = nn.softmax([Value(2.0), Value(0.0)])[0]
loss = -p  # mend: loss = -p.log()
print(round(loss.data, 3))
