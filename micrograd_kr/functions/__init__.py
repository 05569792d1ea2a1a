"""What the table of elementary functions is made of.

`row` is the class of a row, which finds the cell for the numbers it is called on, and `cells` holds the cells that are
more than a name. The table itself is `micrograd_kr/elementary.py`.
"""
