"""Chapter 1. What learning is.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/01_learning.md;
`python -m micrograd_kr book 1` shows them with the code.
"""

# %% [markdown] what_learning

# %% tags=["hide-input"]
from micrograd_kr.book import BLUE, GREEN, GREY, RED, figure, label, say, show, size

canvas, axes = figure(width=6.4, height=4.2)
axes.set(xlim=(-1.75, 1.75), ylim=(-1.25, 1.25), aspect="equal")
axes.axis("off")
stages = [
    (0.0, 0.95, BLUE, label("predict_the_answers_put")),
    (1.2, 0.0, RED, label("compare_how_wrong")),
    (0.0, -0.95, GREEN, label("correct_towards_a_smaller")),
    (-1.2, 0.0, GREY, label("repeat_once_more")),
]
for x, y, color, words in stages:
    box = {"boxstyle": "round,pad=0.6", "facecolor": color, "edgecolor": "none"}
    axes.text(x, y, words, ha="center", va="center", color="white", bbox=box, linespacing=1.5)
for start, end in [
    ((0.78, 0.9), (1.2, 0.3)),
    ((1.2, -0.3), (0.78, -0.9)),
    ((-0.78, -0.9), (-1.2, -0.3)),
    ((-1.2, 0.3), (-0.78, 0.9)),
]:
    arrow = {"arrowstyle": "-|>", "connectionstyle": "arc3,rad=-0.25", "color": "#444444", "linewidth": 1.6}
    axes.annotate("", end, start, arrowprops=arrow)
show("learning_loop", canvas)

# %% [markdown] problems_and_answers

# %%
from sklearn.datasets import load_iris

flowers = load_iris().data
lengths = flowers[:, 2].tolist()  # the problems
widths = flowers[:, 3].tolist()  # the answers

for length, width in list(zip(lengths, widths))[::50]:
    say("length_cm_width_cm", length=length, width=width)

# %% [markdown] model_a_machine_with_two_knobs

# %%
from micrograd_kr import Value

weight = Value(0.0, label="weight")
bias = Value(0.0, label="bias")


def predict(length):
    return weight * length + bias


say("before_learning", width=predict(4.5))

# %% [markdown] four_steps_in_code

# %%
rounds = size(200, small=12)
losses, remembered = [], {}

for step in range(rounds + 1):
    # 1. predict: only the lengths are looked at
    predictions = [predict(length) for length in lengths]

    # 2. compare: now the answers are opened
    loss = sum((p - width) ** 2 for p, width in zip(predictions, widths)) / len(widths)
    losses.append(loss.data)
    remembered[step] = (weight.data, bias.data)

    # 3. correct: a little against the gradient
    weight.grad = bias.grad = 0.0
    loss.backward()
    weight.data -= 0.01 * weight.grad
    bias.data -= 0.01 * bias.grad

    # 4. repeat: `for` goes back to the start

say("loss_at_first_after", first=losses[0], second=losses[1], last=losses[-1], rounds=rounds)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9, height=3.8)
left.scatter(lengths, widths, s=14, color=GREY, alpha=0.7, label=label("irises"))
for step, color in [(0, RED), (1, "#edae49"), (3, GREEN), (rounds, BLUE)]:
    w, b = remembered[step]
    name = label("after_corrections", step=step)
    left.plot([0.5, 7], [w * 0.5 + b, w * 7 + b], color=color, label=name)
left.set(xlabel=label("petal_length"), ylabel=label("petal_width"))
left.legend(fontsize=9)
right.plot(losses, color=BLUE)
right.set(
    xlabel=label("corrections"),
    ylabel=label("loss"),
    yscale="log",
)
show("learning", canvas)

# %% [markdown] what_was_learnt

# %%
say("learnt_model", weight=weight, bias=bias, width=predict(4.5))
