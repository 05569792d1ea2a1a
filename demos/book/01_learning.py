"""Chapter 1. What learning is.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/01_learning.md;
`python -m micrograd_kr book 1` shows them with the code.
"""

# %% [markdown] what_learning

# %% [markdown] aims

# %% [markdown] four_steps

# %% tags=["hide-input"]
from micrograd_kr.book import figure, label, show

canvas, axes = figure(width=6.4, height=4.2)
axes.set(xlim=(-1.75, 1.75), ylim=(-1.25, 1.25))
axes.axis("off")
stages = [
    (0.0, 0.95, label("predict_the_answers_put")),
    (1.1, 0.0, label("compare_how_wrong")),
    (0.0, -0.95, label("correct_towards_a_smaller")),
    (-1.1, 0.0, label("repeat_once_more")),
]
for x, y, words in stages:
    box = {"boxstyle": "round,pad=0.6", "facecolor": "none", "edgecolor": "#2f7d4c", "linewidth": 1.6}
    axes.text(x, y, words, ha="center", va="center", bbox=box, linespacing=1.5)
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
from micrograd_kr.book import say
from micrograd_kr.data import split
from sklearn.datasets import load_iris

flowers = load_iris().data.tolist()
(practice, exam) = split(flowers, parts=(0.8, 0.2))  # 120 flowers to learn from, 30 for the end
lengths = [flower[2] for flower in practice[0]]  # the problems
widths = [flower[3] for flower in practice[0]]  # the answers

for length, width in zip(lengths[:3], widths[:3]):
    say("length_cm_width_cm", length=length, width=width)

# %% [markdown] model_a_machine_with_two_knobs

# %%
from micrograd_kr import Value

weight = Value(0.0, label="weight")
bias = Value(0.0, label="bias")


def predict(length):
    return weight * length + bias


say("before_learning", width=predict(4.5))

# %% [markdown] one_answer_compared

# %%
prediction, answer = predict(lengths[0]), widths[0]
loss = (prediction - answer) ** 2
say("one_loss", prediction=prediction, answer=answer, loss=loss)

# %% [markdown] four_steps_in_code

# %%
from micrograd_kr.book import size

rounds = size(200, small=12)
costs, remembered = [], {}

for step in range(rounds + 1):
    # 1. predict: only the lengths are looked at
    predictions = [predict(length) for length in lengths]

    # 2. compare: now the answers are opened
    losses = [(p - width) ** 2 for p, width in zip(predictions, widths)]
    cost = sum(losses) / len(losses)
    costs.append(cost.data)
    remembered[step] = (weight.data, bias.data)

    # 3. correct: a little against the gradient
    weight.grad = bias.grad = 0.0
    cost.backward()
    weight.data -= 0.01 * weight.grad
    bias.data -= 0.01 * bias.grad

    # 4. repeat: `for` goes back to the start

say("cost_at_first_after", first=costs[0], second=costs[1], last=costs[-1], rounds=rounds)

# %% tags=["hide-input"]
from micrograd_kr.book import DATA, MODEL, TRAINING

canvas, (left, right) = figure(1, 2, width=9, height=3.8)
left.scatter(lengths, widths, s=14, color=DATA, alpha=0.7, label=label("irises"))
for step, style in [(0, ":"), (1, "--"), (3, "-."), (rounds, "-")]:
    w, b = remembered[step]
    name = label("after_corrections", step=step)
    left.plot([0.5, 7], [w * 0.5 + b, w * 7 + b], color=MODEL, linestyle=style, label=name)
left.set(xlabel=label("petal_length"), ylabel=label("petal_width"))
left.legend(fontsize=9)
right.plot(costs, color=TRAINING)
right.set(
    xlabel=label("corrections"),
    ylabel=label("cost"),
    yscale="log",
)
show("learning", canvas)

# %% [markdown] flowers_never_seen

# %%
exam_losses = [(predict(flower[2]) - flower[3]) ** 2 for flower in exam[0]]
say("learned_model", weight=weight, bias=bias, width=predict(4.5))
say("exam_cost", count=len(exam_losses), cost=sum(exam_losses) / len(exam_losses))

# %% [markdown] what_was_learned

# %% [markdown] recap

# %% [question] knobs predict
weight, bias = Value(2.0), Value(1.0)
print((weight * 3.0 + bias).data)

# %% [question] which_way choose
now = 3.0
costs = [(w - 1) ** 2 for w in (now + 0.1, now - 0.1, now)]
print(1 + costs.index(min(costs)))

# %% [question] mean_of_losses predict
losses = [4.0, 0.0, 2.0]
print(sum(losses) / len(losses))

# %% [question] wrong_sign mend
weight = Value(3.0)
for step in range(3):
    loss = (weight - 1) ** 2
    weight.grad = 0.0
    loss.backward()
    weight.data += 0.1 * weight.grad  # mend: weight.data -= 0.1 * weight.grad
print(round(loss.data, 2))
