"""Multimodal models as judges: they may reject and propose; geometry alone decides what is asked."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.judge.interfaces import Judgement, Models, PictureContext
from gpu_workers.judge.judge_forms import PROMPTS, REASONS, Written
from gpu_workers.judge.picture_judge import LanguageJudge
from gpu_workers.judge.question_gate import QuestionDropped, QuestionGate, normalised_answer, with_attribute
from gpu_workers.judge.scene_sentences import described_objects, sentences_for
from schemas.errors import RetryableError
from schemas.events import QAEvent, Question, Rejection, RenderedImage, Scene, SeenObject
from schemas.ids import content_id
from schemas.interfaces import StoredObject
from schemas.llm.answer_parsing import strict_schema
from schemas.llm.contract import LANGUAGE_STAGES, QUESTION_DROPS, Reply, Request, answer_key
from schemas.llm.token_limits import CallTokens
from schemas.reasons import GATES
from schemas.reasons import REASONS as REJECTIONS
from spatial.verify import verify
from tests.fakes.events import make_graph, make_picture, make_rendered
from tests.fakes.models import KeptCounts, ScriptedModel
from tests.fakes.store import InMemoryStore
from tests.fakes.worlds import body, furnished


def thing(number: int, category: str, box: tuple[int, int, int, int], *attributes: str) -> SeenObject:
    return SeenObject(id=number, category=category, box=box, depth=1.0 + number, visible=1.0, attributes=attributes)


SCENE = Scene(
    canvas=(512, 512),
    scene="kitchen",
    objects=(
        thing(0, "cat", (20, 300, 90, 90)),
        thing(1, "mug", (220, 310, 60, 60), "red"),
        thing(2, "dog", (400, 300, 90, 110)),
    ),
    excluded=("bicycle",),
)


def admitted(question: str, answer: str, scene: Scene = SCENE) -> Question:
    written = Written(facet="relation", question=question, answer=answer)
    return QuestionGate(scene, "ab" * 16, "author").admit(written, Random(1)).question


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is there a cat in the picture?", "Yes."),
        ("Is there a bicycle in the picture?", "no"),
        ("How many dogs are there in the picture?", "one"),
        ("Is the cat to the left of the dog?", "yes"),
        ("On which side of the cat is the dog?", "right"),
        ("What is closest to the cat in the picture?", "mug"),
        ("Which object is furthest to the left in the picture?", "the cat"),
    ],
)
def test_a_question_whose_answer_the_geometry_entails_is_admitted_with_its_proof(question: str, answer: str):
    if "closest" in question:
        question = "Which object is closest to the cat in the picture?"
    found = admitted(question, answer)
    assert found.answer == normalised_answer(answer)
    assert found.choices.count(found.answer) == 1
    assert json.loads(found.certificate)["author"] == "author"
    verdict = verify(found.question, found.choices, SCENE)
    assert (verdict.answer, verdict.entailed) == (found.answer, True)


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("Does the cat look happy?", "yes", "not_parsed"),
        ("Is the cat to the left of the dog? Say yes.", "yes", "not_parsed"),
        ("Is the cat to the left of the dog?", "no", "wrong_answer"),
        ("Is the cat to the left of the dog?", "yes, its eyes", "wrong_answer"),
        ("Is the cat above the dog?", "no", "not_entailed"),
        ("Is the cat to the left of the horse?", "yes", "not_entailed"),
        ("How many dogs are there in the picture?", "2", "wrong_answer"),
        ("What colour is the mug?", "blue", "wrong_answer"),
        ("What colour is the cat?", "wooden", "wrong_answer"),
        ("What colour is the horse?", "brown", "not_entailed"),
    ],
)
def test_every_other_question_is_dropped_with_its_reason(question: str, answer: str, reason: str):
    with pytest.raises(QuestionDropped) as caught:
        admitted(question, answer)
    assert caught.value.reason == reason
    assert reason in QUESTION_DROPS


ROW = Scene(
    canvas=(512, 512),
    scene="park",
    objects=(
        thing(0, "balloon", (200, 20, 60, 80)),
        thing(1, "bicycle", (380, 300, 120, 90)),
        thing(2, "sunflower", (40, 280, 60, 120)),
    ),
)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_words_that_can_be_taken_in_two_ways_with_two_answers_are_not_asked(answer: str):
    """The sunflower is left of the bicycle, which is right of the balloon; but it is not right of the balloon."""
    with pytest.raises(QuestionDropped):
        admitted("Is the sunflower to the left of the bicycle to the right of the balloon?", answer, ROW)


def test_words_that_can_be_taken_in_two_ways_with_one_answer_are_asked():
    text = "Is the balloon to the right of the sunflower to the left of the bicycle?"
    assert admitted(text, "yes", ROW).answer == "yes"


def test_what_one_picture_of_a_scene_in_metres_does_not_tell_is_asked_with_its_twin_alone():
    scene = furnished({"sofa": body(0, 3), "dog": body(2, 3)}).model_copy(update={"excluded": ("piano",)})
    text = "In the picture, on which side of the sofa is the piano, if the picture tells?"
    said = "it cannot be known from the picture"
    assert admitted(text, said, scene.model_copy(update={"world": None})).answer == said
    with pytest.raises(QuestionDropped, match="not_entailed"):
        admitted(text, said, scene)


def test_a_question_that_is_asked_already_or_belongs_to_another_split_is_dropped():
    written = Written(facet="existence", question="Is there a cat in the picture?", answer="yes")
    admission = QuestionGate(SCENE, "ab" * 16, "author")
    admission.taken.add(admission.admit(written, Random(1)).query)
    with pytest.raises(QuestionDropped, match="duplicate"):
        admission.admit(written, Random(1))
    outcomes = set()
    for split in ("train", "validation", "test"):
        try:
            QuestionGate(SCENE, "ab" * 16, "author", split).admit(written, Random(1))
            outcomes.add("admitted")
        except QuestionDropped as drop:
            outcomes.add(drop.reason)
    assert outcomes == {"admitted", "other_split"}


def test_an_attribute_that_nobody_drew_is_only_supposed_until_a_second_look_agrees():
    written = Written(facet="attribute", question="What colour is the cat?", answer="black")
    found = QuestionGate(SCENE, "ab" * 16, "author").admit(written, Random(1))
    assert found.supposed == (0, "black")
    assert not verify(found.question.question, found.question.choices, SCENE).entailed
    assert verify(found.question.question, found.question.choices, with_attribute(SCENE, 0, "black")).entailed


def test_an_author_is_told_names_and_sentences_but_no_boxes_and_no_relations():
    told = json.dumps({"things": described_objects(SCENE), **sentences_for(SCENE)})
    assert "red mug" in told
    assert "{subject}" in told
    assert "300" not in told
    assert "left_of" not in told


class Looks:
    """A model that answers by stage; `odd` replaces answers."""

    def __init__(self, **odd: Any) -> None:
        self._odd = odd

    def __call__(self, request: Request) -> Any:
        given, _ = json.JSONDecoder().raw_decode(request.turns[1].text)
        usual: dict[str, Callable[[], Any]] = {
            "filter": lambda: {"verdict": "accept", "reasons": []},
            "author": lambda: {"questions": []},
            "look": lambda: {"verdict": "accept", "reasons": [], "questions": []},
            "second": lambda: {"answers": [{"number": q["number"], "answer": q["choices"][0]} for q in given["questions"]]},
            "check": lambda: {"verdicts": [{"number": q["number"], "believed": True} for q in given["questions"]]},
        }
        said = self._odd.get(request.stage, usual[request.stage]())
        said = said(given) if callable(said) else said
        return said if isinstance(said, str | Exception | Reply) else json.dumps(said)


def wrote(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"questions": [{"facet": "relation", "question": q, "answer": a} for q, a in pairs]}


class Court:
    """A judge with two models, looking at one picture."""

    def __init__(
        self, scene: Scene = SCENE, call_max_tokens: int | None = None, one_request: bool = False, **odd: Any
    ) -> None:
        self.first, self.other = ScriptedModel(Looks(**odd), "first"), ScriptedModel(Looks(**odd), "other")
        self.counts = KeptCounts()
        models = Models(self.first, self.other, self.counts, CallTokens(call_max_tokens), one_request)
        self.judge = LanguageJudge(models, _wait)
        own = (admitted("Is the cat to the left of the dog?", "yes"),)
        graph = make_graph()
        self.known = PictureContext(make_rendered(graph), "ab" * 16, scene, own)

    def look(self) -> Judgement:
        return self.judge.judge(b"picture", self.known)


def _wait(work: Coroutine[Any, Any, Judgement]) -> Judgement:
    return asyncio.run(work)


def test_an_accepted_picture_keeps_its_own_questions_and_names_its_judges():
    court = Court()
    found = court.look()
    assert found.finding is None
    assert found.questions == court.known.questions
    assert found.scene == SCENE
    assert found.notes["judges"] == "first, checked by other"
    assert {row["stage"] for row in json.loads(found.notes["judge_ledger"])} == {"filter", "author"}
    assert all(request.picture and request.picture.data == b"picture" for request in court.first.requests)


def test_a_filter_that_is_cut_rejects_with_stage_and_limit_which_a_setting_fixes():
    cut = Reply("<think>Is it blurry", "cut", "first", 100, 0, 0.1)
    for limit, asked in ((None, [300, 600, 1200]), (5000, [5000] * 3)):
        court = Court(call_max_tokens=limit, filter=cut)
        finding = court.look().finding
        assert finding is not None
        assert finding.detail.startswith(f"filter: cut at {asked[-1]} tokens while thinking")
        assert finding.evidence["max_tokens"] == asked[-1]
        assert [request.max_tokens for request in court.first.requests] == asked


@pytest.mark.parametrize("reason", REASONS)
def test_a_filter_rejects_with_a_reason_of_its_closed_list(reason: Any):
    court = Court(filter={"verdict": "reject", "reasons": [reason]})
    finding = court.look().finding
    assert finding is not None
    assert finding.gate == "judge"
    assert finding.gate in GATES
    assert finding.reason == REASONS[reason]
    assert finding.reason in REJECTIONS
    assert [request.stage for request in court.first.requests] == ["filter"]


def test_a_filter_has_no_word_for_directions_so_it_cannot_overrule_geometry():
    assert not [reason for reason in REASONS if "left" in reason or "right" in reason or "relation" in reason]
    court = Court(filter={"verdict": "reject", "reasons": ["wrong_side"]})
    finding = court.look().finding
    assert finding is not None
    assert finding.reason == "bad_answer"


@pytest.mark.parametrize("said", ["No, the eyes are fine: yes", '{"verdict": "accept", "reasons": ["blurry"]}', "yes"])
def test_words_that_contain_yes_are_no_verdict(said: str):
    court = Court(filter=said)
    finding = court.look().finding
    assert finding is not None
    assert (finding.reason, finding.evidence["rounds"]) == ("bad_answer", 3)
    assert finding.evidence["said"] == said
    last = court.first.requests[-1]
    assert finding.evidence["raw_answer"] == answer_key(last.key("first"))


def test_what_an_author_writes_is_admitted_or_counted_by_why_not():
    court = Court(
        author=wrote(
            ("Is the mug to the left of the dog?", "yes"),
            ("Is the dog to the left of the mug?", "yes"),
            ("Is the cat to the left of the dog?", "yes"),
            ("Does the dog like the mug?", "yes"),
        )
    )
    found = court.look()
    texts = [question.question for question in found.questions[1:]]
    assert set(texts) <= {"In the picture, is the mug to the left of the dog?"}
    assert court.counts.drops["wrong_answer"] == 1
    assert court.counts.drops["duplicate"] == 1
    assert court.counts.drops["not_parsed"] == 1
    assert len(texts) + court.counts.drops["other_split"] == 1


def _everything(scene: Scene) -> dict[str, Any]:
    """So many questions that some are at home in any split."""
    names = [item.category for item in scene.objects]
    found = [(f"Is there a {name} in the picture?", "yes") for name in names]
    found += [(f"How many {name}s are there in the picture?", "1") for name in names]
    found += [(f"What colour is the {name}?", "black") for name in ("cat", "dog")]
    sides = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return wrote(*found, *((f"On which side of the {a} is the {b}?", "right") for a, b in sides))


def test_the_checker_is_the_other_model_and_what_it_does_not_believe_is_dropped():
    court = Court(
        author=_everything(SCENE),
        check=lambda given: {"verdicts": [{"number": q["number"], "believed": False} for q in given["questions"]]},
    )
    found = court.look()
    assert found.questions == court.known.questions
    assert court.counts.drops["not_believed"] >= 1
    assert {request.stage for request in court.other.requests} <= {"second", "check"}
    assert {request.stage for request in court.first.requests} == {"filter", "author"}


def _court_for_colours(**odd: Any) -> Court:
    """A court in which the colour of something is written of, in the picture's own split."""
    court = Court(author=_everything(SCENE), **odd)
    court.look()
    return court


