"""`skg whatif`: the verdicts of now again where nothing changed, others where something did, and no trace."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agents.planner import RulePlanner
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri
from dataset.table.rejection_table import rows_of as rejection_rows
from gpu_workers.exam_policy import Policy
from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.errors import RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage, Truth
from schemas.graph import SpatialGraph
from schemas.ids import make_seed, with_graph_id
from schemas.interfaces import Sample, StoredObject
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from streams.adapters.vision_factories import policy_of, publishable
from streams.cli.root import run
from streams.errors import Refused
from streams.recovery.judged_events import accepted, rejected
from streams.recovery.whatif import OverlayStore, WhatIf
from streams.settings import VisionSettings, judging
from tests.fakes.events import make_graph, make_rejection, make_rendered, stored_picture
from tests.fakes.line import Line, collage_line, store_rows
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

Skg = Callable[..., tuple[int, str, str]]
STRICT = Policy(question_margin=20.0)
USUAL = Policy()


class Censor:
    """Flags every picture by the same score."""

    def score(self, picture: bytes) -> float:
        return 0.7


class FakeDetector:
    """See all that a graph asks for, or nothing."""

    name = "detector-1"

    def __init__(self, blind: bool = False) -> None:
        self._blind = blind

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        return [Truth(objects=()) if self._blind else make_rendered(e.graph).truth or Truth(objects=()) for e in events]


@dataclass(frozen=True)
class Stored:
    """Tables with all that was judged, and the pictures' store."""

    uri: str
    store: InMemoryStore

    def verdicts(
        self, policy: Policy = USUAL, detector: FakeDetector | None = None, limit: int | None = None
    ) -> dict[str, dict[str, int]]:
        found = WhatIf(lambda: self.store, Examiners(detector), policy)
        found.judge_all(accepted(self.uri, None, limit))
        found.judge_all(rejected(self.uri, None, limit))
        return found.verdicts.as_json()


def keep(uri: str, store: InMemoryStore, outcomes: Sequence[Event]) -> Stored:
    samples = [Sample(e, store.objects[e.image.key].data) for e in outcomes if isinstance(e, QAEvent)]
    lost = [Sample(e, None) for e in outcomes if isinstance(e, Rejection)]
    store_rows(uri, samples)
    Table.create(rejections_uri(uri), REJECTION_COLUMNS).append(rejection_rows(lost), {})
    return Stored(uri, store)


def flat(results: Sequence[list[Event] | Exception]) -> list[Event]:
    assert all(isinstance(result, list) for result in results), results
    return [event for result in results if isinstance(result, list) for event in result]


def drawn(line: Line) -> list[Event]:
    """Twelve collages, and three more of graphs that were drawn before."""
    planner, graphs = RulePlanner(capabilities_of("collage")), []
    for concept in ("kitchen", "street market", "garden"):
        seed = make_seed(concept, 4)
        planned = [planner.plan_now(seed, index) for index in range(seed.count)]
        graphs += [graph for graph in planned if isinstance(graph, SpatialGraph)]
    twins = [with_graph_id({**g.model_dump(exclude={"graph_id"}), "index": 100 + g.index}) for g in graphs[4:7]]
    return flat(RenderHandler(line.renderer, line.store).begin([*graphs, *twins])())


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return collage_line(tmp_path_factory.mktemp("sprites"))


@pytest.fixture(scope="module")
def images(line: Line) -> list[Event]:
    return drawn(line)


def judged_by(policy: Policy, line: Line, images: Sequence[Event], uri: str) -> Stored:
    found = flat(ExamineHandler(line.store, InMemoryStore(), None, policy).begin(images)())
    return keep(uri, line.store, [*found, make_rejection(make_seed("none", 1))])


