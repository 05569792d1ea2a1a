# %% [markdown] tags=["ko"]
# # 7장. 순전파와 역전파
#
# 신경망의 학습은 두 번의 여행입니다.
#
# - **순전파**: 입력에서 출발해 한 층 한 층 앞으로 계산하며 예측과 **비용**에 이릅니다.
# - **역전파**: 비용에서 출발해 마지막 층부터 거꾸로 돌아오며, 가중치마다 "너는 비용에 얼마나 책임이 있니?" 하고 묻습니다.
#   그 답이 기울기이고, 가중치를 그 **반대쪽**으로 옮깁니다.
#
# 아주 작은 신경망 하나로 두 여행을 처음부터 끝까지 따라가 봅시다.

# %% [markdown] tags=["en"]
# # Chapter 7. Forward and back propagation
#
# A neural network learns by two journeys.
#
# - **Forward propagation** sets out from the inputs and computes layer by layer to the prediction and the **cost**.
# - **Back propagation** sets out from the cost, goes back from the last layer, and asks each weight: "how much of the
#   cost is your doing?" The answer is its gradient, and the weight is moved the **other way**.
#
# Let us follow both journeys from beginning to end in a tiny network.

# %% [markdown] tags=["ko"]
# ## 입력 둘, 은닉 뉴런 둘, 출력 하나
#
# 붓꽃의 꽃잎 길이와 너비를 보고 versicolor(0)인지 virginica(1)인지 맞힙니다. 꽃은 네 송이만 쓰겠습니다.
# 특성은 평균을 빼서 0 근처로 옮겨 둡니다.

# %% [markdown] tags=["en"]
# ## Two inputs, two hidden neurons, one output
#
# From the length and width of an iris petal, tell versicolor (0) from virginica (1). Four flowers will do. The features
# are moved close to 0 by subtracting their means.

# %%
from micrograd_kr import Stepper, Value, nn, why
from micrograd_kr.book import BLUE, RED, figure, graph, label, say, show, size
from sklearn.datasets import load_iris

iris = load_iris()
chosen = [51, 77, 100, 126]  # 둘씩 / two of each
mean_length, mean_width = 4.9, 1.7
flowers = [[iris.data[i][2] - mean_length, iris.data[i][3] - mean_width] for i in chosen]
answers = [0.0, 0.0, 1.0, 1.0]

model = nn.MLP(2, [2, 1], activation="tanh", output_activation="sigmoid", seed=4)
for l, layer in enumerate(model.layers, start=1):
    for n, neuron in enumerate(layer.neurons, start=1):
        neuron.b.label = f"b{l}{n}"
        for k, weight in enumerate(neuron.w, start=1):
            weight.label = f"w{l}{n}{k}"
say(ko=f"손잡이는 모두 {len(model.parameters())}개입니다.", en=f"There are {len(model.parameters())} knobs.")

# %% [markdown] tags=["ko"]
# ## 앞으로: 층을 하나씩
#
# 층의 출력은 다음 층의 입력이 됩니다. 마지막 층이 내놓은 수가 예측, 곧 virginica일 확률입니다.

# %% [markdown] tags=["en"]
# ## Forward: layer by layer
#
# What a layer gives is what the next one takes. The number from the last layer is the prediction: the probability of
# virginica.


# %%
def forward(flower):
    hidden = model.layers[0](flower)  # 첫째 층 / the first layer
    prediction = model.layers[1](hidden)  # 마지막 층 / the last layer
    return hidden, prediction


predictions = []
for flower, answer in zip(flowers, answers):
    hidden, prediction = forward(flower)
    predictions.append(prediction)
    say(
        ko=f"입력 ({flower[0]:+.2f}, {flower[1]:+.2f}) → 은닉층 ({hidden[0]:+.3f}, {hidden[1]:+.3f}) → 예측 {prediction:.3f}, 정답 {answer:.0f}",
        en=f"inputs ({flower[0]:+.2f}, {flower[1]:+.2f}) → hidden ({hidden[0]:+.3f}, {hidden[1]:+.3f}) → prediction {prediction:.3f}, truth {answer:.0f}",
    )

cost = sum((p - a) ** 2 for p, a in zip(predictions, answers)) / len(answers)
say(ko=f"평균 비용: {cost:.4f}", en=f"mean cost: {cost:.4f}")

# %% [markdown] tags=["ko"]
# ## 거꾸로: 비용에서 가중치로
#
# `backward()` 한 번이면 모든 계산을 거꾸로 되짚습니다. 마지막 층의 기울기부터 봅시다.
# 기울기가 **양수**이면 그 가중치를 줄여야, **음수**이면 늘려야 비용이 줄어듭니다. 절댓값이 클수록 책임이 큽니다.

# %% [markdown] tags=["en"]
# ## Backward: from the cost to the weights
#
# One call of `backward()` goes back through every computation. We look at the last layer first. A weight with a
# **positive** gradient must shrink, one with a **negative** gradient must grow, for the cost to fall; the larger the
# number, the more of the cost is its doing.

# %%
cost.backward()
before = {p.label: (p.data, p.grad) for p in model.parameters()}

