"""How well a model answers: questions of a hold-out or of a file, any model behind a Protocol, scores with intervals.

In: questions with pictures, an `Answerer`.  Out: answers as they come, scores, a picture, baselines beside it.
"""
