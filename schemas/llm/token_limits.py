"""Limits of the tokens of one reply. Plain numbers."""

LEAST_TOKENS, MOST_TOKENS = 16, 131_072
"""Bounds of a limit: a letter in a JSON object fits into the one, no server gives more than the other."""

ANSWER_TOKENS = 1024
"""Default limit of an answer in an evaluation: a letter needs ten tokens, and short thinking fits too; a picture and its
question have room beside it in a context of 4,096."""
