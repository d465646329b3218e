"""The factory as the gallery is handed it: wishes in, seed ids out, faults in words, a funnel with rates."""

import subprocess
import sys

import pytest

from dataset.gallery.interfaces import SeedForm
from dataset.reading.rejection_search import RejectionFilter, find
from schemas.codec import Message, decode, encode
from schemas.errors import UserError
from schemas.events import STAGES
from schemas.ids import make_seed
from schemas.topics import SEEDS
from streams.adapters.gallery_backend import MIN_QUERY_GAP_S, NEAREST, RunningFactory, seeds_of_form
from streams.adapters.rejection_resender import RejectionResender
from streams.operations.factory_state import Report
from streams.operations.seeds import SeedRequest, seeds_of
from streams.operations.status import StageStatus
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import store_rejections, store_samples


def nothing() -> Report:
    return Report({})


class Processes:
    """Processes that do ten things between two looks."""

    def __init__(self) -> None:
        self.looks = 0
        self.now = 100.0

    def report(self) -> Report:
        self.looks += 1
        return Report({stage: StageStatus(processes=1, accepted=10 * self.looks) for stage in STAGES})

    def clock(self) -> float:
        return self.now


def test_a_form_becomes_seeds_and_returns_their_ids():
    sent = []
    factory = RunningFactory(nothing, sent.extend, str)
    ids = factory.publish(SeedForm("a market", "3", "2", "4", required=("cat",), excluded=("dog",)))
    (seed,) = sent
    assert ids == [seed.seed_id]
    assert (seed.concept, seed.count) == ("a market", 3)
    assert (seed.options.required_objects, seed.options.excluded, seed.options.max_objects) == (("cat",), ("dog",), 4)
    for concept in ("a market", "kitchen", "harbour", "living room"):
        assert seeds_of_form(SeedForm(concept)) == seeds_of(SeedRequest(concept=concept)), "as from the command line"


def test_a_form_says_how_its_concept_is_understood_and_is_refused_what_must_be_rejected():
    sent = []
    factory = RunningFactory(nothing, sent.extend, str)
    reading = factory.reading(SeedForm("two red mugs in a kitchen"))
    assert reading.lines == ("'two red mugs in a kitchen': scene kitchen (for 'kitchen'); 2 red mugs",)
    scenes, scores = zip(*reading.nearest, strict=True)
    assert scenes[0] == "kitchen"
    assert len(set(scenes)) == NEAREST
    assert list(scores) == sorted(scores, reverse=True)
    for form in (SeedForm("zzyzx qwrt"), SeedForm("kitchen", required=("unicorn",))):
        with pytest.raises(UserError):
            factory.reading(form)
        with pytest.raises(UserError, match="nothing was published"):
            factory.publish(form)
    assert sent == []
    factory.publish(SeedForm("zzyzx qwrt", anyway=True))
    assert [seed.concept for seed in sent] == ["zzyzx qwrt"]


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (SeedForm(""), "concept: must have 1 to 200 characters"),
        (SeedForm("pa\u200brk"), "concept: must not have an invisible character"),
        (SeedForm("park", count="true"), "count: a whole number is needed"),
        (SeedForm("park", excluded=("ca\u202et",)), "options: must not have an invisible character"),
        (SeedForm("x" * 201), "this one has 201"),
        (SeedForm("x", count="many"), "count"),
        (SeedForm("x", count="0"), "count"),
        (SeedForm("x", min_objects="5", max_objects="3"), "min_objects 5 is above max_objects 3"),
        (SeedForm("x", max_objects="13"), "max_objects"),
    ],
)
def test_a_faulty_form_is_refused_with_the_reason_and_nothing_is_sent(form, message):
    sent = []
    with pytest.raises(UserError, match=message):
        RunningFactory(nothing, sent.extend, str).publish(form)
    assert sent == []


def test_the_funnel_has_rates_and_asks_the_processes_no_more_often_than_needed():
    processes = Processes()
    factory = RunningFactory(processes.report, list, str)
    factory.clock = processes.clock
    assert [row.stage for row in factory.funnel().stages] == list(STAGES)
    processes.now += MIN_QUERY_GAP_S / 2
    factory.funnel()
    assert processes.looks == 1
    processes.now += 2 - MIN_QUERY_GAP_S / 2
    assert {row.rate for row in factory.funnel().stages} == {5.0}
    processes.now += 60
    assert {row.hour for row in factory.funnel().stages} == {(10, 10)}


def test_a_form_may_ask_for_a_family_of_relations():
    (seed,) = seeds_of_form(SeedForm("kitchen", family="support"))
    assert seed.options.families == {"support": 1.0}
    with pytest.raises(UserError, match="no family of relations 'suport'"):
        RunningFactory(nothing, list, str).reading(SeedForm("kitchen", family="suport"))


def test_a_rejection_is_sent_to_be_judged_again(tmp_path):
    uri = str(tmp_path / "dataset")
    seed = make_seed("cats", 5)
    store_samples(uri, make_samples(1))
    store_rejections(uri, [make_rejection(seed, 2).model_copy(update={"source": encode(seed), "source_topic": SEEDS})])
    sent: list[Message] = []
    resend = RejectionResender(uri, None, sent.extend)
    (row,) = find(uri, None, RejectionFilter())
    assert resend([row["rejection_id"]]).startswith(f"Sent 1 to {SEEDS}:")
    (message,) = sent
    event = decode(message.topic, message.value, message.headers)
    assert (event.seed_id, event.first, event.count) == (seed.seed_id, 2, 1), "only the rejected graph"
    with pytest.raises(UserError, match="none of these rejections"):
        resend(["0" * 32])


def test_what_cannot_be_sent_is_said_beside_what_was(tmp_path):
    uri, seed = str(tmp_path / "dataset"), make_seed("cats", 5)
    store_samples(uri, make_samples(1))
    whole = make_rejection(seed, 2).model_copy(update={"source": encode(seed), "source_topic": SEEDS})
    damaged = make_rejection(seed, 3).model_copy(
        update={"source": b"damaged", "source_topic": SEEDS, "rejection_id": "ab" * 16}
    )
    store_rejections(uri, [whole, damaged])
    sent: list[Message] = []
    resend = RejectionResender(uri, None, sent.extend)
    assert "Not sent: 1 cannot be read" in resend([whole.rejection_id, damaged.rejection_id])
    assert len(sent) == 1
    with pytest.raises(UserError, match="1 cannot be read by this version"):
        resend([damaged.rejection_id])


def skg(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.thorough
def test_the_command_says_which_port_is_taken_and_writes_a_page_from_disk(tmp_path):
    import socket

    uri = str(tmp_path / "dataset")
    store_samples(uri, make_samples(2))
    done = skg("gallery", uri, "--static", str(tmp_path / "page"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page" / "index.html").is_file()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = skg("gallery", uri, "--port", str(port))
        mistyped = skg("gallery", uri, "--port", str(port), "--eval", "TYPO")
        nothing_yet = skg("gallery", uri, "--port", str(port), "--eval", str(tmp_path / "page"))
    assert mistyped.stderr.startswith("skg: --eval TYPO: there is no such folder")
    assert f"skg: {tmp_path / 'page'} holds no result of skg eval (result.json)" in nothing_yet.stderr
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"skg: cannot listen on 127.0.0.1:{port}"), "a line for people, though nothing is a terminal"
