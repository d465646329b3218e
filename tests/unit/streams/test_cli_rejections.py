"""`skg rejections`: what a person and a program see of what was rejected."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dataset.reading import rejection_csv
from dataset.table.delta_table import Table
from dataset.table.rejection_table import ADDED_LATER, REJECTION_COLUMNS, RejectionsWriter, rejections_uri, rows_of
from schemas.codec import Message, decode, encode
from schemas.errors import Oversize, RetryableError
from schemas.events import Rejection, SeedConcept
from schemas.graph import Relation
from schemas.ids import make_seed, rejection_id
from schemas.interfaces import Delivery, Sample
from schemas.topics import IMAGES, SEEDS
from streams.cli.root import run
from streams.recovery.rejection_replay import BATCH_SIZE, RejectionReplay, export, judged_messages, send
from tests.fakes.events import make_graph, make_qa, make_rejection, make_rendered, stored_picture
from tests.fakes.gallery import store_rejections, store_samples
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

Skg = Callable[..., tuple[int, str, str]]
NOW = datetime.now(UTC)
MARKET = make_seed("Street  Market", 9)
PETS = make_seed("a cat beside a dog", 9)


def of_agents(index: int, seed: SeedConcept = MARKET) -> Rejection:
    """A seed of nine graphs, of which one failed."""
    return make_rejection(seed, index).model_copy(update={"source": encode(seed)})


def of_examine(index: int, reason: str = "violated_relation", **update: object) -> Rejection:
    event = make_rendered(make_graph(PETS, index))
    fields = {
        "rejection_id": rejection_id("examine", "relation", reason, event.image.image_id),
        "stage": "examine",
        "gate": "relation",
        "reason": reason,
        "detail": "not so in the picture",
        "graph_id": event.graph.graph_id,
        "image": event.image,
        "conflict": (Relation(subject=0, predicate="left_of", object=1),),
        "evidence": {"measured": [0.25]},
        "source_topic": IMAGES,
        "source": encode(event),
    }
    return make_rejection(PETS, index).model_copy(update={**fields, **update})


REDRAWN = of_examine(4, "missing_object", retried=True)


def kept(uri: str, events: list[Rejection], ago: timedelta) -> None:
    rows = rows_of([Sample(event, None) for event in events], NOW - ago)
    Table.create(rejections_uri(uri), REJECTION_COLUMNS).append(rows, {})


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two of the agents a week ago, then four of examine: one drawn again, one with a sample since."""
    address = str(tmp_path / "table")
    monkeypatch.setenv("SKG_DATASET_URI", address)
    store_samples(address, [make_qa(make_graph(PETS, 0)), make_qa(make_graph(PETS, 3))])
    kept(address, [of_agents(1), of_agents(2)], timedelta(days=7))
    kept(address, [of_examine(1), of_examine(2, "no_questions"), of_examine(3), REDRAWN], timedelta(minutes=30))
    return address


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str]) -> Skg:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["rejections", *map(str, arguments)])
        return code, *capfd.readouterr()

    return call


def ids(said: str) -> list[str]:
    return [json.loads(line)["rejection_id"] for line in said.splitlines()]


