"""Chapter 7. Forward and back propagation.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/07_forward_backward.md;
`python -m micrograd_kr book 7` shows them with the code.
"""

# %% [markdown] forward_and_back_propagation

# %% [markdown] aims

# %% [markdown] chain_rule

# %%
from micrograd_kr import Stepper, Value, draw, nn, why
from micrograd_kr.book import ERROR, MODEL, NEGATIVE, POSITIVE, TRAINING, figure, graph, label, say, show, size

x = Value(1.5, label="x")
y = 3 * x
z = y**2
y.label, z.label = "y", "z"

z.backward()
little = 0.001
really = ((3 * (1.5 + little)) ** 2 - z.data) / little
say("chain_in_numbers", y_gradient=y.grad, gradient=x.grad, really=really)
print(why(z, x))

# %% [markdown] slowly_step_by_step_stepper

# %%
x, w, b = Value(1.5, label="x"), Value(-0.6, label="w"), Value(0.2, label="b")
prediction = (x * w + b).sigmoid()
error = prediction - 1.0
loss = error**2
prediction.label, error.label, loss.label = "prediction", "error", "loss"

for step in Stepper(loss):
    print(step.say())

# %% [markdown] you_can_walk_forwards

# %% tags=["hide-input"]
show("one_neuron", graph(loss, train=[w, b]))

# %% [markdown] shared_node

# %%
a = Value(3.0, label="a")
u, v = 2 * a, 5 * a
out = u + v
u.label, v.label, out.label = "u", "v", "out"

out.backward()
really = (2 * (3.0 + little) + 5 * (3.0 + little) - out.data) / little
say("shared_in_numbers", gradient=a.grad, really=really)
print(why(out, a))

# %% tags=["hide-input"]
show("shared_node_drawn", draw(out))

# %% [markdown] order


# %%
def four_times():
    a = Value(1.0)
    b = a + a
    c = b + b
    c.grad = 1.0
    return a, b, c


def pass_on(node):
    """Wrong: whoever is met passes on what it has so far."""
    for argument in node.args:
        argument.grad += node.grad  # the local derivative of + is 1
    for argument in node.args:
        pass_on(argument)


a, b, c = four_times()
pass_on(c)
say("as_they_are_met", gradient=a.grad)

# %% [markdown] right_order

# %%
a, b, c = four_times()
for node in [c, b]:  # c before b: then b has both of its parts
    for argument in node.args:
        argument.grad += node.grad
say("in_order", gradient=a.grad)

# %% [markdown] two_inputs_two_hidden_neurons_one_output

# %%
from sklearn.datasets import load_iris

measured = load_iris().data.tolist()

chosen = [51, 77, 100, 126]  # two of each
mean_length, mean_width = 4.9, 1.7
flowers = [[measured[i][2] - mean_length, measured[i][3] - mean_width] for i in chosen]
answers = [0.0, 0.0, 1.0, 1.0]

model = nn.MLP(2, [2, 1], activation="tanh", output_activation="sigmoid", seed=4)
names = ["w1", "w2", "b1", "w3", "w4", "b2", "w5", "w6", "b3"]
for name, parameter in zip(names, model.parameters()):
    parameter.label = name
say("there_are_knobs", count=len(model.parameters()))

# %% [markdown] forward_layer_by_layer

# %%
first_layer, last_layer = model.layers
losses = []
for flower, answer in zip(flowers, answers):
    hidden = first_layer(flower)
    prediction = last_layer(hidden)
    losses.append((prediction - answer) ** 2)
    say(
        "inputs_hidden_prediction_truth",
        length=flower[0],
        width=flower[1],
        first=hidden[0],
        second=hidden[1],
        prediction=prediction,
        answer=answer,
    )
cost = sum(losses) / len(losses)
say("mean_of_losses", cost=cost)

# %% [markdown] backward_from_the_cost_to_the_weights

# %%
cost.backward()
for parameter in reversed(model.parameters()):
    advice = "↓" if parameter.grad > 0 else "↑"
    say("gradient_move", name=parameter.label, parameter=parameter, gradient=parameter.grad, advice=advice)

