"""From summaries to the tables that figures show: tidy, labelled, rounded, and nothing else.

One module a chapter. A view chooses rows, names observers as readers know them, and puts beside
each other what a figure needs; statistics come from `gcbook.estimates`, looks from
`gcbook.figures`.
"""