@pytest.fixture(scope="module")
def stored(line: Line, images: list[Event], tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """As a factory with the usual settings keeps it."""
    return judged_by(USUAL, line, images, str(tmp_path_factory.mktemp("stored") / "table"))


def test_without_a_change_now_and_then_are_the_same(stored: Stored):
    before = dict(stored.store.objects)
    found = stored.verdicts()
    assert found["accepted"]["now"] >= 8
    assert found["duplicate"]["now"] >= 2
    assert found["no_layout"]["now"] == 1
    assert {counts["then"] - counts["now"] for counts in found.values()} == {0}
    assert found["not_judged"] == {"now": 0, "then": 0}
    assert stored.verdicts() == found
    assert stored.store.objects == before


@pytest.mark.parametrize("policy", [STRICT, replace(USUAL, question_margin=6.0)])
def test_what_a_stricter_factory_kept_is_judged_as_it_would_have_been(
    line: Line, images: list[Event], tmp_path: Path, stored: Stored, policy: Policy
):
    strict = judged_by(policy, line, images, str(tmp_path / "strict"))
    same, there, back = strict.verdicts(policy), stored.verdicts(policy), strict.verdicts(USUAL)
    assert {counts["then"] - counts["now"] for counts in same.values()} == {0}
    assert {name: counts["now"] for name, counts in stored.verdicts().items() if counts["now"]} == {
        name: counts["then"] for name, counts in back.items() if counts["then"]
    }
    assert {name: counts["then"] for name, counts in there.items() if counts["then"]} == {
        name: counts["now"] for name, counts in same.items() if counts["now"]
    }, "a picture is no duplicate of one that would not be kept"


def test_a_classifiers_threshold_is_tried(stored: Stored):
    flagged = stored.verdicts(replace(USUAL, censor=Censor(), max_nsfw=0.6))
    pictures = sum(counts["now"] for counts in flagged.values()) - 1
    assert flagged["nsfw"] == {"now": 0, "then": pictures}
    assert flagged["no_layout"] == {"now": 1, "then": 1}
    assert stored.verdicts(replace(USUAL, censor=Censor(), max_nsfw=0.8)) == stored.verdicts()


def test_pictures_that_are_gone_are_counted_and_those_of_samples_lie_in_their_rows(stored: Stored):
    found = WhatIf(InMemoryStore, Examiners(), USUAL)
    found.judge_all(accepted(stored.uri, None, None))
    found.judge_all(rejected(stored.uri, None, None))
    told = found.verdicts.as_json()
    assert told["accepted"]["then"] == told["accepted"]["now"] > 0
    assert told["not_judged"] == {"now": 0, "then": told["duplicate"]["now"] + told.get("no_questions", {"now": 0})["now"]}
    assert found.verdicts.why == {"its picture is no longer in the store": told["not_judged"]["then"]}


def test_near_duplicates_that_were_both_accepted_stay_so(line: Line, images: list[Event], tmp_path: Path):
    """As they are where a factory was told to forget what it had seen."""
    found = [event for one in images for event in flat(ExamineHandler(line.store, InMemoryStore()).begin([one])())]
    stored = keep(str(tmp_path / "forgotten"), line.store, found)
    assert stored.verdicts()["accepted"]["now"] > 8
    assert {counts["then"] - counts["now"] for counts in stored.verdicts().values()} == {0}


def test_a_duplicate_of_what_is_in_no_table_stays_one(line: Line, images: list[Event], tmp_path: Path):
    found = flat(ExamineHandler(line.store, InMemoryStore()).begin(images)())
    lost = [event for event in found if isinstance(event, Rejection) and event.reason == "duplicate"]
    told = keep(str(tmp_path / "lost"), line.store, lost).verdicts()
    assert told["duplicate"] == {"now": len(lost), "then": len(lost)}


def test_a_limit_takes_the_newest(stored: Stored):
    found = stored.verdicts(limit=2)
    assert found["accepted"] == {"now": 2, "then": 2}
    assert sum(counts["now"] for counts in found.values()) == 4


def measured(folder: Path, detector: FakeDetector, policy: Policy = USUAL) -> Stored:
    """One picture of a renderer that does not know what it drew."""
    graph, store = make_graph(), InMemoryStore()
    event = make_rendered(graph).model_copy(update={"truth": None})
    store.put_if_absent(event.image.key, StoredObject(stored_picture(event).data, "image/png"))
    found = flat(ExamineHandler(store, InMemoryStore(), Examiners(detector), policy).begin([event])())
    return keep(str(folder / "measured"), store, found)


def test_what_was_measured_is_measured_again_or_not_judged(tmp_path: Path):
    stored = measured(tmp_path, FakeDetector())
    assert stored.verdicts(detector=FakeDetector())["accepted"] == {"now": 1, "then": 1}
    assert stored.verdicts()["not_judged"] == {"now": 0, "then": 1}
    assert stored.verdicts(replace(USUAL, retries=0), FakeDetector(blind=True))["missing_object"] == {"now": 0, "then": 1}


def test_a_picture_that_was_drawn_again_is_counted_apart(tmp_path: Path):
    stored = measured(tmp_path, FakeDetector(blind=True))
    assert stored.verdicts(detector=FakeDetector(blind=True))["drawn_again"] == {"now": 1, "then": 1}
    found = stored.verdicts(replace(USUAL, retries=0), FakeDetector(blind=True))
    assert (found["drawn_again"], found["missing_object"]) == ({"now": 1, "then": 0}, {"now": 0, "then": 1})
    assert stored.verdicts(detector=FakeDetector())["accepted"] == {"now": 0, "then": 1}


def test_a_sample_whose_picture_does_not_tell_the_truth_is_judged_by_its_row(tmp_path: Path):
    graph, store = make_graph(), InMemoryStore()
    event = make_rendered(graph)
    store.put_if_absent(event.image.key, stored_picture(event))
    stored = keep(str(tmp_path / "boxes"), store, flat(ExamineHandler(store, InMemoryStore()).begin([event])()))
    assert stored.verdicts()["accepted"] == {"now": 1, "then": 1}


def test_a_store_out_of_reach_is_no_verdict(stored: Stored):
    def away() -> InMemoryStore:
        raise RetryableError("nobody answers")

    with pytest.raises(RetryableError):
        WhatIf(away, Examiners(), USUAL).judge_all(rejected(stored.uri, None, None))


def test_what_is_only_read_is_never_written_to():
    beneath = InMemoryStore()
    beneath.put_if_absent("a", StoredObject(b"1", "text/plain"))
    store = OverlayStore(lambda: beneath)
    assert not store.put_if_absent("a", StoredObject(b"2", "text/plain"))
    assert store.put_if_absent("b", StoredObject(b"3", "text/plain"))
    assert [store.get(key) is not None for key in ("a", "b", "c")] == [True, True, False]
    assert list(store.keys("")) == ["a", "b"]
    assert list(beneath.objects) == ["a"]
    assert list(OverlayStore().keys("")) == []


def test_questions_that_cannot_be_proven_may_be_tried_but_not_published():
    assert publishable(Policy(question_margin=1.0)) == USUAL
    with pytest.raises(Refused, match="SKG_QUESTION_MARGIN"):
        publishable(policy_of(VisionSettings(question_margin=0.5)))


def test_every_vision_setting_but_the_model_cache_affects_judgement():
    judged = set(judging().values())
    assert set(VisionSettings.model_fields) - judged == {"model_cache"}
    assert {"SKG_QUESTION_MARGIN", "SKG_MLLM_MODEL"} <= set(judging())


@pytest.fixture(scope="module")
def without_pictures(stored: Stored) -> str:
    """The samples, and the rejection that has no picture: no store needs to be reached."""
    lost = Table.load(rejections_uri(stored.uri)).query("SELECT * FROM samples WHERE stage = 'agents'")
    uri = f"{stored.uri}-agents"
    Table.create(uri, COLUMNS).append(Table.load(stored.uri).query("SELECT * FROM samples"), {})
    Table.create(rejections_uri(uri), REJECTION_COLUMNS).append(lost, {})
    return uri


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str], without_pictures: str, monkeypatch: pytest.MonkeyPatch) -> Skg:
    monkeypatch.setenv("SKG_DATASET_URI", without_pictures)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["whatif", *map(str, arguments)])
        return code, *capfd.readouterr()

    return call


