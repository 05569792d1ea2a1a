"""Chapter 5. The weight matrix.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/05_weight_matrix.md;
`python -m micrograd_kr book 5` shows them with the code.
"""

# %% [markdown] weight_matrix

# %% [markdown] three_neurons_that_tell_irises_apart

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import (
    draw_heat_map,
    draw_pixels,
    figure,
    graph,
    label,
    likeliest,
    outputs,
    say,
    show,
    size,
    train,
)
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

iris = load_iris()
flowers, species = StandardScaler().fit_transform(iris.data).tolist(), iris.target.tolist()
layer = nn.Layer(4, 3, activation="linear", seed=1)


def iris_cost(flower, kind):
    return nn.cross_entropy(layer(flower), kind)


train(iris_cost, flowers, species, nn.SGD(layer, lr=0.1), epochs=size(40, small=2))
right = sum(a == b for a, b in zip(likeliest(outputs(layer, flowers)), species))
say("of_150_flowers", right=right)
print(layer.weight)

# %% tags=["hide-input"]
names = [
    label("sepal_length"),
    label("sepal_width"),
    label("petal_length"),
    label("petal_width"),
]
matrix = [[w.data for w in neuron.w] for neuron in layer.neurons]
canvas, axes = figure(width=7.4, height=3.4)
image = draw_heat_map(axes, matrix)
axes.set(
    xticks=range(4),
    xticklabels=names,
    yticks=range(3),
    yticklabels=[str(name) for name in iris.target_names],
    xlabel=label("columns_features"),
    ylabel=label("rows_neurons"),
)
canvas.colorbar(image).set_label(label("weight"))
show("iris_weights", canvas)

# %% [markdown] what_a_matrix_product

# %%
flower = flowers[0]
for neuron, answer, name in zip(layer.neurons, layer(flower), iris.target_names):
    by_hand = sum(w.data * x for w, x in zip(neuron.w, flower)) + neuron.b.data
    say("by_hand_layer", name=name, by_hand=by_hand, answer=answer)

# %% [markdown] row_as_a_graph

# %% tags=["hide-input"]
first = layer.neurons[0]
for index, weight in enumerate(first.w):
    weight.label = f"w{index}"
first.b.label = "bias"
inputs = [
    Value(round(x, 2), label=name)
    for x, name in zip(flower, ["sepal length", "sepal width", "petal length", "petal width"])
]
setosa = first(inputs)
setosa.label = "setosa"
setosa.backward()
show("iris_neuron", graph(setosa))

# %% [markdown] picture_that_a_neuron_is_looking

# %%
from sklearn.datasets import load_digits

digits = load_digits()
pictures = (digits.data / 16).tolist()[: size(1797, small=60)]
labels = digits.target.tolist()[: len(pictures)]
readers = nn.Layer(64, 10, activation="linear", initialization="zeros")


def digit_cost(picture, digit):
    return nn.cross_entropy(readers(picture), digit)


train(digit_cost, pictures, labels, nn.SGD(readers, lr=0.2), epochs=size(6, small=1))
right = sum(a == b for a, b in zip(likeliest(outputs(readers, pictures)), labels))
say("model_of_a_single", right=right, count=len(labels), share=right / len(labels))

# %% tags=["hide-input"]
canvas, panels = figure(2, 5, width=9.4, height=4.4)
largest = max(abs(w.data) for neuron in readers.neurons for w in neuron.w)
for digit, axes in enumerate(panels.flat):
    image = draw_pixels(axes, [w.data for w in readers.neurons[digit].w], label("neuron", digit=digit), signed=True)
    image.set_clim(-largest, largest)
canvas.colorbar(image, ax=panels).set_label(label("weight"))
show("digit_weights", canvas)