# %% tags=["hide-input"]
canvas, axes = figure(width=7.6, height=3.4)
gradients = [parameter.grad for parameter in model.parameters()]
axes.bar(names, gradients, color=[POSITIVE if gradient > 0 else NEGATIVE for gradient in gradients])
axes.axhline(0, color="grey", linewidth=0.8)
axes.set(xlabel=label("knob"), ylabel=label("gradient"))
show("blame", canvas)

# %% [markdown] why_this_gradient_why

# %%
predictions = []
for number, flower in enumerate(flowers, start=1):
    hidden = first_layer(flower)
    prediction = last_layer(hidden)
    hidden[0].label, prediction.label = f"hidden{number}", f"prediction{number}"
    predictions.append(prediction)
cost = nn.mean_squared_error(predictions, answers)
cost.label = "cost"
print(why(cost, model.parameters()[0]))

# %% [markdown] gradient_of_zero

# %%
w = Value(-1.5, label="w")
for x, b in [(2.0, 5.0), (2.0, 1.0), (0.0, 1.0), (2.0, 6.0)]:
    w.grad = 0.0
    before_relu = w * x + b
    loss = (before_relu.relu() - 3) ** 2
    loss.backward()
    say("zero_or_not", x=x, b=b, before=before_relu.data, after=max(before_relu.data, 0.0), gradient=w.grad)

# %% [markdown] closed_relu

# %%
before_relu = w * 2.0 + 1.0
hidden = before_relu.relu()
loss = (hidden - 3) ** 2
before_relu.label, hidden.label, loss.label = "before_relu", "hidden", "loss"
print(why(loss, w))

# %% [markdown] resetting


# %%
def learn(reset):
    w, path = Value(0.0), []
    for _ in range(30):
        loss = (w - 3) ** 2
        if reset:
            w.grad = 0.0
        loss.backward()
        w.data = w.data - 0.1 * w.grad
        path.append(w.data)
    return path


with_reset, without_reset = learn(reset=True), learn(reset=False)
say("after_thirty", reset=with_reset[-1], never=without_reset[-1], largest=max(without_reset))

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3.2)
axes.axhline(3, color="grey", linestyle=":", label=label("lowest_point"))
axes.plot(range(1, 31), with_reset, color=MODEL, label=label("with_reset"))
axes.plot(range(1, 31), without_reset, color=ERROR, linestyle="--", label=label("without_reset"))
axes.set(xlabel=label("repetitions"), ylabel=label("weight_w"), ylim=(-0.5, 9.5))
axes.legend(fontsize=9)
show("resetting_drawn", canvas)

# %% [markdown] two_journeys_again_and_again

# %%
optimizer, costs = nn.SGD(model, lr=2.0), []
for _ in range(size(300, small=5)):
    predictions = [model(flower) for flower in flowers]
    cost = nn.mean_squared_error(predictions, answers)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    costs.append(cost.data)
say("cost_predictions", before=costs[0], after=costs[-1], predictions=", ".join(f"{p:.3f}" for p in predictions))

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3)
axes.plot(costs, color=TRAINING)
axes.set(xlabel=label("repetitions"), ylabel=label("mean_cost_axis"))
show("costs", canvas)

# %% [markdown] famous_mistakes

# %%
from micrograd_kr.testing.mutation.gallery import show as gallery

print(gallery())

# %% [markdown] recap

# %% [question] multiplied predict
x = Value(2.0)
y = 3 * x
z = y**2
z.backward()
print(x.grad)

# %% [question] added predict
a = Value(2.0)
out = a * a + 3 * a
out.backward()
print(a.grad)

# %% [question] which_order choose
a = Value(1.0)
b = 2 * a
out = b + 5 * b
out.backward()
print({1.0: 1, 12.0: 2, 10.0: 3}[a.grad])

# %% [question] still_weight choose
w = Value(1.0)
((w * 2 - 5).relu() - 1).backward()
print(1 if w.grad > 0 else 2 if w.grad < 0 else 3)

# %% [question] left_over mend
w = Value(1.0)
for step in range(2):
    loss = (w - 3) ** 2
    loss.backward()  # mend: w.grad = 0.0; loss.backward()
    w.data = w.data - 0.1 * w.grad
print(round(w.data, 2))
