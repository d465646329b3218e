"""An independent verifier of questions: the answer from the text and the scene alone.

In: a question's text, its choices, a scene.  Out: a `Verdict`.
Imports `schemas` only, and shares neither code nor data with the writer of questions; it never reads a certificate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events import Scene
from spatial.verify.answering import deduce
from spatial.verify.descriptions import true_description, wrong_one
from spatial.verify.lexicon import mark_nouns
from spatial.verify.plugin_verifiers import deduce_with_plugins
from spatial.verify.referents import NotProven, Reader
from spatial.verify.sentences import parse_sentence
from spatial.verify.shown_pictures import as_shown, names_in
from spatial.verify.wordings import normalise_wording

COMPOSED = ("describe", "wrong_sentence")
"""Questions whose answer is a description, or one of the sentences in the choices."""

MAX_CHARS = 1000
"""Far above any question of the grammar; parsing longer texts only costs time."""


@dataclass(frozen=True)
class Verdict:
    """`entailed`: the scene proves `answer`. Otherwise `answer` is None and `reason` says why."""

    answer: str | None
    entailed: bool
    reason: str = ""


def verify(
    question: str, choices: Sequence[str] | None, scene: Scene, said: str | None = None, views: Sequence[int] = ()
) -> Verdict:
    """The answer that the scene proves, if it proves one. `said` is the answer that was given: a description is judged by
    it, since a picture has many; for all other questions it does not matter.  `views`: the pictures that the question
    shows, of a scene with several; none for the scene's own alone.

    Not entailed are: a sentence that cannot be parsed, a reference that fits no or several objects, a presupposition
    that fails, a doubtful margin, and an answer that is not the text of exactly one of the choices (if any are given).
    """
    if len(question) > MAX_CHARS:
        return Verdict(None, False, f"the question is longer than {MAX_CHARS} characters")
    try:
        return _verdict(question, choices, as_shown(scene, views), said)
    except NotProven as reason:
        return Verdict(None, False, str(reason))


def _verdict(question: str, choices: Sequence[str] | None, scene: Scene, said: str | None) -> Verdict:
    """The answer of a scene that shows what the question shows. Raises NotProven."""
    text, nouns = mark_nouns(question, names_in(scene))
    form = parse_sentence(normalise_wording(text))
    if form is not None and form.ask in COMPOSED:
        answer = _composed(form.ask, Reader(scene, nouns).resolve(form.refs[0])[0].id, choices or (), said or "", scene)
    elif form is not None:
        answer = deduce(form, nouns, scene)
    elif (found := deduce_with_plugins(question, scene)) is not None:
        answer = found[1].answer
    else:
        return Verdict(None, False, "the question is not understood, or names things that are not known of the scene")
    if choices and list(choices).count(answer) != 1:
        return Verdict(None, False, f"the answer {answer!r} is not exactly one of the choices")
    return Verdict(answer, True)


def _composed(ask: str, subject: int, choices: Sequence[str], said: str, scene: Scene) -> str:
    return true_description(said, subject, scene) if ask == "describe" else wrong_one(choices, subject, scene)


__all__ = ["Verdict", "verify"]
