"""What the table of elementary functions is made of.

`operands` is what type checkers know of numbers, `row` the class of a row, which finds the cell for the numbers it is
called on, and `cells` the cells that are more than a name. The table itself is `micrograd_kr/elementary.py`.
"""
