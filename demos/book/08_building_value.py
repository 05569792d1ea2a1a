"""Chapter 8. Building Value.

The text and the words of this chapter stand in micrograd_kr/locale/LANGUAGE/chapters/08_building_value.md;
`python -m micrograd_kr book 8` shows them with the code.
"""

# %% [markdown] building_value

# %% [markdown] aims

# %% [markdown] number


# %%
class Value:
    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def __repr__(self):
        return f"Value({self.data}, grad={self.grad})"


print(Value(3.0))

# %% [markdown] operators


# %%
class Value(Value):  # what it was, and more
    def __add__(self, other):
        return Value(self.data + other.data)

    def __mul__(self, other):
        return Value(self.data * other.data)


x, w, b = Value(3.0), Value(-2.0), Value(1.0)
print(x * w + b)

# %% [markdown] record


# %%
class Value(Value):
    def __init__(self, data, args=()):
        self.data, self.grad, self.args = data, 0.0, args

    def __add__(self, other):
        return Value(self.data + other.data, (self, other))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other))


def print_graph(node, indent=""):
    print(indent + str(node.data))
    for arg in node.args:
        print_graph(arg, indent + "    ")


x, w, b = Value(3.0), Value(-2.0), Value(1.0)
print_graph(x * w + b)

# %% [markdown] local_derivatives


# %%
class Value(Value):
    def __init__(self, data, args=(), slopes=()):
        self.data, self.grad, self.args, self.slopes = data, 0.0, args, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))


x, w, b = Value(3.0), Value(-2.0), Value(1.0)
print((x * w).slopes, (x * w + b).slopes)

# %% [markdown] along_every_path


# %%
class Value(Value):
    def backward(self, upstream=1.0):
        self.grad += upstream
        for arg, slope in zip(self.args, self.slopes):
            arg.backward(upstream * slope)


x, w, b = Value(3.0), Value(-2.0), Value(1.0)
out = x * w + b
out.backward()
print(x, w, b)

# %% [markdown] judge_the_unfinished

# %%
from micrograd_kr.book import ERROR, MODEL, figure, label, say, show, size
from micrograd_kr.testing.conformance.verdict import judge

judge(Value)

# %% [markdown] too_many_paths


# %%
def visits(node):
    return 1 + sum(visits(arg) for arg in node.args)


for doublings in [2, 4, 8, 16]:
    out = Value(1.0)
    for _ in range(doublings):
        out = out + out
    say("visits_of_nodes", doublings=doublings, nodes=doublings + 1, visits=visits(out))

# %% tags=["hide-input"]
canvas, axes = figure(width=6.4, height=3.2)
doublings = list(range(1, 17))
axes.plot(doublings, [2 ** (n + 1) - 1 for n in doublings], color=ERROR, linestyle="--", label=label("every_path"))
axes.plot(doublings, [n + 1 for n in doublings], color=MODEL, label=label("every_node_once"))
axes.set(yscale="log", xticks=[1, 4, 8, 12, 16], xlabel=label("doublings_axis"), ylabel=label("visits_axis"))
axes.legend(fontsize=9)
show("visits_drawn", canvas)

# %% [markdown] in_order


# %%
class Value(Value):
    def backward(self):
        waiting, found = {self: 0}, [self]
        for node in found:  # the list grows while it is read
            node.grad = 0.0 if node.args else node.grad
            for arg in node.args:
                if arg not in waiting:
                    found.append(arg)
                waiting[arg] = waiting.get(arg, 0) + 1
        self.grad += 1.0
        ready = [self]
        for node in ready:
            for arg, slope in zip(node.args, node.slopes):
                arg.grad += node.grad * slope
                waiting[arg] -= 1
                if waiting[arg] == 0:
                    ready.append(arg)


a = Value(1.0)
out = a
for _ in range(100):
    out = out + out
out.backward()
print(a.grad == 2.0**100)

# %% [markdown] forty_lines


# %%
class Value:
    def __init__(self, data, args=(), slopes=()):
        self.data, self.grad, self.args, self.slopes = data, 0.0, args, slopes

    def __repr__(self):
        return f"Value({self.data}, grad={self.grad})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1) if n else 0.0,))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + other * -1.0

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        waiting, found = {self: 0}, [self]
        for node in found:
            node.grad = 0.0 if node.args else node.grad
            for arg in node.args:
                if arg not in waiting:
                    found.append(arg)
                waiting[arg] = waiting.get(arg, 0) + 1
        self.grad += 1.0
        ready = [self]
        for node in ready:
            for arg, slope in zip(node.args, node.slopes):
                arg.grad += node.grad * slope
                waiting[arg] -= 1
                if waiting[arg] == 0:
                    ready.append(arg)


# %% [markdown] judge_the_finished

# %%
judge(Value)

# %% [markdown] one_more_operation

# %%
import math
import random


class Value(Value):
    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), (1 - t * t,))


dice = random.Random(3)
hidden = [[Value(dice.uniform(-1, 1)) for _ in range(3)] for _ in range(3)]  # two weights and a bias each
output = [Value(dice.uniform(-1, 1)) for _ in range(4)]
parameters = [parameter for neuron in [*hidden, output] for parameter in neuron]
examples = [(-1, -1, -1), (-1, 1, 1), (1, -1, 1), (1, 1, -1)]  # x, y and the label


def predict(x, y):
    h1, h2, h3 = [(w1 * x + w2 * y + b).tanh() for w1, w2, b in hidden]
    v1, v2, v3, b = output
    return (v1 * h1 + v2 * h2 + v3 * h3 + b).tanh()


costs = []
for _ in range(size(200, small=3)):
    cost = sum((predict(x, y) - answer) ** 2 for x, y, answer in examples) / 4
    for parameter in parameters:
        parameter.grad = 0.0
    cost.backward()
    for parameter in parameters:
        parameter.data -= 0.3 * parameter.grad
    costs.append(cost.data)

say("own_engine_learns", before=costs[0], after=costs[-1])
for x, y, answer in examples:
    say("own_prediction", x=x, y=y, prediction=predict(x, y).data, answer=answer)

# %% [markdown] what_the_library_adds

# %% [markdown] recap

# %% [question] slopes_of_a_product predict
print((Value(3.0) * Value(4.0)).slopes)

# %% [question] twice predict
x = Value(2.0)
y = x * x
y.backward()
y.backward()
print(x.grad)

# %% [question] cube choose
x = Value(2.0)
(x**3).backward()
print({8.0: 1, 12.0: 2, 6.0: 3}[x.grad])


# %% [question] minus mend
def minus(a, b):
    return Value(a.data - b.data, (a, b), (1.0, 1.0))  # mend: return Value(a.data - b.data, (a, b), (1.0, -1.0))


a, b = Value(5.0), Value(2.0)
minus(a, b).backward()
print(a.grad, b.grad)
