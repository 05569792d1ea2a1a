"""Chapter 2. Regression and classification, supervised and unsupervised.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/02_kinds_of_learning.md;
`python -m micrograd_kr book 2` shows them with the code.
"""

# %% [markdown] regression_and_classification_supervised_and_unsupervised

# %% [markdown] regression_predict_a_continuous_number

# %%
from micrograd_kr import nn
from micrograd_kr.book import BLUE, GREY, figure, label, likeliest, outputs, say, show, size, train
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_absolute_error
from sklearn.preprocessing import StandardScaler

patients = load_diabetes(scaled=False)
features = StandardScaler().fit_transform(patients.data).tolist()  # brought to one scale
progress = patients.target.tolist()

neuron = nn.Neuron(10, activation="linear", seed=1)


def regression_cost(patient, answer):
    return (neuron(patient) - answer) ** 2


train(regression_cost, features, progress, nn.SGD(neuron, lr=0.02), epochs=size(20, small=2))
guesses = outputs(neuron, features)
say(
    "prediction_is_off",
    error=mean_absolute_error(progress, guesses),
    error_of_mean=mean_absolute_error(progress, [sum(progress) / 442] * 442),
)

# %% [markdown] classification_predict_a_kind

# %%
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score

wine = load_wine()
analyses = StandardScaler().fit_transform(wine.data).tolist()
growers = wine.target.tolist()

layer = nn.Layer(13, 3, activation="linear", seed=1)


def classification_cost(analysis, grower):
    return nn.cross_entropy(layer(analysis), grower)


train(classification_cost, analyses, growers, nn.SGD(layer, lr=0.1), epochs=size(20, small=2))
answers = likeliest(outputs(layer, analyses))
say("of_178_bottles", right=sum((a == g for a, g in zip(answers, growers))), accuracy=accuracy_score(growers, answers))

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=4)
left.plot([25, 346], [25, 346], color=GREY, linestyle="--", label=label("perfect_prediction"))
left.scatter(progress, guesses, s=10, color=BLUE, alpha=0.6, label=label("patients"))
left.set(
    title=label("regression_answers_are_continuous"),
    xlabel=label("truth_progression"),
    ylabel=label("prediction"),
)
left.legend(fontsize=9)
counts = [[sum(g == true and a == guess for g, a in zip(growers, answers)) for guess in range(3)] for true in range(3)]
right.imshow(counts, cmap="Blues", vmin=0, vmax=110)
for true in range(3):
    for guess in range(3):
        right.text(guess, true, counts[true][guess], ha="center", va="center", fontsize=13)
right.set(
    title=label("classification_answers_are_discrete"),
    xticks=range(3),
    yticks=range(3),
    xlabel=label("predicted_grower"),
    ylabel=label("true_grower"),
)
show("regression_and_classification", canvas)

# %% [markdown] unsupervised_learning_without_answers

# %%
from sklearn.datasets import load_digits

digits = load_digits()
pictures = (digits.data / 16).tolist()[: size(700, small=40)]  # 0 white, 1 black

encoder = nn.MLP(64, [16, 2], activation="tanh", initialization="xavier_uniform", seed=1)
decoder = nn.MLP(2, [16, 64], activation="tanh", output_activation="sigmoid", initialization="xavier_uniform", seed=2)


def autoencoder_cost(picture, itself):
    return nn.squared_error(decoder(encoder(picture)), itself)


optimizer = nn.Adam(encoder.parameters() + decoder.parameters(), lr=0.01)
losses = train(autoencoder_cost, pictures, pictures, optimizer, epochs=size(25, small=2), batch_size=10)
say("error_of_the_restored", first=losses[0], last=losses[-1])

# %% [markdown] each_picture_is_two

# %% tags=["hide-input"]
places = outputs(encoder, pictures)
canvas, axes = figure(width=7.2, height=5.6)
names = digits.target[: len(pictures)].tolist()
across, up = [x for x, _ in places], [y for _, y in places]
points = axes.scatter(across, up, c=names, cmap="tab10", vmin=-0.5, vmax=9.5, s=22, alpha=0.75)
for digit in range(10):
    mine = [place for place, name in zip(places, names) if name == digit]
    x, y = sorted(p[0] for p in mine)[len(mine) // 2], sorted(p[1] for p in mine)[len(mine) // 2]
    axes.text(
        x,
        y,
        digit,
        fontsize=15,
        ha="center",
        va="center",
        bbox={"boxstyle": "circle", "facecolor": "white", "alpha": 0.8},
    )
bar = canvas.colorbar(points, ticks=range(10))
bar.set_label(label("digit"))
axes.set(
    xlabel=label("first_number"),
    ylabel=label("second_number"),
)
show("map_of_digits", canvas)

# %% tags=["hide-input"]
canvas, panels = figure(2, 8, width=9, height=2.6)
for column in range(8):
    restored = outputs(decoder, [places[column]])[0]
    for row, picture in enumerate([pictures[column], restored]):
        panels[row][column].imshow([picture[i : i + 8] for i in range(0, 64, 8)], cmap="gray_r", vmin=0, vmax=1)
        panels[row][column].set(xticks=[], yticks=[])
panels[0][0].set_ylabel(label("original"))
panels[1][0].set_ylabel(label("restored"))
show("restored_digits", canvas)

# %% [markdown] what_was_learnt
