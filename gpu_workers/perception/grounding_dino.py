"""Runs Grounding DINO: all labels of a picture in one text, scored by the positions of their tokens.

In: a loaded model, pictures, labels.  Out: for each picture the score of every label in every query, and the boxes.
"""

from collections.abc import Sequence
from typing import Any

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.perception.loaded_models import LoadedModel, RawDetections


def run_grounding_dino(
    loaded: LoadedModel, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]
) -> list[RawDetections]:
    """A run over all pictures of each size: padded to another's, a picture would be seen otherwise than alone.

    The labels of each picture must fit into one text (`label_batches`).
    """
    alike, answers = dict[tuple[int, int], list[int]](), dict[int, RawDetections]()
    for place, picture in enumerate(pictures):
        alike.setdefault(picture.size, []).append(place)
    for places in alike.values():
        found = _run_alike(loaded, [pictures[place] for place in places], [labels[place] for place in places])
        answers |= dict(zip(places, found, strict=True))
    return [answers[place] for place in range(len(pictures))]


def _run_alike(
    loaded: LoadedModel, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]
) -> list[RawDetections]:
    """One run over pictures of one size."""
    torch = lazy_imports.torch()
    texts = [joined_labels(asked) for asked in labels]
    inputs = loaded.processor(images=list(pictures), text=texts, padding=True, truncation=True, return_tensors="pt")
    found = loaded.model(**loaded.taken(inputs))
    answers = []
    for number, asked in enumerate(labels):
        logits = found.logits[number].sigmoid()
        columns = []
        for words in _token_positions(loaded.processor.tokenizer, asked):
            parts = [logits[:, places].mean(-1) for places in words if places]
            columns.append(torch.stack(parts).amin(0) if parts else torch.zeros(len(logits)).to(logits))
        answers.append((torch.stack(columns, -1), found.pred_boxes[number]))
    return answers


def joined_labels(labels: Sequence[str]) -> str:
    """The labels as one text, in the form that Grounding DINO expects."""
    return ". ".join(label.casefold() for label in labels) + "."


def _token_positions(tokenizer: Any, labels: Sequence[str]) -> list[list[list[int]]]:
    """The positions of each label's tokens in the joined text: as one group, or word by word for a description.

    Where "cat" is a label too, "red cat" gets the lower score of its two words; else every cat would half match "red cat".
    """
    asked = [label.casefold() for label in labels]
    offsets = tokenizer(joined_labels(labels), truncation=True, return_offsets_mapping=True)["offset_mapping"]
    spans, start = [], 0
    for label in asked:
        head = next((other for other in asked if label.endswith(f" {other}")), label)
        words = [*label[: len(label) - len(head)].split(), head]
        ends, end = [], start
        for word in words:
            begin = label.index(word, end - start) + start
            end = begin + len(word)
            ends.append([i for i, (a, b) in enumerate(offsets) if a < b and a >= begin and b <= end])
        spans.append(ends)
        start += len(label) + len(". ")
    return spans


def heads_of(label: str, labels: Sequence[str]) -> list[str]:
    """The categories among labels that a description is of; empty for a category."""
    return [other for other in labels if label.endswith(f" {other}")]


def label_batches(loaded: LoadedModel, labels: Sequence[str]) -> list[list[str]]:
    """The labels in as few texts as fit the model's token limit: a truncated label would look like an absent object.

    A description is in the same text as the category that it describes.
    """
    tokenizer, room = loaded.processor.tokenizer, loaded.text_room
    portions: list[list[str]] = []
    for label in labels:
        heads = heads_of(label, labels)
        longer = [*(portions[-1] if portions else []), label]
        longer += [head for head in heads if head not in longer]
        if portions and len(tokenizer(joined_labels(longer))["input_ids"]) <= room:
            portions[-1] = longer
        else:
            portions.append([label, *heads])
    return portions
