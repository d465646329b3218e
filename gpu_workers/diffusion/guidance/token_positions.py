"""Finds the tokens that name an object in its prompt.

In: a tokenizer and a conditioning.  Out: for each object the positions of its tokens in the truncated prompt.
"""

from collections.abc import Sequence
from typing import Any

from gpu_workers.diffusion.conditioning import Conditioning


def token_positions(tokenizer: Any, conditioning: Conditioning) -> list[list[int]]:
    """By the whole phrase, else by the bare category; empty for an object that the prompt does not name."""
    prompt = tokenizer(conditioning.prompt, truncation=True, max_length=tokenizer.model_max_length).input_ids
    return [
        _positions_of(prompt, _plain_tokens(tokenizer, phrase)) or _positions_of(prompt, _plain_tokens(tokenizer, word))
        for phrase, word in zip(conditioning.phrases, conditioning.words, strict=True)
    ]


def _plain_tokens(tokenizer: Any, text: str) -> list[int]:
    """A text's tokens without start and end tokens."""
    return list(tokenizer(text, add_special_tokens=False).input_ids)


def _positions_of(prompt: Sequence[int], wanted: Sequence[int]) -> list[int]:
    for start in range(len(prompt) - len(wanted) + 1):
        if wanted and list(prompt[start : start + len(wanted)]) == list(wanted):
            return list(range(start, start + len(wanted)))
    return []
