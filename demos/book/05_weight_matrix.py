"""Chapter 5. The weight matrix.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/05_weight_matrix.md;
`python -m micrograd_kr book 5` shows them with the code.
"""

# %% [markdown] weight_matrix

# %% [markdown] aims

# %% [markdown] rows_and_columns

# %% [markdown] three_neurons_that_tell_irises_apart

# %%
from micrograd_kr import nn
from micrograd_kr.book import likeliest, outputs, say, size, train
from micrograd_kr.data import split, standardise
from sklearn.datasets import load_iris

iris = load_iris()
measured, kinds, species = iris.data.tolist(), iris.target.tolist(), iris.target_names.tolist()

practice, exam = split(measured, kinds, parts=(0.7, 0.3))
flowers, exam_flowers = standardise(practice[0], exam[0])
layer = nn.Layer(4, 3, activation="linear", seed=1)


def iris_loss(flower, kind):
    return nn.cross_entropy(layer(flower), kind)


def accuracy(model, examples, labels):
    answers = likeliest(outputs(model, examples))
    return sum(answer == label for answer, label in zip(answers, labels)) / len(labels)


train(iris_loss, flowers, practice[1], nn.SGD(layer, lr=0.1), epochs=size(40, small=2))
say(
    "iris_accuracy",
    training=accuracy(layer, flowers, practice[1]),
    count=len(exam_flowers),
    test=accuracy(layer, exam_flowers, exam[1]),
)
print(layer.weight)

# %% tags=["hide-input"]
from micrograd_kr.book import draw_heat_map, figure, label, show

names = [
    label("sepal_length"),
    label("sepal_width"),
    label("petal_length"),
    label("petal_width"),
]
matrix = [[w.data for w in neuron.w] for neuron in layer.neurons]
canvas, axes = figure(width=7.4, height=3.6)
image = draw_heat_map(axes, matrix)
axes.set(
    xticks=range(4),
    xticklabels=[name.replace(" ", "\n") for name in names],
    yticks=range(3),
    yticklabels=species,
    xlabel=label("columns_features"),
    ylabel=label("rows_neurons"),
)
canvas.colorbar(image).set_label(label("weight"))
show("iris_weights", canvas)

# %% [markdown] what_a_matrix_product

# %%
flower = exam_flowers[0]
for neuron, answer, name in zip(layer.neurons, layer(flower), species):
    by_hand = sum(w.data * x for w, x in zip(neuron.w, flower)) + neuron.b.data
    say("by_hand_layer", name=name, by_hand=by_hand, answer=answer)

# %% [markdown] row_as_a_graph

# %% tags=["hide-input"]
from micrograd_kr import Value
from micrograd_kr.book import graph

first = layer.neurons[0]
for name, weight in zip(names, first.w):
    weight.label = label("weight_of", name=name)
first.b.label = label("bias")
inputs = [Value(round(x, 2), label=name) for x, name in zip(flower, names)]
setosa = first(inputs)
setosa.label = "setosa"
loss = nn.binary_cross_entropy(setosa, int(exam[1][0] == 0))
loss.label = label("loss")
show("iris_neuron", graph(loss))

# %% [markdown] picture_that_a_neuron_is_looking

# %%
from micrograd_kr.data import digits

practice, exam = split(*digits(size(1797, small=90)), parts=(0.8, 0.2))
readers = nn.Layer(64, 10, activation="linear", initialization="zeros")


def digit_loss(picture, digit):
    return nn.cross_entropy(readers(picture), digit)


train(digit_loss, *practice, nn.SGD(readers, lr=0.2), epochs=size(6, small=1))
say(
    "digit_accuracy",
    training=accuracy(readers, *practice),
    count=len(exam[0]),
    test=accuracy(readers, *exam),
)

# %% tags=["hide-input"]
from micrograd_kr.book import draw_pixels

canvas, panels = figure(2, 5, width=9.4, height=4.4)
largest = max(abs(w.data) for neuron in readers.neurons for w in neuron.w)
for digit, axes in enumerate(panels.flat):
    weights = [w.data for w in readers.neurons[digit].w]
    image = draw_pixels(axes, weights, label("neuron", digit=digit), signed=True, largest=largest)
canvas.colorbar(image, ax=panels).set_label(label("weight"))
show("digit_weights", canvas)

# %% [markdown] recap

# %% [question] row_times_features predict
matrix = [[1, 0, -1], [2, 1, 0]]
print([sum(w * x for w, x in zip(row, [1, 2, 3])) for row in matrix])

# %% [question] how_many_parameters choose
count = len(nn.Layer(64, 10).parameters())
print(1 + [64, 640, 650].index(count))

# %% [question] blue_cell choose
weight, bias = -2.0, 1.0
smaller, larger = weight * 1.0 + bias, weight * 2.0 + bias
print(1 if larger > smaller else 2 if larger < smaller else 3)

# %% [question] columns_for_rows mend
matrix, features = [[1, 2], [3, 4]], [10, 1]
rows = zip(*matrix)  # mend: rows = matrix
print([sum(w * x for w, x in zip(row, features)) for row in rows])
