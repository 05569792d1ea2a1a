"""Chapter 11. Convolutional neural networks (CNN).

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/11_convolution.md;
`python -m micrograd_kr book 11` shows them with the code.
"""

# %% [markdown] convolutional_neural_networks_cnn

# %% [markdown] aims

# %% [markdown] filter_stride_padding

# %%
from micrograd_kr import Value, grad, nn
from micrograd_kr.book import (
    ERROR,
    MODEL,
    draw_pixels,
    figure,
    label,
    likeliest,
    outputs,
    say,
    show,
    size,
    train,
    widget,
)
from micrograd_kr.data import digits

rows_of_pixels, answers = digits(size(1797, small=90))
pictures = [[row[8 * i : 8 * i + 8] for i in range(8)] for row in rows_of_pixels]  # 8×8, 0 is white

strokes = [[-1.0, 2.0, -1.0]] * 3  # finds vertical strokes
one_filter = nn.Conv2d(1, 1, kernel_size=3)
for weight, number in zip(one_filter.filters[0].w, [-1.0, 2.0, -1.0] * 3):
    weight.data = number
one_filter.filters[0].b.data = 0.0

for stride, padding in [(1, 0), (1, 1), (2, 0)]:
    conv = nn.Conv2d(1, 1, kernel_size=3, stride=stride, padding=padding)
    found = conv(pictures[1])[0]
    say("stride_padding", stride=stride, padding=padding, height=len(found), width=len(found[0]))
say("same_nine_weights_everywhere", of_one_filter=len(one_filter.parameters()))

# %% [markdown] slide_it

# %% tags=["hide-input"]
show("sliding", widget("sliding_filter", pictures[1], strokes))

# %% [markdown] pooling


# %%
def flat(rows):
    return [float(cell) for row in rows for cell in row]


found = one_filter(pictures[1])[0]
pooled = nn.MaxPool2d(2)([found])[0]
say("sizes", before=len(found), after=len(pooled))

# %% tags=["hide-input"]
largest = max(map(abs, flat(found)))
canvas, panels = figure(1, 4, width=9.4, height=2.7, narrow=(2, 2))
draw_pixels(panels[0], flat(pictures[1]), label("picture"), largest=1.0)
draw_pixels(panels[1], flat(strokes), label("vertical_filter"), signed=True, largest=largest)
image = draw_pixels(panels[2], flat(found), label("feature_map"), signed=True, largest=largest)
draw_pixels(panels[3], flat(pooled), label("max_pooling"), signed=True, largest=largest)
canvas.colorbar(image, ax=panels[3]).set_label(label("value"))
show("filter_by_hand", canvas)

# %% [markdown] reading_handwriting

# %%
from micrograd_kr.data import split

(X_train, y_train), (X_valid, y_valid), (X_test, y_test) = split(pictures, answers, parts=(0.6, 0.2, 0.2), seed=11)
X_train, y_train = X_train[: size(700, small=24)], y_train[: size(700, small=24)]

cnn = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=3, seed=1),  # 8×8 → 6 × 6×6
    "relu",
    nn.MaxPool2d(2),  # 6 × 3×3
    nn.Flatten(),  # 54
    nn.Linear(54, 10, seed=2),
)
layers = nn.Sequential(nn.Flatten(), nn.Linear(64, 8, seed=1), "relu", nn.Linear(8, 10, seed=2))


def dense(picture):
    return layers([picture])


say("parameters_of_both", cnn=len(cnn.parameters()), filters=len(cnn[0].parameters()), dense=len(layers.parameters()))

# %% [markdown] the_same_training

# %%
epochs = size(8, small=1)
steps = epochs * -(-len(X_train) // 16)  # a step for every 16 pictures
some = X_valid[:100], y_valid[:100]  # enough for a curve


def learn(model, parameters):
    def loss(picture, digit):
        return nn.cross_entropy(model(picture), digit)

    optimizer = nn.Adam(parameters, lr=nn.CosineDecay(0.04, steps=steps))
    return train(loss, X_train, y_train, optimizer, epochs=epochs, validation=some)


def share_of_right(guesses, answers):
    return sum(guess == answer for guess, answer in zip(guesses, answers)) / len(answers)


def accuracy(model, X, y):
    return share_of_right(likeliest(outputs(model, X)), y)


histories = {"CNN": learn(cnn, cnn), "dense": learn(dense, layers)}

# %%
for name, model in {"CNN": cnn, label("dense_net"): dense}.items():
    say("accuracies", name=name, train=accuracy(model, X_train, y_train), valid=accuracy(model, X_valid, y_valid))

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3.2)
numbers = range(1, epochs + 1)
axes.plot(numbers, histories["dense"].validation, color=ERROR, linestyle="--", marker="s", label=label("dense_net"))
axes.plot(numbers, histories["CNN"].validation, color=MODEL, marker="o", label="CNN")
axes.set(xlabel=label("epochs"), ylabel=label("validation_cost"), ylim=(0, None))
axes.legend(fontsize=9)
show("cnn_and_dense", canvas)

