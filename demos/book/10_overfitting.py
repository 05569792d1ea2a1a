"""Chapter 9. Overfitting.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/09_overfitting.md;
`python -m micrograd_kr book 9` shows them with the code.
"""

# %% [markdown] overfitting

# %% [markdown] split_80_to_20

# %%
import random

from micrograd_kr import nn
from micrograd_kr.book import (
    BLUE,
    GREY,
    RED,
    draw_pixels,
    figure,
    label,
    likeliest,
    outputs,
    say,
    show,
    size,
    train,
)
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

digits = load_digits()
X_train, X_test, y_train, y_test = train_test_split(
    (digits.data / 16).tolist(), digits.target.tolist(), test_size=0.2, random_state=0, stratify=digits.target
)
X_test, y_test = X_test[: size(360, small=20)], y_test[: size(360, small=20)]
X_few, y_few = X_train[: size(100, small=10)], y_train[: size(100, small=10)]
say("pictures_to_train", all=len(X_train), few=len(X_few), test=len(X_test))

# %% [markdown] model_that_memorises

# %%
epochs = size(150, small=2)


def new_model(dropout=0.0):
    return nn.Sequential(nn.Linear(64, 32, seed=1), "relu", nn.Dropout(dropout, seed=2), nn.Linear(32, 10, seed=3))


def mean_loss(model, X, y):
    return sum(nn.cross_entropy(scores, answer) for scores, answer in zip(outputs(model, X), y)) / len(y)


def learn(model, **cures):
    """Train, and note both losses."""
    curves = {"epochs": [], "train": [], "test": []}

    def cost(picture, answer):
        return nn.cross_entropy(model(picture), answer)

    def measure(epoch):
        if epoch % 5 != 4 and epoch + 1 != epochs:
            return
        curves["epochs"].append(epoch + 1)
        curves["train"].append(mean_loss(model, X_few, y_few))
        curves["test"].append(mean_loss(model, X_test, y_test))

    steps = epochs * (len(X_few) // 16 + 1)
    optimizer = nn.Adam(model, lr=nn.CosineDecay(0.01, steps=steps))  # ever smaller strides
    train(cost, X_few, y_few, optimizer, epochs=epochs, after_epoch=measure, **cures)
    curves["train accuracy"] = accuracy_score(y_few, likeliest(outputs(model, X_few)))
    curves["test accuracy"] = accuracy_score(y_test, likeliest(outputs(model, X_test)))
    return curves


results = {"none": learn(new_model())}
plain = results["none"]
say("training_data_test_data", train_accuracy=plain["train accuracy"], test_accuracy=plain["test accuracy"])
say("test_loss_went_down", lowest=min(plain["test"]), last=plain["test"][-1])

# %% [markdown] it_gets_all

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
            a, b = u - i, v - j  # mix the four neighbours
            above = (1 - a) * pixel(picture, i, j) + a * pixel(picture, i + 1, j)
            below = (1 - a) * pixel(picture, i, j + 1) + a * pixel(picture, i + 1, j + 1)
            changed.append((1 - b) * above + b * below)
    return changed


def augment(picture):
    changed = move_and_turn(picture, dice.uniform(-0.8, 0.8), dice.uniform(-0.8, 0.8), dice.uniform(-12, 12))
    return [min(1.0, max(0.0, ink + dice.gauss(0, 0.05))) for ink in changed]


# %% tags=["hide-input"]
canvas, panels = figure(1, 8, width=9.4, height=1.7)
draw_pixels(panels[0], X_few[0], label("original"))
for axes in panels[1:]:
    draw_pixels(axes, augment(X_few[0]))
show("augmented", canvas)

# %% [markdown] cure_regularisation

# %%
from micrograd_kr import Value

dropout = nn.Dropout(0.4, seed=0)
hidden = [Value(1.0) for _ in range(8)]
for _ in range(3):
    print("train", [round(v.data, 2) for v in dropout(hidden)])
dropout.eval()
print("eval ", [round(v.data, 2) for v in dropout(hidden)])

# %% [markdown] those_that_stay

# %%
model = new_model()
results["augmentation"] = learn(model, augment=augment)

model = new_model()
results["penalty"] = learn(model, penalty=lambda: nn.l2_penalty(model, 0.001))

model = new_model(dropout=0.2)
results["dropout"] = learn(model)

model = new_model()
results["together"] = learn(model, augment=augment, penalty=lambda: nn.l2_penalty(model, 0.0003))

# %% tags=["hide-input"]
names = {
    "none": label("no_cure"),
    "augmentation": label("augmentation"),
    "penalty": label("penalty"),
    "dropout": label("dropout"),
    "together": label("augmentation_penalty"),
}
canvas, panels = figure(1, 5, width=12, height=3.3, sharey=True)
for axes, (cure, curves) in zip(panels, results.items()):
    axes.plot(curves["epochs"], curves["train"], color=BLUE, label=label("training_data"))
    axes.plot(curves["epochs"], curves["test"], color=RED, label=label("test_data"))
    axes.axhline(results["none"]["test"][-1], color=GREY, linestyle=":", linewidth=1)
    axes.set(title=names[cure], xlabel=label("epochs"), ylim=(0, 1.6))
panels[0].set_ylabel(label("loss"))
panels[0].legend(fontsize=9)
show("cures", canvas)

# %% [markdown] what_each_one_gained

# %%
say("cure_train_test_gain")
for cure, curves in results.items():
    gain = curves["test accuracy"] - results["none"]["test accuracy"]
    print(
        f"{cure:13} {curves['train accuracy']:7.1%} {curves['test accuracy']:7.1%} {100 * gain:+6.1f}%p {curves['test'][-1]:8.3f}"
    )

# %% [markdown] there_are_360_test
