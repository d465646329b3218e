"""Normalises the wording of questions: synonyms become the words that the patterns of `sentences` expect.

In: a text from `lexicon.mark_nouns`.  Out: the same text in normal form.
Only phrases that mean the same in every sentence are replaced; no meaning is added.
"""

import re

_SAME = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bcolor\b", "colour"),
        (r"\b(?:photo|photograph|image)\b", "picture"),
        (r"\bthis picture\b", "the picture"),
        (r"^(?:looking at|judging by) the (?:whole )?picture ,", "in the picture ,"),
        (r"\b(?:judging by|measured in) the picture alone ,", "in the picture ,"),
        (r"\bnearer to\b", "closer to"),
        (r"\b(look|appear|seem) bigger\b", r"\1 larger"),
        (r"\brelative to\b", "in relation to"),
        (r"\bthe following\b", "these"),
        (r"\bwhich of the (?:things|objects) in the picture\b", "which thing in the picture"),
        (r"\bname what is\b", "tell me what is"),
        (r"^tell me whether (.+) \.$", r"is it true that \1 ?"),
        (
            r"^(?:as (?:seen by )?the viewer(?: sees it)?|seen (?:by the viewer|from the viewer's side)"
            r"|from (?:the viewer's side|where the viewer is)) ,",
            "for the viewer ,",
        ),
        (r" (?:as the viewer sees it|as seen by the viewer|from the viewer's side) ([?.])$", r" for the viewer \1"),
        (r"\b(?:on|at|to) the (left|right)(?: hand|-hand)?(?: side)? of\b", r"to the \1 of"),
        (r"\b(?:to )?(?<!the )(left|right) of\b", r"to the \1 of"),
    )
)


def normalise_wording(text: str) -> str:
    """The text in normal form, with a punctuation mark at its end."""
    for pattern, words in _SAME:
        text = pattern.sub(words, text)
    return text if text.endswith(("?", ".")) else f"{text} ?"