def test_the_list_is_newest_first_and_tells_each_outcome(skg: Skg, uri: str):
    code, said, _ = skg("list", "--json")
    assert code == 0
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["reason"] for line in lines[-2:]] == ["no_layout", "no_layout"]
    assert [line["time"] for line in lines] == sorted((line["time"] for line in lines), reverse=True)
    outcomes = {line["index"]: line["outcome"] for line in lines if line["stage"] == "examine"}
    assert outcomes == {1: "ended", 2: "ended", 3: "superseded", 4: "drawn_again"}
    assert lines[0]["concept"] == "a cat beside a dog"
    assert [line["retried"] for line in lines].count(True) == 1
    code, said, _ = skg("list", "--uri", uri)
    assert code == 0
    assert said.splitlines()[-1] == "6 rejections: 1 drawn again, 4 ended, 1 superseded"


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (["--stage", "agents"], 2),
        (["--reason", "violated_relation"], 2),
        (["--reason", "violated_relation", "--reason", "no_questions"], 3),
        (["--concept", "street market"], 2),
        (["--concept", "street market", "--stage", "examine"], 0),
        (["--since", "1h"], 4),
        (["--since", "10m"], 0),
        (["--until", "1h"], 2),
        (["--since", "8d", "--until", "6d"], 2),
        (["--since", (NOW - timedelta(hours=1)).isoformat()], 4),
        (["--id", REDRAWN.rejection_id], 1),
        (["--id", REDRAWN.rejection_id[:10]], 1),
        (["--limit", "3"], 3),
    ],
)
def test_filters_hold_together(skg: Skg, uri: str, filters: list[str], count: int):
    code, said, fault = skg("list", "--json", *filters)
    assert (code, len(said.splitlines()), fault) == (0, count, "")


def test_the_list_as_a_table_says_what_its_json_lines_say(skg: Skg, uri: str):
    code, said, _ = skg("list", "--csv")
    lines = [json.loads(line) for line in skg("list", "--json")[1].splitlines()]
    found = list(csv.DictReader(said.splitlines()))
    as_text = [{name: "" if value is None else str(value).lower() for name, value in line.items()} for line in lines]
    assert (code, [{name: text.lower() for name, text in row.items()} for row in found]) == (0, as_text)
    assert skg("list", "--csv", "--json")[0] == 2
    assert skg("list", "--csv", "--since", "10m")[1].count("\n") == 1


def test_a_text_that_a_spreadsheet_would_run_is_shown_to_it_as_text():
    row = dict.fromkeys(rejection_csv.COLUMNS) | {"concept": '=HYPERLINK("x")', "detail": 'a\nb, "c"', "retried": True}
    (header, told) = csv.reader("".join(rejection_csv.csv_lines([row])).splitlines(keepends=True))
    found = dict(zip(header, told, strict=True))
    assert (found["concept"], found["detail"], found["retried"]) == ('\'=HYPERLINK("x")', 'a\nb, "c"', "true")


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (["--reason", "nonsense"], "no_questions"),
        (["--stage", "nonsense"], "examine"),
        (["--concept", "nonsense"], "Street  Market"),
        (["--since", "nonsense"], "2h, 7d"),
        (["--until", "nonsense"], "2h, 7d"),
        (["--since", "1h", "--until", "2h"], "nothing can fit"),
        (["--id", "nonsense"], "no rejection"),
        (["--id", ""], "no rejection"),
    ],
)
@pytest.mark.parametrize("command", [["list"], ["replay", "--dry-run"], ["export", "--out", "out"]])
def test_a_filter_that_means_nothing_is_refused_and_those_that_do_are_named(
    skg: Skg, uri: str, filters: list[str], named: str, command: list[str]
):
    code, said, fault = skg(*command, *filters)
    assert (code, said) == (2, "")
    assert named in fault
    assert not Path("out").exists()


def test_show_tells_everything_of_one(skg: Skg, uri: str):
    event = of_examine(1)
    code, said, _ = skg("show", event.rejection_id[:12], "--json")
    told = json.loads(said)
    assert code == 0
    assert (told["rejection_id"], told["gate"], told["things"]) == (event.rejection_id, "relation", ["cat", "dog"])
    assert told["evidence"] == {"measured": [0.25]}
    assert told["judged"]["image"]["key"] == event.image.key == told["image_key"]
    code, said, _ = skg("show", event.rejection_id)
    assert "conflict   the cat is left of the dog" in said
    assert "a relation of the graph does not hold in the picture" in said
    assert "judged     of skg.images" in said


