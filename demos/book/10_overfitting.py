"""Chapter 10. Overfitting.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/10_overfitting.md;
`python -m micrograd_kr book 10` shows them with the code.
"""

# %% [markdown] overfitting

# %% [markdown] aims

# %% [markdown] three_parts

# %%
import random

from micrograd_kr import nn
from micrograd_kr.book import (
    ERROR,
    MODEL,
    TRAINING,
    VALIDATION,
    draw_pixels,
    figure,
    label,
    likeliest,
    mean_in_use,
    outputs,
    say,
    show,
    size,
    train,
)
from micrograd_kr.data import digits, split

pictures, answers = digits(size(1797, small=90))
(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = split(pictures, answers, parts=(0.64, 0.16, 0.2), seed=10)
X_few, y_few = X_train[: size(50, small=12)], y_train[: size(50, small=12)]
say("three_parts_in_numbers", train=len(X_train), valid=len(X_valid), test=len(X_test), few=len(X_few))

# %% [markdown] model_that_memorises


# %%
def new_model(dropout=0.0):
    return nn.Sequential(nn.Linear(64, 32, seed=1), "relu", nn.Dropout(dropout), nn.Linear(32, 10, seed=3))


def accuracy(model, X, y):
    return sum(guess == answer for guess, answer in zip(likeliest(outputs(model, X)), y)) / len(y)


def learn(model, X, y, epochs, **cures):
    """Train, and note the cost of both kinds of data on the way."""
    costs = {"epochs": [], "train": [], "valid": []}

    def loss(picture, answer):
        return nn.cross_entropy(model(picture), answer)

    def note(epoch):
        if epoch + 1 in [1, *(epochs * fifth // 5 for fifth in range(1, 6))]:
            costs["epochs"].append(epoch + 1)
            costs["train"].append(mean_in_use(loss, X, y, model))
            costs["valid"].append(mean_in_use(loss, X_valid, y_valid, model))

    steps = epochs * -(-len(X) // 16)  # a step for every 16 pictures
    optimizer = nn.Adam(model, lr=nn.CosineDecay(0.02, steps=steps))  # ever smaller steps
    train(loss, X, y, optimizer, epochs=epochs, after_epoch=note, **cures)
    return {**costs, "train accuracy": accuracy(model, X, y), "valid accuracy": accuracy(model, X_valid, y_valid)}


rounds = size(60, small=2)
models = {"none": new_model()}
results = {"none": learn(models["none"], X_few, y_few, rounds)}
plain = results["none"]
say("accuracy_of_both", train=plain["train accuracy"], valid=plain["valid accuracy"])
say("cost_of_both", train=plain["train"][-1], valid=plain["valid"][-1])

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3.2)
axes.plot(plain["epochs"], plain["train"], color=TRAINING, label=label("training_data"))
axes.plot(plain["epochs"], plain["valid"], color=VALIDATION, linestyle="--", label=label("validation_data"))
axes.set(xlabel=label("epochs"), ylabel=label("cost"), ylim=(0, None))
axes.legend(fontsize=9)
show("memorising", canvas)

# %% [markdown] data_augmentation

# %%
import math

dice = random.Random(0)


def pixel(picture, x, y):
    return picture[8 * y + x] if 0 <= x < 8 and 0 <= y < 8 else 0.0


def move_and_turn(picture, right, down, degrees):
    """For each new pixel, find where it comes from."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    changed = []
    for y in range(8):
        for x in range(8):
            u, v = x - 3.5 - right, y - 3.5 - down
            u, v = c * u + s * v + 3.5, c * v - s * u + 3.5
            i, j = math.floor(u), math.floor(v)
            a, b = u - i, v - j  # mix the four neighbors
            above = (1 - a) * pixel(picture, i, j) + a * pixel(picture, i + 1, j)
            below = (1 - a) * pixel(picture, i, j + 1) + a * pixel(picture, i + 1, j + 1)
            changed.append((1 - b) * above + b * below)
    return changed


def augment(picture):
    return move_and_turn(picture, dice.uniform(-0.5, 0.5), dice.uniform(-0.5, 0.5), dice.uniform(-10, 10))


models["augmentation"] = new_model()
results["augmentation"] = learn(models["augmentation"], X_few, y_few, rounds, augment=augment)

# %% tags=["hide-input"]
canvas, panels = figure(1, 6, width=9.4, height=1.9, narrow=(2, 3))
draw_pixels(panels[0], X_few[0], label("original"), largest=1.0)
for axes in panels[1:]:
    draw_pixels(axes, augment(X_few[0]), label("changed"), largest=1.0)
show("augmented", canvas)

# %% [markdown] regularization

# %%
models["penalty"] = new_model()


def penalty():
    return nn.l2_penalty(models["penalty"], 0.003)  # 0.003 × the sum of the squares


results["penalty"] = learn(models["penalty"], X_few, y_few, rounds, penalty=penalty)

# %% [markdown] dropout

# %%
from micrograd_kr import Value

dropout = nn.Dropout(0.4, seed=0)
hidden = [Value(1.0) for _ in range(8)]
for _ in range(3):
    say("dropout_training", values=[round(v.data, 2) for v in dropout(hidden)])
dropout.eval()
say("dropout_in_use", values=[round(v.data, 2) for v in dropout(hidden)])

# %%
models["dropout"] = new_model(dropout=0.2)
results["dropout"] = learn(models["dropout"], X_few, y_few, rounds)

# %% [markdown] what_each_one_gained

# %%
models["together"] = new_model()


def penalty_together():
    return nn.l2_penalty(models["together"], 0.003)


results["together"] = learn(models["together"], X_few, y_few, rounds, augment=augment, penalty=penalty_together)

titles = {
    "none": label("no_cure"),
    "augmentation": label("augmentation"),
    "penalty": label("penalty"),
    "dropout": label("dropout"),
    "together": label("augmentation_penalty"),
}
for cure, result in results.items():
    say(
        "a_cure",
        cure=titles[cure],
        train=result["train accuracy"],
        valid=result["valid accuracy"],
        cost=result["valid"][-1],
    )

# %% tags=["hide-input"]
canvas, panels = figure(1, 5, width=12, height=3.3, sharey=True, narrow=(3, 2))
for axes, (cure, result) in zip(panels, results.items()):
    axes.plot(result["epochs"], result["train"], color=TRAINING, label=label("training_data"))
    axes.plot(result["epochs"], result["valid"], color=VALIDATION, linestyle="--", label=label("validation_data"))
    axes.axhline(plain["valid"][-1], color="grey", linestyle=":", linewidth=1)
    axes.set(title=titles[cure], xlabel=label("epochs"), ylim=(0, 1.6))
panels[0].set_ylabel(label("cost"))
panels[0].legend(fontsize=9)
show("cures", canvas)

# %% [markdown] where_dropout_helps

# %%
wrong = random.Random(1)
X_noisy, y_noisy = X_train[: size(200, small=12)], y_train[: size(200, small=12)]
y_noisy = [wrong.randrange(10) if wrong.random() < 0.3 else answer for answer in y_noisy]  # 30 % are wrong

noisy = {rate: learn(new_model(dropout=rate), X_noisy, y_noisy, size(25, small=2)) for rate in [0.0, 0.2]}
for rate, result in noisy.items():
    say(
        "dropout_on_wrong_labels",
        rate=rate,
        train=result["train accuracy"],
        valid=result["valid accuracy"],
        cost=result["valid"][-1],
    )

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.0, height=3.2, sharey=True)
for axes, title, (without, using) in [
    (left, label("right_labels"), (results["none"], results["dropout"])),
    (right, label("wrong_labels"), (noisy[0.0], noisy[0.2])),
]:
    axes.plot(without["epochs"], without["valid"], color=ERROR, linestyle="--", label=label("no_dropout"))
    axes.plot(using["epochs"], using["valid"], color=MODEL, label=label("dropout_used"))
    axes.set(title=title, xlabel=label("epochs"), ylim=(0, 1.6))
left.set_ylabel(label("validation_cost"))
left.legend(fontsize=9)
show("dropout_twice", canvas)

# %% [markdown] the_test_once

# %%
best = min(results, key=lambda cure: results[cure]["valid"][-1])
say("test_once", best=titles[best], accuracy=accuracy(models[best], X_test, y_test), count=len(y_test))

# %% [markdown] after_the_test

# %% [markdown] recap

# %% [question] which_data choose
roles = {"training": "weights", "validation": "cure", "test": "once"}
print(1 + ["training", "validation", "test"].index(next(name for name, role in roles.items() if role == "cure")))

# %% [question] gap choose
models_seen = {1: (0.99, 0.75), 2: (0.93, 0.91), 3: (0.60, 0.59)}
print(max(models_seen, key=lambda number: models_seen[number][0] - models_seen[number][1]))

# %% [question] penalty_of_weights predict
w1, w2 = Value(3.0), Value(-1.0)
penalty = 0.1 * (w1**2 + w2**2)
penalty.backward()
print(round(penalty.data, 2), round(w1.grad, 2))

# %% [question] left_on mend
dropout = nn.Dropout(0.5, seed=0)
dropout.train()  # mend: dropout.eval()
print([v.data for v in dropout([Value(1.0)] * 4)])
