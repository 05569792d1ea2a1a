"""Chapter 2. Regression and classification, supervised and unsupervised.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/02_kinds_of_learning.md;
`python -m micrograd_kr book 2` shows them with the code.
"""

# %% [markdown] regression_and_classification_supervised_and_unsupervised

# %% [markdown] aims

# %% [markdown] three_kinds

# %% [markdown] regression_predict_a_continuous_number

# %%
from micrograd_kr import nn
from micrograd_kr.book import outputs, say, size, train
from micrograd_kr.data import split, standardise
from sklearn.datasets import load_diabetes

patients = load_diabetes(scaled=False)
measured, progression = patients.data.tolist(), patients.target.tolist()

practice, exam = split(measured, progression, parts=(0.8, 0.2))
features, exam_features = standardise(practice[0], exam[0])  # brought to one scale
progress, exam_progress = practice[1], exam[1]

neuron = nn.Neuron(10, activation="linear", seed=1)


def squared_error(patient, answer):
    return (neuron(patient) - answer) ** 2


train(squared_error, features, progress, nn.SGD(neuron, lr=0.02), epochs=size(20, small=2))


def mean_distance(guesses, answers):
    return sum(abs(guess - answer) for guess, answer in zip(guesses, answers)) / len(answers)


guesses = outputs(neuron, exam_features)
mean = sum(progress) / len(progress)
say(
    "prediction_is_off",
    count=len(guesses),
    error=mean_distance(guesses, exam_progress),
    error_of_mean=mean_distance([mean] * len(guesses), exam_progress),
)

# %% [markdown] classification_predict_a_kind

# %%
from micrograd_kr.book import likeliest
from sklearn.datasets import load_wine

wine = load_wine()
bottles, origins = wine.data.tolist(), wine.target.tolist()

practice, exam = split(bottles, origins, parts=(0.7, 0.3))
analyses, exam_analyses = standardise(practice[0], exam[0])
growers, exam_growers = practice[1], exam[1]

layer = nn.Layer(13, 3, activation="linear", seed=1)


def wrong_grower(analysis, grower):
    return nn.cross_entropy(layer(analysis), grower)


train(wrong_grower, analyses, growers, nn.SGD(layer, lr=0.1), epochs=size(20, small=2))


def accuracy(answers, truths):
    return sum(answer == truth for answer, truth in zip(answers, truths)) / len(truths)


answers = likeliest(outputs(layer, exam_analyses))
say(
    "accuracies",
    training=accuracy(likeliest(outputs(layer, analyses)), growers),
    count=len(answers),
    test=accuracy(answers, exam_growers),
)

# %% tags=["hide-input"]
from micrograd_kr.book import DATA, MODEL, figure, label, show

canvas, (left, right) = figure(1, 2, width=9.4, height=4)
left.plot([25, 346], [25, 346], color=MODEL, linestyle="--", label=label("perfect_prediction"))
left.scatter(exam_progress, guesses, s=14, color=DATA, label=label("patients"))
left.set(
    title=label("regression_answers_are_continuous"),
    xlabel=label("truth_progression"),
    ylabel=label("prediction"),
)
left.legend(fontsize=9)
pairs = list(zip(exam_growers, answers))
counts = [[pairs.count((true, guess)) for guess in range(3)] for true in range(3)]
right.imshow(counts, cmap="Greys", vmin=0, vmax=60)
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
from micrograd_kr.data import digits

pictures, names = digits(size(500, small=60))  # 64 pixels each: 0 white, 1 black

encoder = nn.MLP(64, [16, 2], activation="tanh", initialization="xavier_uniform", seed=1)
decoder = nn.MLP(2, [16, 64], activation="tanh", output_activation="sigmoid", initialization="xavier_uniform", seed=2)


def unlike_itself(picture, itself):
    return nn.squared_error(decoder(encoder(picture)), itself)


optimizer = nn.Adam(encoder.parameters() + decoder.parameters(), lr=0.02)
costs = train(unlike_itself, pictures, pictures, optimizer, epochs=size(20, small=2), batch_size=5)
say("error_of_the_restored", first=costs[0], last=costs[-1])

# %% [markdown] each_picture_is_two

# %%
places = outputs(encoder, pictures)


def nearest(place):
    distances = [(x - place[0]) ** 2 + (y - place[1]) ** 2 for x, y in places]
    return sorted(range(len(places)), key=distances.__getitem__)[1]  # 0 is the picture itself


same = [names[nearest(place)] == name for place, name in zip(places, names)]
shares = {digit: sum(s for s, n in zip(same, names) if n == digit) / names.count(digit) for digit in range(10)}
for digit, share in sorted(shares.items(), key=lambda entry: -entry[1]):
    say("nearest_is_the_same", digit=digit, share=share)

# %% tags=["hide-input"]
from micrograd_kr.book import CLASSES

canvas, axes = figure(width=6.8, height=5.4)
middles = []
for digit in range(10):
    mine = [place for place, name in zip(places, names) if name == digit]
    axes.scatter([x for x, _ in mine], [y for _, y in mine], s=16, color=CLASSES[digit], alpha=0.8, label=str(digit))
    middles.append([sorted(numbers)[len(mine) // 2] for numbers in zip(*mine)])
reach = [max(numbers) - min(numbers) for numbers in zip(*places)]
for _ in range(60):  # numbers that would touch move apart
    for a in middles:
        for b in middles:
            across, up = (a[0] - b[0]) / reach[0], (a[1] - b[1]) / reach[1]
            if a is not b and across**2 + up**2 < 0.075**2:
                a[0], a[1] = a[0] + across * 0.1 * reach[0], a[1] + up * 0.1 * reach[1]
for digit, (x, y) in enumerate(middles):
    box = {"boxstyle": "circle", "facecolor": "white", "edgecolor": CLASSES[digit], "alpha": 0.9}
    axes.text(x, y, digit, fontsize=13, ha="center", va="center", bbox=box)
axes.legend(title=label("digit"), ncols=2, fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))
axes.set(xlabel=label("first_number"), ylabel=label("second_number"))
show("map_of_digits", canvas)

# %% tags=["hide-input"]
from micrograd_kr.book import draw_pixels

canvas, panels = figure(2, 8, width=9, height=2.6, narrow=(4, 4))
for column in range(8):
    restored = outputs(decoder, [places[column]])[0]
    draw_pixels(panels[0][column], pictures[column], label("original"), largest=1.0)
    draw_pixels(panels[1][column], restored, label("restored"), largest=1.0)
show("restored_digits", canvas)

# %% [markdown] recap

# %% [question] which_is_regression choose
answers = [["spam", "no spam"], [21.5, 23.0], []]
print(1 + [bool(kinds) and isinstance(kinds[0], float) for kinds in answers].index(True))

# %% [question] greatest_output predict
print(likeliest([[0.2, 3.1, -1.0]]))

# %% [question] share_of_right predict
print(accuracy([0, 2, 1, 1], [0, 2, 2, 1]))

# %% [question] honest_number choose
memory = {1: "cat", 2: "dog", 3: "cat"}  # a model that only memorizes
exam = {4: "dog", 5: "cat", 6: "dog"}
shares = [accuracy([memory.get(x) for x in problems], list(problems.values())) for problems in (memory, exam)]
print(1 + shares.index(min(shares)))

# %% [question] loudest_neuron mend
scores = [0.2, 3.1, -1.0]
best = scores.index(min(scores))  # mend: best = scores.index(max(scores))
print(best)
