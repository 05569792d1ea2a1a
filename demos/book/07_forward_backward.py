"""Chapter 7. Forward and back propagation.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/07_forward_backward.md;
`python -m micrograd_kr book 7` shows them with the code.
"""

# %% [markdown] forward_and_back_propagation

# %% [markdown] two_inputs_two_hidden_neurons_one_output

# %%
from micrograd_kr import Stepper, Value, nn, why
from micrograd_kr.book import BLUE, RED, figure, graph, label, say, show, size
from sklearn.datasets import load_iris

iris = load_iris()
chosen = [51, 77, 100, 126]  # two of each
mean_length, mean_width = 4.9, 1.7
flowers = [[iris.data[i][2] - mean_length, iris.data[i][3] - mean_width] for i in chosen]
answers = [0.0, 0.0, 1.0, 1.0]

model = nn.MLP(2, [2, 1], activation="tanh", output_activation="sigmoid", seed=4)
for l, layer in enumerate(model.layers, start=1):
    for n, neuron in enumerate(layer.neurons, start=1):
        neuron.b.label = f"b{l}{n}"
        for k, weight in enumerate(neuron.w, start=1):
            weight.label = f"w{l}{n}{k}"
say("there_are_knobs", count=len(model.parameters()))

# %% [markdown] forward_layer_by_layer


# %%
def forward(flower):
    hidden = model.layers[0](flower)  # the first layer
    prediction = model.layers[1](hidden)  # the last layer
    return hidden, prediction


predictions = []
for flower, answer in zip(flowers, answers):
    hidden, prediction = forward(flower)
    predictions.append(prediction)
    say(
        "inputs_hidden_prediction_truth",
        length=flower[0],
        width=flower[1],
        first=hidden[0],
        second=hidden[1],
        prediction=prediction,
        answer=answer,
    )

cost = sum((p - a) ** 2 for p, a in zip(predictions, answers)) / len(answers)
say("mean_cost", cost=cost)

# %% [markdown] backward_from_the_cost_to_the_weights

# %%
cost.backward()
before = {p.label: (p.data, p.grad) for p in model.parameters()}

for number, layer in reversed(list(enumerate(model.layers, start=1))):
    say("layer", number=number)
    for parameter in layer.parameters():
        advice = "↓" if parameter.grad > 0 else "↑"
        say("gradient_move", name=parameter.label, parameter=parameter, gradient=parameter.grad, advice=advice)

# %% tags=["hide-input"]
canvas, axes = figure(width=7.6, height=3.4)
names, gradients = list(before), [gradient for _, gradient in before.values()]
axes.bar(names, gradients, color=[RED if g > 0 else BLUE for g in gradients])
axes.axhline(0, color="black", linewidth=0.8)
axes.set(
    xlabel=label("knob"),
    ylabel=label("gradient"),
)
show("blame", canvas)

# %% [markdown] slowly_step_by_step_stepper

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

# %% [markdown] you_can_walk_forwards

# %% tags=["hide-input"]
show("one_neuron", graph(small_cost))

# %% [markdown] why_this_gradient_why

# %%
predictions = []
for number, flower in enumerate(flowers, start=1):
    hidden, prediction = forward(flower)
    hidden[0].label, prediction.label = f"hidden{number}", f"prediction{number}"
    predictions.append(prediction)
cost = nn.mean_squared_error(predictions, answers)
cost.label = "cost"
print(why(cost, model.layers[0].neurons[0].w[0]))

# %% [markdown] two_journeys_again_and_again

# %%
optimizer, costs = nn.SGD(model, lr=2.0), []
for _ in range(size(300, small=5)):
    predictions = [model(flower) for flower in flowers]
    cost = sum((p - a) ** 2 for p, a in zip(predictions, answers)) / len(answers)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    costs.append(cost.data)
say("cost_predictions", before=costs[0], after=costs[-1], predictions=", ".join(f"{p:.3f}" for p in predictions))

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3)
axes.plot(costs, color=BLUE)
axes.set(
    xlabel=label("repetitions"),
    ylabel=label("mean_cost_axis"),
)
show("costs", canvas)
