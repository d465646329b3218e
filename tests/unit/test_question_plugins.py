"""A question kind from outside the package is asked, verified, kept to its split and audited like the package's own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dataset.audit import audit
from schemas.errors import UserError
from schemas.ids import make_seed
from schemas.interfaces import Sample
from spatial.questions import KINDS, ask, check_kinds
from spatial.verify import verify
from spatial.verify.plugin_verifiers import VERIFIERS
from tests.fakes.line import collage_line, store_rows
from tests.fakes.plugins import install
from tests.fakes.scenes import random_scene

pytestmark = pytest.mark.thorough

KIND = '''
"""Which of two things is wider in the picture: what is asked."""
from itertools import permutations
from spatial.questions.kind_table import ANY_FAMILY, QuestionKind
from spatial.questions.plugin_kinds import TextProposal

def propose(asked, rng):
    pairs = list(permutations(asked.scene.objects, 2))
    rng.shuffle(pairs)
    for a, b in pairs:
        if a.box[2] >= 1.5 * b.box[2] or b.box[2] >= 1.5 * a.box[2]:
            text = f"Does the {a.category} take up more of the picture's width than the {b.category}?"
            answer = ANSWER
            margin = abs(a.box[2] - b.box[2]) / asked.scene.canvas[0]
            yield TextProposal(text, answer, ("yes", "no"), ("wider",), margin, {"categories": [a.category, b.category]})

WIDER = QuestionKind("which of two things is wider in the picture", propose, ANY_FAMILY, 2)
'''
RIGHT = '"yes" if a.box[2] > b.box[2] else "no"'

VERIFIER = '''
"""Which of two things is wider in the picture: what follows."""
import re
from spatial.verify.plugin_verifiers import Deduction, QuestionVerifier
from spatial.verify.referents import NotProven

FORM = re.compile("Does the (.+) take up more of the picture's width than the (.+)[?]")

def deduce(text, scene):
    form = FORM.fullmatch(text)
    if form is None:
        return None
    a, b = (the(name, scene) for name in form.groups())
    if max(a.box[2], b.box[2]) < 1.5 * min(a.box[2], b.box[2]):
        raise NotProven("they are about as wide")
    answer = "yes" if a.box[2] > b.box[2] else "no"
    return Deduction(answer, frozenset({a.id, b.id}), 1, frozenset({("size", (a.category, b.category))}))

def the(name, scene):
    found = [thing for thing in scene.objects if thing.category == name]
    if len(found) != 1:
        raise NotProven(f"{len(found)} things are called {name}")
    return found[0]

WIDER = QuestionVerifier(deduce)
'''


def rediscover() -> None:
    KINDS.rediscover()
    VERIFIERS.rediscover()


class Site:
    """A folder of installed distributions."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        monkeypatch.syspath_prepend(str(folder))

    def kind(self, module: str, answer: str = RIGHT) -> None:
        install(self._folder, module, {"skg.question_kinds": {"wider": f"{module}:WIDER"}}, KIND.replace("ANSWER", answer))
        rediscover()

    def verifier(self, module: str) -> None:
        install(self._folder, module, {"skg.question_verifiers": {"wider": f"{module}:WIDER"}}, VERIFIER)
        rediscover()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    yield Site(tmp_path / "site", monkeypatch)
    rediscover()


def asked(scenes: int = 40) -> int:
    """How many questions of the kind are asked of random scenes; each is verified."""
    count = 0
    for seed in range(scenes):
        scene = random_scene(seed)
        for question in ask(scene, seed):
            if question.kind == "wider":
                count += 1
                assert verify(question.question, question.choices, scene).answer == question.answer
    return count


def test_a_kind_is_asked_and_verified(site: Site) -> None:
    site.kind("toy_kind_a")
    site.verifier("toy_verifier_a")
    check_kinds()
    assert asked() > 10


def test_what_the_verifier_does_not_deduce_is_not_asked(site: Site) -> None:
    site.kind("toy_kind_b", answer='"yes" if a.box[2] < b.box[2] else "no"')
    site.verifier("toy_verifier_b")
    assert asked() == 0


def test_a_kind_without_a_verifier_of_its_own_is_refused(site: Site) -> None:
    site.kind("toy_kind_c")
    with pytest.raises(UserError, match=r"'wider' has no verifier: .* skg.question_verifiers"):
        check_kinds()


def test_a_kind_that_verifies_itself_is_refused(site: Site, tmp_path: Path) -> None:
    points = {"skg.question_kinds": {"wider": "toy_both:WIDER"}, "skg.question_verifiers": {"wider": "toy_both:VERIFIER"}}
    code = VERIFIER.replace("WIDER = ", "VERIFIER = ") + KIND.replace("ANSWER", RIGHT)
    install(tmp_path / "site", "toy_both", points, code)
    rediscover()
    with pytest.raises(UserError, match=r"verified by the module that writes it \(toy_both\)"):
        check_kinds()


@pytest.fixture
def samples(site: Site, tmp_path: Path) -> list[Sample]:
    site.kind("toy_kind_d")
    site.verifier("toy_verifier_d")
    made = collage_line(tmp_path / "sprites").samples([make_seed("kitchen", 4), make_seed("park", 4)])
    assert any(question.kind == "wider" for sample in made for question in sample.event.questions)
    return made


def test_a_dataset_with_questions_of_the_kind_passes_the_audit(samples: list[Sample], tmp_path: Path) -> None:
    report = audit(Path(store_rows(str(tmp_path / "table"), samples)))
    assert report.faults == ()


def changed(sample: Sample, **values: object) -> Sample:
    """The sample with other values in its questions of the kind."""
    questions = [q.model_copy(update=values if q.kind == "wider" else {}) for q in sample.event.questions]
    return replace(sample, event=sample.event.model_copy(update={"questions": tuple(questions)}))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"answer": "perhaps"}, "answer"),
        ({"kind": "existence"}, "question_kind"),
        ({"objects": (0,)}, "question_objects"),
        ({"certificate": "{}"}, "certificate"),
    ],
)
def test_the_audit_finds_what_is_wrong_with_them(
    samples: list[Sample], tmp_path: Path, values: dict[str, object], fault: str
) -> None:
    spoilt = [changed(sample, **values) for sample in samples]
    report = audit(Path(store_rows(str(tmp_path / "table"), spoilt)))
    assert fault in report.counts
