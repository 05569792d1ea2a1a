"""Chapter 10. Convolutional neural networks (CNN).

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/10_convolution.md;
`python -m micrograd_kr book 10` shows them with the code.
"""

# %% [markdown] convolutional_neural_networks_cnn

# %% [markdown] filter_stride_padding

# %%
from micrograd_kr import Value, grad, nn
from micrograd_kr.book import BLUE, GREY, RED, draw_pixels, figure, label, likeliest, outputs, say, show, size, train
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

digits = load_digits()
pictures = [(image / 16).tolist() for image in digits.images]  # 8×8, 0 is white

strokes = [-1.0, 2.0, -1.0] * 3
one_filter = nn.Conv2d(1, 1, kernel_size=3)
for weight, number in zip(one_filter.filters[0].w, strokes):
    weight.data = number

for stride, padding in [(1, 0), (1, 1), (2, 0)]:
    conv = nn.Conv2d(1, 1, kernel_size=3, stride=stride, padding=padding)
    result = conv(pictures[1])[0]
    say("stride_padding", stride=stride, padding=padding, height=len(result), width=len(result[0]))
say("same_nine_weights_everywhere", of_one_filter=len(one_filter.parameters()))


# %% tags=["hide-input"]
def flat(rows):
    return [float(cell) for row in rows for cell in row]


found = one_filter(pictures[1])[0]
pooled = nn.MaxPool2d(2)([found])[0]
canvas, panels = figure(1, 4, width=9.4, height=2.7)
draw_pixels(panels[0], flat(pictures[1]), label("picture"))
draw_pixels(panels[1], strokes, label("vertical_filter"), signed=True)
image = draw_pixels(panels[2], flat(found), label("feature_map"), signed=True)
draw_pixels(panels[3], flat(pooled), label("max_pooling"), signed=True)
canvas.colorbar(image, ax=panels).set_label(label("value"))
show("filter_by_hand", canvas)

# %% [markdown] pooling

# %%
X_train, X_test, y_train, y_test = train_test_split(
    pictures, digits.target.tolist(), test_size=0.2, random_state=0, stratify=digits.target
)
X_train, y_train = X_train[: size(1437, small=24)], y_train[: size(1437, small=24)]
X_test, y_test = X_test[: size(360, small=20)], y_test[: size(360, small=20)]

model = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=3, seed=1),  # 8×8 → 6 × 6×6
    "relu",
    nn.MaxPool2d(2),  # 6 × 3×3
    nn.Flatten(),  # 54
    nn.Linear(54, 10, seed=2),
)
say("knobs_of_them", count=len(model.parameters()), of_layer=len(model[0].parameters()))


def cost(picture, digit):
    return nn.cross_entropy(model(picture), digit)


epochs = size(10, small=1)
steps = epochs * (len(X_train) // 16 + 1)
test_accuracy = []
losses = train(
    cost,
    X_train,
    y_train,
    nn.Adam(model, lr=nn.CosineDecay(0.02, steps=steps)),
    epochs=epochs,
    batch_size=16,
    after_epoch=lambda epoch: test_accuracy.append(accuracy_score(y_test, likeliest(outputs(model, X_test)))),
)
guesses = likeliest(outputs(model, X_test))
say("accuracy_on_the_untouched", count=len(y_test), accuracy=accuracy_score(y_test, guesses))

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9, height=3.2)
left.plot(range(1, epochs + 1), losses, color=BLUE, marker="o", markersize=3)
left.set(
    xlabel=label("epochs"),
    ylabel=label("training_loss"),
)
right.plot(range(1, epochs + 1), [100 * share for share in test_accuracy], color=RED, marker="o", markersize=3)
right.axhline(96, color=GREY, linestyle=":", linewidth=1)
right.set(xlabel=label("epochs"), ylabel=label("test_accuracy"))
show("cnn_training", canvas)

# %% [markdown] looking_inside

# %% tags=["hide-input"]
seen = X_test[0]
maps = [[[max(0.0, float(v)) for v in row] for row in channel] for channel in model[0](seen)]
canvas, panels = figure(2, 7, width=10, height=3.2)
draw_pixels(panels[0][0], flat(seen), label("picture_seen"))
panels[1][0].axis("off")
for index in range(6):
    filter_image = draw_pixels(
        panels[0][index + 1],
        [w.data for w in model[0].filters[index].w],
        label("filter", index=index),
        signed=True,
    )
    filter_image.set_clim(-1.5, 1.5)
    map_image = draw_pixels(panels[1][index + 1], flat(maps[index]))
    map_image.set_clim(0, max(map(max, (flat(m) for m in maps))))
canvas.colorbar(filter_image, ax=panels[0]).set_label(label("weight"))
canvas.colorbar(map_image, ax=panels[1]).set_label(label("feature"))
show("filters_and_maps", canvas)

# %% [markdown] one_misread_digit

# %%
wrong = [i for i, (guess, digit) in enumerate(zip(guesses, y_test)) if guess != digit]
misread = wrong[0] if wrong else 0
guess, digit = guesses[misread], y_test[misread]

ink = [[Value(pixel) for pixel in row] for row in X_test[misread]]
scores = model(ink)
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
canvas, panels = figure(1, 3, width=8.6, height=3)
draw_pixels(panels[0], flat(X_test[misread]), label("truth_read_as", digit=digit, guess=guess))
image = draw_pixels(
    panels[1],
    blame,
    label("gradient_score_score", guess=guess, digit=digit),
    signed=True,
)
effect = [b * p for b, p in zip(blame, flat(X_test[misread]))]
draw_pixels(panels[2], effect, label("gradient_ink"), signed=True)
canvas.colorbar(image, ax=panels).set_label(label("score_per_ink"))
show("misread", canvas, guess=guess, digit=digit)