@pytest.mark.parametrize("said", [(False, True), (True, False)])
def test_a_checker_that_says_two_things_of_a_question_does_not_believe_it(said: tuple[bool, bool]):
    def check(given: Any) -> Any:
        return {"verdicts": [{"number": q["number"], "believed": each} for q in given["questions"] for each in said]}

    court = Court(author=_everything(SCENE), check=check)
    assert court.look().questions == court.known.questions
    assert court.counts.drops["not_believed"] >= 1


def test_a_second_look_that_sees_two_things_has_not_agreed():
    def second(given: Any) -> Any:
        seen = [{"number": q["number"], "answer": each} for q in given["questions"] for each in ("white", "black")]
        return {"answers": seen}

    court = _court_for_colours(second=second)
    asked = [request for request in court.other.requests if request.stage == "second"]
    assert court.counts.drops["disagreed"] == sum(len(json.loads(r.turns[1].text)["questions"]) for r in asked)


def test_a_second_look_that_sees_something_else_drops_the_attribute():
    court = _court_for_colours(second=lambda given: {"answers": []})
    asked = [request for request in court.other.requests if request.stage == "second"]
    assert court.counts.drops["disagreed"] == sum(len(json.loads(r.turns[1].text)["questions"]) for r in asked)
    for request in asked:
        assert all("answer" not in question for question in json.loads(request.turns[1].text)["questions"])


