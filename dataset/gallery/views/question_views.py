"""Makes a template's values from the questions of a row.

In: a row as plain Python, its questions in the order of the page.  Out: plain values, each with its proof in words and as
marks over the picture, and whether it says anything new.
A sample may ask one fact in several forms, for training; whoever reviews or counts what is known should see that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dataset.analysis.certificate_text import proof_in_words
from dataset.gallery.views.label_places import Area
from dataset.gallery.views.proof_drawing import proof_marks
from dataset.quality.quality_rows import row_of
from dataset.quality.turn_entailment import TurnReader


def question_views(
    row: Mapping[str, Any], in_order: Sequence[Mapping[str, Any]], names: Sequence[Area] = ()
) -> list[dict[str, Any]]:
    """The template values of a row's questions, as the row has them. `in_order`: the same as they stand on the page.
    `names`: the areas of names over the picture, which the words of a proof leave free."""
    known = said_before(row, in_order)
    return [
        {**_question_view(question, row, question["id"] in known), "marks": proof_marks(question, row, names)}
        for question in row["questions"]
    ]


def _question_view(question: Mapping[str, Any], row: Mapping[str, Any], follows: bool) -> dict[str, Any]:
    return {
        **question,
        "follows": follows,
        "proof": proof_in_words(question["certificate"], row["objects"]),
        "shown": shown_pictures(question.get("views") or ((0,) if row.get("views") else ())),
    }


def shown_pictures(views: Sequence[int] | None) -> str:
    """Which pictures a question shows, in words; nothing where there is one alone."""
    words = [f"camera {number + 1}" for number in views or ()]
    return f"first {words[0]}, then {words[1]}" if len(words) == 2 else ", ".join(words)


def said_before(row: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """The ids of the questions whose answers follow from the texts of earlier ones; of proofs that are not of the form
    that is known here, none."""
    try:
        read = row_of({**row, "questions": list(questions)})
        reader, found = TurnReader(read), set()
        for question, asked in zip(questions, read.questions, strict=True):
            if reader.knows(asked):
                found.add(str(question["id"]))
            reader.read(asked)
    except (KeyError, TypeError, ValueError, AttributeError):
        return frozenset()
    return frozenset(found)