def test_a_dry_run_alone_means_all_as_it_does_for_dead_letters(skg: Skg, uri: str):
    assert skg("replay", "--dry-run")[:2] == skg("replay", "--dry-run", "--all")[:2]
    assert skg("replay", "--dry-run")[0] == 0
    assert skg("replay")[0] == 2


def test_show_of_what_is_not_there_or_is_several_is_wrong_usage(skg: Skg, uri: str):
    code, _, fault = skg("show", "feedbeef")
    assert (code, fault.count("\n")) == (2, 1)
    assert " begins with 'feedbeef'" in fault
    twins = [of_agents(n).model_copy(update={"rejection_id": f"77{n}" * 10}) for n in (5, 6)]
    store_rejections(uri, twins)
    code, _, fault = skg("show", "77")
    assert (code, "2 rejections" in fault) == (2, True)
    assert skg("show", "775")[0] == 0


def test_without_rejections_there_are_none_and_without_a_dataset_that_is_said(skg: Skg, tmp_path: Path):
    store_samples(str(tmp_path / "new"), [make_qa()])
    assert skg("list", "--uri", tmp_path / "new")[:2] == (0, "0 rejections\n")
    code, _, fault = skg("list", "--uri", tmp_path / "nowhere")
    assert (code, "there is no dataset" in fault) == (2, True)


def test_a_table_of_an_earlier_version_can_be_searched_in_full(skg: Skg, tmp_path: Path):
    uri = str(tmp_path / "old")
    store_samples(uri, [make_qa(make_graph(PETS, 0))])
    rows = rows_of([Sample(event, None) for event in (of_examine(1), of_agents(2))]).drop_columns(sorted(ADDED_LATER))
    Table.create(rejections_uri(uri), rows.schema).append(rows, {})
    assert len(ids(skg("list", "--json", "--uri", uri, "--concept", "street market")[1])) == 1
    assert len(ids(skg("list", "--json", "--uri", uri, "--since", "5m")[1])) == 2
    assert skg("show", of_examine(1).rejection_id, "--uri", uri)[0] == 0


def test_the_writer_notes_when_and_of_what_concept(skg: Skg, tmp_path: Path):
    uri = str(tmp_path / "written")
    store_samples(uri, [make_qa(make_graph(PETS, 0))])
    sink = RejectionsWriter(uri, tmp_path / "index")
    sink.open("p/0")
    sink.append([Delivery("p/0", 0, Sample(of_agents(1), None))])
    (row,) = Table.load(rejections_uri(uri)).query("SELECT concept, kept_at FROM samples").to_pylist()
    assert row["concept"] == MARKET.concept
    assert datetime.now(UTC) - row["kept_at"] < timedelta(minutes=2)


def test_replay_needs_a_choice(skg: Skg, uri: str):
    for arguments in ([], ["--dry-run", "--all", "--reason", "no_questions"]):
        code, _, fault = skg("replay", *arguments)
        assert (code, "--all" in fault) == (2, True)


def test_replay_leaves_out_what_is_no_outcome_unless_asked(skg: Skg, uri: str):
    def told(*arguments: str) -> tuple[int, int]:
        found = json.loads(skg("replay", "--dry-run", "--json", *arguments)[1])
        return found["events"], found["left_out"]

    assert told("--all") == (4, 2)
    assert told("--all", "--retried") == (5, 1)
    assert told("--all", "--retried", "--superseded") == (6, 0)
    assert told("--id", REDRAWN.rejection_id) == (1, 0)
    assert told("--reason", "missing_object") == (0, 1)


def rows(*events: Rejection):
    return rows_of([Sample(event, None) for event in events]).to_pylist()


def test_a_seed_is_narrowed_to_the_graph_that_was_rejected():
    (message,) = judged_messages(rows(of_agents(7)), RejectionReplay())
    seed = decode(SEEDS, message.value, message.headers)
    assert (seed.seed_id, seed.first, seed.count) == (MARKET.seed_id, 7, 1)
    assert message.key == f"{MARKET.seed_id}-7".encode()