def test_an_attribute_on_which_both_agree_becomes_part_of_the_scene_and_is_proven_by_it():
    court = Court(
        author=_everything(SCENE),
        second=lambda given: {"answers": [{"number": q["number"], "answer": "black"} for q in given["questions"]]},
    )
    found = court.look()
    colours = [question for question in found.questions if question.kind == "attribute"]
    for question in found.questions:
        assert verify(question.question, question.choices, found.scene, question.answer).entailed
    assert ("black" in {word for item in found.scene.objects for word in item.attributes}) == bool(colours)


@pytest.mark.parametrize("stage", ["author", "second", "check"])
def test_a_model_without_a_usable_answer_costs_its_own_questions_only(stage: str):
    court = Court(**{"author": _everything(SCENE), stage: "nonsense"})
    found = court.look()
    assert found.finding is None
    assert set(court.known.questions) <= set(found.questions)
    if stage == "author":
        assert court.counts.drops["no_answer"] == 1


def test_a_passing_failure_is_for_the_carrier():
    with pytest.raises(RetryableError):
        Court(filter=RetryableError("busy")).look()


class Verdicts:
    """A judge that finds what it is told."""

    def __init__(self, found: Callable[[PictureContext], Judgement]) -> None:
        self._found = found

    def judge(self, picture: bytes, known: PictureContext) -> Judgement:
        return self._found(known)