for number, layer in reversed(list(enumerate(model.layers, start=1))):
    say(ko=f"{number}층", en=f"layer {number}")
    for parameter in layer.parameters():
        advice = "↓" if parameter.grad > 0 else "↑"
        say(
            ko=f"   {parameter.label:4} = {parameter:+.3f}   기울기 {parameter.grad:+.4f}   옮길 방향 {advice}",
            en=f"   {parameter.label:4} = {parameter:+.3f}   gradient {parameter.grad:+.4f}   move {advice}",
        )

# %% tags=["hide-input"]
canvas, axes = figure(width=7.6, height=3.4)
names, gradients = list(before), [gradient for _, gradient in before.values()]
axes.bar(names, gradients, color=[RED if g > 0 else BLUE for g in gradients])
axes.axhline(0, color="black", linewidth=0.8)
axes.set(
    xlabel=label(ko="손잡이 (w층뉴런입력, b층뉴런)", en="knob (w layer neuron input, b layer neuron)"),
    ylabel=label(ko="기울기 (비용 / 단위)", en="gradient (cost per unit)"),
)
show(
    "blame",
    canvas,
    ko="손잡이마다의 기울기: 빨간 것은 줄이고 파란 것은 늘린다",
    en="The gradient of each knob: turn the red ones down and the blue ones up",
)

# %% [markdown] tags=["ko"]
# ## 한 걸음씩 천천히: Stepper
#
# 역전파에는 마술이 없습니다. 노드마다 **자기 자리의 미분**(국소 미분)에 **위에서 내려온 기울기**를 곱해 아래로 넘길 뿐입니다.
# 뉴런 하나만 떼어 한 걸음씩 들어 봅시다.

# %% [markdown] tags=["en"]
# ## Slowly, step by step: Stepper
#
# There is no magic in back propagation. Each node multiplies its **own derivative** by the **gradient that comes from
# above**, and hands the product down. Here is a single neuron, one step at a time.

# %%
x, w, b = Value(1.5, label="x"), Value(-0.6, label="w"), Value(0.2, label="b")
prediction = (x * w + b).sigmoid()
prediction.label = "prediction"
error = prediction - 1.0
error.label = "error"
small_cost = error**2
small_cost.label = "cost"

for step in Stepper(small_cost):
    print(step.say())

# %% [markdown] tags=["ko"]
# 그래프에서 직접 앞뒤로 걸어 볼 수도 있습니다. 화살표 단추를 눌러 보고, 가중치를 바꾸어 보세요.

# %% [markdown] tags=["en"]
# You can walk forwards and backwards in the graph yourself: press the arrows, and change a weight.

# %% tags=["hide-input"]
show("one_neuron", graph(small_cost), ko="뉴런 하나의 순전파와 역전파", en="Forward and back propagation in one neuron")

# %% [markdown] tags=["ko"]
# ## 왜 이 기울기인가: why
#
# 첫 층의 가중치 `w111`은 비용에서 멉니다. 책임은 **길을 따라** 전해집니다. 길마다 국소 미분을 모두 곱하고, 그 곱을 모두 더하면
# 기울기가 됩니다. 꽃이 네 송이이니 길도 넷입니다.

# %% [markdown] tags=["en"]
# ## Why this gradient: why
#
# The weight `w111` of the first layer is far from the cost. Its share is passed down **along paths**: multiply the
# derivatives along each path, add up the paths, and there is the gradient. Four flowers make four paths.

# %%
predictions = []
for number, flower in enumerate(flowers, start=1):
    hidden, prediction = forward(flower)
    hidden[0].label, prediction.label = f"hidden{number}", f"prediction{number}"
    predictions.append(prediction)
cost = nn.mean_squared_error(predictions, answers)
cost.label = "cost"
print(why(cost, model.layers[0].neurons[0].w[0]))

# %% [markdown] tags=["ko"]
# ## 두 여행을 되풀이한다
#
# 이제 모든 가중치를 기울기의 반대쪽으로 옮기고, 다시 순전파로 돌아갑니다.

# %% [markdown] tags=["en"]
# ## The two journeys, again and again
#
# Now every weight is moved against its gradient, and we go forward again.

# %%
optimizer, costs = nn.SGD(model, lr=2.0), []
for _ in range(size(300, small=5)):
    predictions = [model(flower) for flower in flowers]
    cost = sum((p - a) ** 2 for p, a in zip(predictions, answers)) / len(answers)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    costs.append(cost.data)
say(
    ko=f"비용 {costs[0]:.4f} → {costs[-1]:.4f}, 예측 {', '.join(f'{p:.3f}' for p in predictions)} (정답 0, 0, 1, 1)",
    en=f"cost {costs[0]:.4f} → {costs[-1]:.4f}, predictions {', '.join(f'{p:.3f}' for p in predictions)} (truth 0, 0, 1, 1)",
)

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3)
axes.plot(costs, color=BLUE)
axes.set(
    xlabel=label(ko="되풀이 (번)", en="repetitions (count)"),
    ylabel=label(ko="평균 비용 (확률의 제곱)", en="mean cost (probability squared)"),
)
show(
    "costs",
    canvas,
    ko="순전파와 역전파를 되풀이하는 동안의 비용",
    en="The cost while forward and back propagation are repeated",
)
