"""Makes a question's prompt.

In: a question.  Out: its prompt.
"""

from dataset.evaluation.choice_reading import LETTERS
from dataset.evaluation.eval_items import Item

PROMPT = "choice-1"
"""Name and version of the wording: answers to another wording are another run."""


def prompt(item: Item) -> str:
    """The question with lettered choices; of a place the question alone."""
    pictures = "picture" if item.pictures == 1 else f"{item.pictures} pictures"
    if item.region is not None:
        return (
            f"Look at the {pictures} and answer the question.\n\nQuestion: {item.question}\n\nAnswer with the numbers only."
        )
    choices = "\n".join(f"{letter}. {choice}" for letter, choice in zip(LETTERS, item.choices, strict=False))
    return (
        f"Look at the {pictures} and answer the question with one of the choices.\n\n"
        f"Question: {item.question}\n{choices}\n\nAnswer with the letter of the right choice only."
    )
