"""Measures whether a dataset teaches what it should: shortcuts without the picture, disputable questions, shares, variety.

In: the rows of a snapshot.  Out: measures with intervals and goals, as JSON and as a page.
"""
