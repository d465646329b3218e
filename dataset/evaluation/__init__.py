"""Evaluates a model: questions of a hold-out split or a file, any model behind a Protocol, scores with intervals.

In: questions with pictures, an `Answerer`.  Out: a log of answers, scores, a chart, baselines for comparison.
"""