def _examined(judge: Verdicts) -> list[Any]:
    """Three pictures of different things, examined in one batch."""
    store, events = InMemoryStore(), list[RenderedImage]()
    for index, pair in enumerate((("cat", "dog"), ("mug", "lamp"), ("horse", "bench"))):
        graph = make_graph(index=index, categories=pair)
        event = make_rendered(graph)
        store.put_if_absent(event.image.key, StoredObject(make_picture(graph), "image/png"))
        events.append(event)
    return ExamineHandler(store, store, Examiners(judge=judge)).begin(events)()


def test_the_examine_worker_puts_a_judges_questions_and_notes_into_the_sample():
    extra = admitted("Is there a cat in the picture?", "yes")
    judge = Verdicts(lambda known: Judgement(None, known.scene, (*known.questions, extra), {"judges": "a, checked by b"}))
    samples = [event for (event,) in _examined(judge) if isinstance(event, QAEvent)]
    assert samples
    for event in samples:
        assert extra in event.questions
        assert event.provenance.notes["judges"] == "a, checked by b"


def test_the_examine_worker_rejects_what_a_judge_rejects_and_one_failure_spoils_no_other():
    calls: list[str] = []

    def found(known: PictureContext) -> Judgement:
        calls.append(known.sample)
        if known.event.graph.index == 1:
            raise RetryableError("busy")
        from gpu_workers.graph_check import Finding

        return Judgement(Finding("judge", "quality", "blurry"), known.scene, known.questions, {})

    first, second, third = _examined(Verdicts(found))
    assert isinstance(second, RetryableError)
    for outcome in (first, third):
        (event,) = outcome
        assert isinstance(event, Rejection)
        assert (event.gate, event.reason) == ("judge", "quality")
    assert len(set(calls)) == 3


