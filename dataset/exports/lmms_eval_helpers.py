"""The functions of the exported lmms-eval task: the export has a copy of this file and of what it imports of the factory.

In: a row of the export, or a model's answers.  Out: picture, prompt, scores.
An answer is read by the rules of `skg eval`, as far as its text tells: it does not say whether it was cut.
"""

import math
from collections.abc import Sequence
from typing import Any

from dataset.evaluation.choice_reading import LETTERS, choice_of

Doc = dict[str, Any]
Result = dict[str, Any]


def doc_to_visual(doc: Doc) -> list[Any]:
    """The picture, then further ones of a question about several, in their order."""
    return [picture.convert("RGB") for picture in (doc["image"], *(doc.get("more_images") or ()))]


def doc_to_text(doc: Doc, lmms_eval_specific_kwargs: object = None) -> str:
    """The question with lettered choices."""
    del lmms_eval_specific_kwargs
    choices = "\n".join(f"{letter}. {choice}" for letter, choice in zip(LETTERS, doc["choices"], strict=False))
    return f"{doc['question']}\n{choices}\nAnswer with the option's letter from the given choices directly."


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Result]:
    """Whether this rotation was answered correctly, under each metric.

    A standard error is a metric named as lmms-eval names its own, which it does not compute for functions of a task.
    """
    number = choice_of(results[0], doc["choices"])
    right = number is not None and LETTERS[number] == doc["answer"]
    result = {name: doc[name] for name in ("question_id", "sample_id", "kind")} | {"right": right, "mute": number is None}
    metrics = ("circular_accuracy", "accuracy", "unanswered", of_kind(doc["kind"]))
    return {name + suffix: result for name in metrics for suffix in ("", "_stderr")}


def accuracy(results: Sequence[Result]) -> float:
    """The share of rotations that were answered correctly."""
    return sum(result["right"] for result in results) / len(results) if results else 0.0


def circular_accuracy(results: Sequence[Result]) -> float:
    """The share of questions that were answered correctly in every rotation."""
    right = _in_every_rotation(results)
    return sum(right.values()) / len(right) if right else 0.0


def unanswered(results: Sequence[Result]) -> float:
    """The share of rotations whose reply names no choice, or several: it counts as wrong in the other metrics."""
    return sum(result["mute"] for result in results) / len(results) if results else 0.0


def accuracy_stderr(results: Sequence[Result]) -> float | str:
    """The standard error of the accuracy; "N/A" for fewer than two pictures."""
    return _clustered_error([(result["sample_id"], float(result["right"])) for result in results])


def unanswered_stderr(results: Sequence[Result]) -> float | str:
    """The standard error of the share without an answer; "N/A" for fewer than two pictures."""
    return _clustered_error([(result["sample_id"], float(result["mute"])) for result in results])


def circular_accuracy_stderr(results: Sequence[Result]) -> float | str:
    """The standard error of the circular accuracy; "N/A" for fewer than two pictures."""
    pictures = {result["question_id"]: result["sample_id"] for result in results}
    return _clustered_error([(pictures[name], float(right)) for name, right in _in_every_rotation(results).items()])


def of_kind(kind: str) -> str:
    """The name of the metric of one kind of question."""
    return f"circular_accuracy_{kind}"


def _in_every_rotation(results: Sequence[Result]) -> dict[str, bool]:
    right: dict[str, bool] = {}
    for result in results:
        name = result["question_id"]
        right[name] = right.get(name, True) and result["right"]
    return right


def _clustered_error(scores: Sequence[tuple[str, float]]) -> float | str:
    """The standard error of the mean where scores of one picture depend on each other (scores beside their cluster)."""
    mean = sum(score for _, score in scores) / max(1, len(scores))
    sums: dict[str, float] = {}
    for cluster, score in scores:
        sums[cluster] = sums.get(cluster, 0.0) + score - mean
    if len(sums) < 2:
        return "N/A"
    variance = len(sums) / (len(sums) - 1) * sum(one * one for one in sums.values())
    return math.sqrt(variance) / len(scores)
