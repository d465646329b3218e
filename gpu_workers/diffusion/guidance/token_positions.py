"""Where an object is named in its prompt.

In: a tokenizer and orders.  Out: for each object the places of its tokens in the prompt, as far as the model reads it.
"""

from collections.abc import Sequence
from typing import Any

from gpu_workers.diffusion.conditioning import Conditioning


def places_of(tokenizer: Any, orders: Conditioning) -> list[list[int]]:
    """By the whole phrase, else by the bare category; an object that the prompt does not name has no place."""
    prompt = tokenizer(orders.prompt, truncation=True, max_length=tokenizer.model_max_length).input_ids
    return [
        _found(prompt, _inner(tokenizer, phrase)) or _found(prompt, _inner(tokenizer, word))
        for phrase, word in zip(orders.phrases, orders.words, strict=True)
    ]


def _inner(tokenizer: Any, text: str) -> list[int]:
    """A text's tokens without the marks of start and end."""
    return list(tokenizer(text, add_special_tokens=False).input_ids)


def _found(prompt: Sequence[int], wanted: Sequence[int]) -> list[int]:
    for start in range(len(prompt) - len(wanted) + 1):
        if wanted and list(prompt[start : start + len(wanted)]) == list(wanted):
            return list(range(start, start + len(wanted)))
    return []
