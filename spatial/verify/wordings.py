"""Other ways to say the same: what people write, turned into the words that sentences are read by.

In: a marked text of `nouns.marked`.  Out: the same text in the usual words.
Only what means the same in every sentence is replaced; nothing is added that was not said.
"""

import re

_SAME = tuple(
    (re.compile(pattern), usual)
    for pattern, usual in (
        (r"\bcolor\b", "colour"),
        (r"\b(?:photo|photograph)\b", "picture"),
        (r"\b(?:on|at|to) the (left|right)(?: hand|-hand)?(?: side)? of\b", r"to the \1 of"),
        (r"\b(?:to )?(?<!the )(left|right) of\b", r"to the \1 of"),
    )
)


def usual(text: str) -> str:
    """The text in the usual words, with a mark at its end."""
    for pattern, words in _SAME:
        text = pattern.sub(words, text)
    return text if text.endswith(("?", ".")) else f"{text} ?"
