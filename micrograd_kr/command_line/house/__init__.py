"""The main job: a neuron learns the prices of 88 real houses.

regression.py   the houses in two groups, gradient descent, and least squares beside it
one_house.py    the price of one house, predicted, and how each number moved the squared error
all_houses.py   training on the houses that may be seen, and the cost on those that may not
"""