def test_the_command_prints_one_object_or_a_table(skg: Skg):
    code, said, _ = skg("--json", "--set", "SKG_QUESTION_MARGIN=20", "--set", "SKG_DETECTOR_FIRM=0.5")
    found = json.loads(said)
    assert code == 0
    assert next(iter(found)) == "accepted"
    assert list(found)[-1] == "not_judged"
    assert set(found["accepted"]) == {"now", "then"}
    assert found["accepted"]["then"] + found["no_questions"]["then"] == found["accepted"]["now"]
    code, said, _ = skg()
    assert code == 0
    assert "with the settings as they are" in said
    assert [line.split() for line in said.splitlines()][2][0] == "accepted"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("SKG_NONSENSE=1", "does not judge; the settings"),
        ("SKG_QUESTON_MARGIN=2", "does not judge (did you mean SKG_QUESTION_MARGIN?); the settings"),
        ("SKG_KAFKA_BOOTSTRAP=h:1", "does not judge"),
        ("nsfw_above=1", "does not judge"),
        ("SKG_DETECTOR_FIRM", "needs a value"),
    ],
)
def test_a_setting_that_does_not_judge_is_wrong_usage_and_those_that_judge_are_named(skg: Skg, change: str, fault: str):
    code, said, told = skg("--set", change)
    assert (code, said, told.count("\n")) == (2, "", 1)
    assert fault in told
    assert "SKG_NSFW_ABOVE" in told


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("SKG_DETECTOR_FIRM=much", "SKG_DETECTOR_FIRM: a number is needed (got 'much')"),
        ("SKG_DETECTOR_FIRM=2", "SKG_DETECTOR_FIRM: less than 1 is needed (got '2')"),
        ("SKG_QUESTION_MARGIN=0", "SKG_QUESTION_MARGIN: more than 0 is needed (got '0')"),
        ("SKG_RETRIES=-1", "SKG_RETRIES: at least 0 is needed (got '-1')"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_wrong_usage_in_plain_words(skg: Skg, change: str, fault: str):
    assert skg("--set", change) == (2, "", f"skg: {fault}\n")


def test_thresholds_that_contradict_each_other_are_wrong_usage(skg: Skg):
    assert skg("--set", "SKG_DETECTOR_FIRM=0.1", "--set", "SKG_DETECTOR_WEAK=0.2")[0] == 2


def test_an_empty_value_is_the_default(skg: Skg, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_QUESTION_MARGIN", "20")
    strict = json.loads(skg("--json")[1])
    assert json.loads(skg("--json", "--set", "SKG_QUESTION_MARGIN=")[1])["accepted"]["then"] > strict["accepted"]["then"]


def test_a_sample_is_judged_again_with_the_share_that_its_table_holds_out(stored: Stored, tmp_path: Path):
    events = [judged.event for judged in accepted(stored.uri, None, None) if judged.event is not None]
    assert {event.held_out_per_mille for event in events} == {DEFAULT_HELD_OUT_PER_MILLE}
    older = str(tmp_path / "older")
    Table.create(older, COLUMNS).append(Table.load(stored.uri).query("SELECT * FROM samples"), {})
    assert {judged.event.held_out_per_mille for judged in accepted(older, None, None) if judged.event} == {50}