def test_a_picture_that_was_rejected_twice_is_sent_once_as_it_was():
    event = of_examine(1)
    done = RejectionReplay()
    (message,) = judged_messages(rows(event, of_examine(1, "no_questions")), done)
    assert (message.topic, message.value) == (IMAGES, event.source)
    assert done.topics == {IMAGES: 1}


def test_what_cannot_be_read_is_named_and_the_rest_is_sent():
    bad, done = of_agents(1).model_copy(update={"source": b"none"}), RejectionReplay()
    assert len(list(judged_messages(rows(bad, of_agents(2)), done))) == 1
    assert done.unreadable == [bad.rejection_id]


def test_many_are_published_some_at_a_time():
    sent: list[int] = []
    done = RejectionReplay()
    many = judged_messages((row for n in range(BATCH_SIZE + 1) for row in rows(of_agents(n))), done)
    send(many, lambda batch: sent.append(len(batch)), done)
    assert sent == [BATCH_SIZE, 1]
    assert done.topics == {SEEDS: BATCH_SIZE + 1}


def test_what_the_broker_refuses_for_its_size_is_named_and_the_rest_is_sent():
    def narrow(batch: list[Message]) -> None:
        raise Oversize([1], "the broker takes no 10 bytes")

    done = RejectionReplay()
    send(judged_messages(rows(of_agents(1), of_agents(2), of_agents(3)), done), narrow, done)
    assert (done.topics, done.too_large) == ({SEEDS: 2}, [f"{SEEDS} {MARKET.seed_id}-2"])


def test_an_export_brings_pictures_and_names_those_that_are_gone(tmp_path: Path):
    store, good, gone, other = InMemoryStore(), of_examine(1), of_examine(2), of_examine(3)
    store.put_if_absent(good.image.key, stored_picture(make_qa(make_graph(PETS, 1))))
    store.put_if_absent(other.image.key, stored_picture(make_qa(make_graph(PETS, 1))))
    told = [{**row, "outcome": "ended"} for row in rows(good, gone, other, of_agents(1), REDRAWN)]
    for row in told:
        row["kept_at"] = NOW
    done = export(told, lambda: store, tmp_path / "out")
    assert (done.rejections, done.pictures, done.gone) == (5, 1, [gone.image.key, REDRAWN.image.key])
    assert done.damaged == [other.image.key]
    lines = [json.loads(line) for line in (tmp_path / "out" / "rejections.jsonl").read_text("utf-8").splitlines()]
    assert [line["picture"] is None for line in lines] == [False, True, True, True, True]
    with (tmp_path / "out" / "rejections.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["rejection_id"] for row in table] == [line["rejection_id"] for line in lines]
    assert [row["picture"] or None for row in table] == [line["picture"] for line in lines]
    picture = (tmp_path / "out" / lines[0]["picture"]).read_bytes()
    assert picture == store.objects[good.image.key].data
    assert len(list((tmp_path / "out" / "images").iterdir())) == 1


def test_an_export_that_fails_leaves_nothing_so_that_it_can_be_tried_again(tmp_path: Path):
    def away() -> InMemoryStore:
        raise RetryableError("nobody answers")

    told = [{**row, "outcome": "ended", "kept_at": NOW} for row in rows(of_agents(1), of_examine(1))]
    with pytest.raises(RetryableError):
        export(told, away, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    assert export(told, InMemoryStore, tmp_path / "out").rejections == 2


def test_an_export_of_what_has_no_picture_asks_for_no_store(skg: Skg, uri: str, tmp_path: Path):
    out = tmp_path / "out"
    code, said, _ = skg("export", "--out", out, "--stage", "agents", "--json")
    assert (code, json.loads(said)["rejections"]) == (0, 2)
    code, _, fault = skg("export", "--out", out, "--stage", "agents")
    assert (code, "not an empty folder" in fault) == (2, True)
