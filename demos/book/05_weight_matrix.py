# %% [markdown] tags=["ko"]
# # 5장. 가중치 행렬
#
# 한 층에는 뉴런이 여럿 있습니다. 뉴런마다 가중치가 한 줄씩 있으니, 줄을 차곡차곡 쌓으면 표가 됩니다.
# 이것이 **가중치 행렬**입니다.
#
# - **행** 하나는 뉴런 하나
# - **열** 하나는 특성(입력) 하나
# - **칸** 하나는 "그 뉴런이 그 특성을 얼마나 중요하게 보는가"

# %% [markdown] tags=["en"]
# # Chapter 5. The weight matrix
#
# A layer has several neurons. Each has a row of weights; put the rows on top of one another, and there is a table: the
# **weight matrix**.
#
# - A **row** is a neuron.
# - A **column** is a feature (an input).
# - A **cell** tells how much that neuron cares for that feature.

# %% [markdown] tags=["ko"]
# ## 붓꽃을 가리는 뉴런 세 개
#
# 붓꽃의 특성은 넷(꽃받침과 꽃잎의 길이와 너비), 종류는 셋입니다. 그래서 행이 셋, 열이 넷인 행렬입니다.

# %% [markdown] tags=["en"]
# ## Three neurons that tell irises apart
#
# An iris has four features (length and width of sepal and petal), and there are three species: a matrix of three rows
# and four columns.

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
say(
    ko=f"150송이 가운데 {right}송이를 맞혔습니다. 가중치 행렬:",
    en=f"{right} of 150 flowers are right. The weight matrix:",
)
print(layer.weight)

# %% tags=["hide-input"]
names = [
    label(ko="꽃받침 길이", en="sepal length"),
    label(ko="꽃받침 너비", en="sepal width"),
    label(ko="꽃잎 길이", en="petal length"),
    label(ko="꽃잎 너비", en="petal width"),
]
matrix = [[w.data for w in neuron.w] for neuron in layer.neurons]
canvas, axes = figure(width=7.4, height=3.4)
image = draw_heat_map(axes, matrix)
axes.set(
    xticks=range(4),
    xticklabels=names,
    yticks=range(3),
    yticklabels=[str(name) for name in iris.target_names],
    xlabel=label(ko="열: 특성", en="columns: features"),
    ylabel=label(ko="행: 뉴런", en="rows: neurons"),
)
canvas.colorbar(image).set_label(label(ko="가중치 (단위 없음)", en="weight (no unit)"))
show(
    "iris_weights",
    canvas,
    ko="가중치 행렬의 히트맵: setosa 뉴런은 꽃잎이 작을수록(파란 칸) 큰 소리로 대답한다",
    en="The weight matrix as a heat map: the setosa neuron answers louder the smaller the petal (blue cells)",
)

# %% [markdown] tags=["ko"]
# ## 행렬 곱셈이란
#
# 층의 계산은 행마다 똑같습니다. 칸과 특성을 짝지어 곱하고, 모두 더하고, 편향을 더합니다. 이것을 모든 행에 대해
# 한꺼번에 적은 것이 **행렬 곱셈**입니다. 손으로 계산해서 층의 답과 견주어 봅시다.

# %% [markdown] tags=["en"]
# ## What a matrix product is
#
# A layer computes each row in the same way: multiply cell by feature, pair by pair, add it all up, add the bias.
# Written for all rows at once, this is the **matrix product**. Let us do it by hand and compare.

# %%
flower = flowers[0]
for neuron, answer, name in zip(layer.neurons, layer(flower), iris.target_names):
    by_hand = sum(w.data * x for w, x in zip(neuron.w, flower)) + neuron.b.data
    say(
        ko=f"{name:11} 손으로 {by_hand:7.4f}   층의 답 {answer:7.4f}",
        en=f"{name:11} by hand {by_hand:7.4f}   layer {answer:7.4f}",
    )

# %% [markdown] tags=["ko"]
# ## 행 하나를 그래프로
#
# 위 히트맵의 첫 행(setosa 뉴런)을 계산 그래프로 그리면 이렇습니다. 노란 상자 `w0`–`w3`가 그 행의 네 칸입니다.

# %% [markdown] tags=["en"]
# ## A row as a graph
#
# Here is the first row of the heat map, the setosa neuron, as a computation graph. The boxes `w0` to `w3` are the four
# cells of that row.

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
show("iris_neuron", graph(setosa), ko="행 하나, 뉴런 하나, dot 노드 하나", en="One row, one neuron, one dot node")

# %% [markdown] tags=["ko"]
# ## 뉴런이 보고 싶어 하는 그림
#
# 손글씨 숫자 그림은 점이 64개이니 가중치도 한 줄에 64개입니다. 그 한 줄을 다시 8×8로 접으면
# **그 뉴런이 찾고 있는 모양**이 보입니다. 빨간 곳에 잉크가 있으면 점수가 오르고, 파란 곳에 있으면 내립니다.

# %% [markdown] tags=["en"]
# ## The picture that a neuron is looking for
#
# A picture of a digit has 64 pixels, hence a row has 64 weights. Fold a row back to 8×8, and the **shape that the
# neuron is looking for** appears. Ink on red raises its score, ink on blue lowers it.

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
say(
    ko=f"한 층짜리 모델이 {len(labels)}장 가운데 {right}장을 읽었습니다 ({right / len(labels):.1%}).",
    en=f"A model of a single layer reads {right} of {len(labels)} pictures ({right / len(labels):.1%}).",
)

# %% tags=["hide-input"]
canvas, panels = figure(2, 5, width=9.4, height=4.4)
largest = max(abs(w.data) for neuron in readers.neurons for w in neuron.w)
for digit, axes in enumerate(panels.flat):
    image = draw_pixels(
        axes, [w.data for w in readers.neurons[digit].w], label(ko=f"{digit}번 뉴런", en=f"neuron {digit}"), signed=True
    )
    image.set_clim(-largest, largest)
canvas.colorbar(image, ax=panels).set_label(label(ko="가중치 (단위 없음)", en="weight (no unit)"))
show(
    "digit_weights",
    canvas,
    ko="가중치 행렬의 행 10개를 저마다 8×8로 접은 그림: 0번 뉴런은 가운데가 빈 고리를 찾는다",
    en="The ten rows of the weight matrix, folded to 8×8: neuron 0 looks for a ring with nothing inside",
)