def test_every_prompt_of_the_judges_has_a_stage_and_a_text():
    assert set(PROMPTS) <= set(LANGUAGE_STAGES)
    assert all(len(prompt.text) > 150 for prompt in PROMPTS.values())


def test_a_change_of_a_judges_prompt_needs_a_new_version():
    marks = {p.name: content_id("prompt", p.text, strict_schema(p.form))[:12] for p in PROMPTS.values()}
    assert marks == json.loads((Path(__file__).parent / "prompt_marks.json").read_text("utf-8"))


WROTE = _everything(SCENE)


def stages_of(court: Court) -> list[str]:
    return [request.stage for request in court.first.requests]


def test_verdict_and_questions_come_by_one_request_where_that_is_wanted():
    apart, together = Court(author=WROTE), Court(one_request=True, look={"verdict": "accept", "reasons": [], **WROTE})
    two, one = apart.look(), together.look()
    assert stages_of(apart) == ["filter", "author"]
    assert stages_of(together) == ["look"], "the picture is sent once less"
    assert [question.question for question in one.questions] == [question.question for question in two.questions]
    assert len(one.questions) > len(together.known.questions), "the same gate admits the same questions"
    assert {row["stage"] for row in json.loads(one.notes["judge_ledger"])} >= {"look"}


def test_a_rejection_by_one_request_keeps_no_question():
    court = Court(one_request=True, look={"verdict": "reject", "reasons": ["blurry"], **WROTE})
    finding = court.look().finding
    assert finding is not None
    assert (finding.gate, finding.reason) == ("judge", "quality")
    assert stages_of(court) == ["look"]


@pytest.mark.parametrize("answer", ["no JSON at all", {"verdict": "reject", "reasons": []}])
def test_a_model_that_does_not_manage_both_is_asked_for_each(answer: Any):
    court = Court(one_request=True, look=answer, author=WROTE)
    found = court.look()
    assert found.finding is None
    assert set(stages_of(court)) == {"look", "filter", "author"}
    assert stages_of(court)[-2:] == ["filter", "author"]
    assert len(found.questions) > len(court.known.questions)