# %% [markdown] the_test_once

# %%
guesses = likeliest(outputs(cnn, X_test))
say("accuracy_on_the_untouched", count=len(y_test), accuracy=share_of_right(guesses, y_test))

# %% [markdown] looking_inside

# %% tags=["hide-input"]
seen = X_test[0]
maps = [[[max(0.0, float(v)) for v in row] for row in channel] for channel in cnn[0](seen)]
deepest = max(abs(w.data) for one in cnn[0].filters for w in one.w)
brightest = max(max(flat(one)) for one in maps)
canvas, panels = figure(1, 6, width=10, height=2.0, narrow=(2, 3))
for index in range(6):
    weights = [w.data for w in cnn[0].filters[index].w]
    image = draw_pixels(panels[index], weights, label("filter", index=index + 1), signed=True, largest=deepest)
canvas.colorbar(image, ax=panels).set_label(label("weight"))
show("learned_filters", canvas)

canvas, panels = figure(1, 7, width=10, height=1.9, narrow=(3, 3))
draw_pixels(panels[0], flat(seen), label("picture_seen"), largest=1.0)
for index in range(6):
    image = draw_pixels(panels[index + 1], flat(maps[index]), label("map", index=index + 1), largest=brightest)
canvas.colorbar(image, ax=panels).set_label(label("feature"))
show("feature_maps", canvas)

# %% [markdown] one_misread_digit

# %%
wrong = [i for i, (guess, digit) in enumerate(zip(guesses, y_test)) if guess != digit]
misread = wrong[0]
guess, digit = guesses[misread], y_test[misread]

ink = [[Value(pixel) for pixel in row] for row in X_test[misread]]
scores = cnn(ink)
blame = grad(scores[guess] - scores[digit], [pixel for row in ink for pixel in row])
chances = nn.softmax(scores)
say(
    "test_pictures_were_misread",
    wrong=len(wrong),
    digit=digit,
    guess=guess,
    of_guess=chances[guess],
    of_digit=chances[digit],
)

# %% tags=["hide-input"]
effect = [b * p for b, p in zip(blame, flat(X_test[misread]))]
largest = max(map(abs, [*blame, *effect]))
canvas, panels = figure(1, 3, width=8.6, height=3)
draw_pixels(panels[0], flat(X_test[misread]), label("truth_read_as", digit=digit, guess=guess), largest=1.0)
draw_pixels(panels[1], blame, label("gradient_score_score", guess=guess, digit=digit), signed=True, largest=largest)
image = draw_pixels(panels[2], effect, label("gradient_ink"), signed=True, largest=largest)
canvas.colorbar(image, ax=panels[2]).set_label(label("score_per_ink"))
show("misread", canvas, guess=guess, digit=digit)

# %% [markdown] recap

# %% [question] how_large predict
found = nn.Conv2d(1, 1, kernel_size=3)([[0.0] * 5 for _ in range(5)])[0]
print(len(found), len(found[0]))

# %% [question] parameters_of_a_filter choose
count = len(nn.Conv2d(1, 1, kernel_size=3).parameters())
print({9: 1, 10: 2, 37: 3}[count])

# %% [question] pooled predict
print([[v.data for v in row] for row in nn.MaxPool2d(2)([[[Value(1.0), Value(5.0)], [Value(2.0), Value(0.0)]]])[0]])

# %% [question] shrunk mend
conv = nn.Conv2d(1, 1, kernel_size=3)  # mend: conv = nn.Conv2d(1, 1, kernel_size=3, padding=1)
found = conv([[0.0] * 8 for _ in range(8)])[0]
print(len(found), len(found[0]))
