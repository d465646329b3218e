"""A published copy: whole or not published, never changed, read by `datasets`, and one that says what it is."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import datasets
import pytest

from dataset.audit import audit
from dataset.audit.locations import NotADataset
from dataset.exports import Source
from dataset.publishing import FolderPlace, PushRequest, begun_version, push
from dataset.publishing.picture_sources import PictureSource, licence_of, sources_of
from dataset.publishing.push_record import PushRecord
from schemas.errors import BadInput, UserError
from streams.cli.root import run
from tests.fakes.events import make_graph, make_qa

P0 = "5f0c/0"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class FailingPlace(FolderPlace):
    """A place whose connection breaks after so many files; counts the Parquet files that were put."""

    folder: Path
    breaks_after: int = 10_000
    shards: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.folder)

    def put(self, path: str, file: Path) -> None:
        if self.breaks_after == 0:
            raise UserError("the line broke")
        self.breaks_after -= 1
        self.shards += [path] if path.endswith(".parquet") else []
        super().put(path, file)


@pytest.fixture
def grown(lab):
    sink = lab.writer()
    sink.open(P0)

    def more(first: int, count: int) -> None:
        graphs = [make_graph(categories=(f"thing {n % 7}", f"other {n}")) for n in range(first, first + count)]
        sink.append(lab.deliver(sink, P0, first, [make_qa(graph) for graph in graphs]))

    lab.more = more
    for first in (0, 20, 40):
        lab.more(first, 20)
    return lab


@pytest.fixture
def pushed(grown, tmp_path: Path) -> Callable[..., PushRecord]:
    def call(
        tag: str, place: FolderPlace | None = None, version: int | None = None, licence: str | None = None
    ) -> PushRecord:
        source = Source.open(grown.uri, version=version)
        request = PushRequest(source, tag, NOON, {"samples": measure(60)}, licence, shard_bytes=10_000)
        return push(request, place or FolderPlace(tmp_path / "pub"))

    return call


def measure(value: float) -> dict[str, object]:
    return {"value": value, "n": 60, "low": value, "high": value, "goal": 10.0, "ok": True}


def read(folder: Path, tmp_path: Path, *name: str) -> datasets.DatasetDict:
    return datasets.load_dataset(str(folder), *name, cache_dir=str(tmp_path / "cache"))


@pytest.mark.thorough
def test_a_copy_is_read_as_a_whole_and_by_its_tag(grown, pushed, tmp_path: Path) -> None:
    pushed("v1")
    grown.more(60, 20)
    pushed("v2")
    out = tmp_path / "pub"
    first, newest, own = read(out, tmp_path, "v1"), read(out, tmp_path), read(out / "v1", tmp_path)
    ids = [name for split in newest.values() for name in split["sample_id"]]
    assert sorted(ids) == sorted(grown.ids())
    assert first["train"].num_rows == own["train"].num_rows < newest["train"].num_rows
    assert first["train"][0]["image"].size == (64, 64)


@pytest.mark.thorough
def test_a_folder_of_the_same_name_with_other_samples_is_not_read_from_the_cache(grown, tmp_path: Path) -> None:
    """The cache of `datasets` knows a folder by its name and configuration alone."""
    for version in (2, 3):
        source = Source.open(grown.uri, version=version)
        place = FolderPlace(tmp_path / str(version) / "pub")
        push(PushRequest(source, "v1", NOON, {"samples": measure(60)}, None, shard_bytes=10**9), place)
        for folder in ("pub", "pub/v1"):
            found = read(tmp_path / str(version) / folder, tmp_path)
            assert {name: split.num_rows for name, split in found.items()} == source.sizes


@pytest.mark.thorough
def test_an_interrupted_push_goes_on_with_its_version_and_sends_nothing_twice(grown, pushed, tmp_path: Path) -> None:
    whole = pushed("v1", FolderPlace(tmp_path / "whole"))
    assert len(whole.files) > 4, "several shards a split"
    place = FailingPlace(tmp_path / "pub", breaks_after=4)
    with pytest.raises(UserError, match="the line broke"):
        pushed("v1", place)
    assert not (tmp_path / "pub" / "README.md").exists()
    grown.more(60, 20)
    begun = begun_version(place, "v1")
    assert begun == whole.origin.version
    with pytest.raises(UserError, match=f"was begun from something else .version {begun} of table"):
        pushed("v1", place)
    again = FailingPlace(tmp_path / "pub")
    assert pushed("v1", again, begun) == whole
    assert sorted([*place.shards, *again.shards]) == sorted(f"v1/{path}" for path in whole.files)
    for path in whole.files:
        assert (tmp_path / "pub" / "v1" / path).read_bytes() == (tmp_path / "whole" / "v1" / path).read_bytes()


def test_a_tag_never_changes(pushed, tmp_path: Path) -> None:
    pushed("v1")
    before = {path: path.read_bytes() for path in (tmp_path / "pub").rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=r"the tag v1 is at .*pub already, of version 3, published 2026-03-01T12:00:00"):
        pushed("v1")
    assert {path: path.read_bytes() for path in (tmp_path / "pub").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("tag", ["", "a/b", "..", ".hidden", "ü", "a b", "x" * 65])
def test_what_is_no_tag_is_refused(pushed, tag: str) -> None:
    with pytest.raises(BadInput, match="a tag has letters, digits"):
        pushed(tag)


def test_a_readme_of_somebody_else_is_not_replaced(pushed, tmp_path: Path) -> None:
    (tmp_path / "pub").mkdir()
    (tmp_path / "pub" / "README.md").write_text("mine")
    with pytest.raises(UserError, match=r"has a README\.md that no push wrote"):
        pushed("v1")


def test_a_copy_says_what_it_is_of_whose_it_is_and_how_good(pushed, tmp_path: Path) -> None:
    record = pushed("v1")
    for card in ("pub/README.md", "pub/v1/README.md"):
        text = (tmp_path / card).read_text("utf-8")
        assert f"from version 3 of the table `{record.origin.table}`" in text
        assert "## Licences" in text
        assert "| Samples that were measured. | 60 | 60 to 60 | 60 | yes |" in text
    assert json.loads((tmp_path / "pub" / "v1" / "published.json").read_text())["published"] == "2026-03-01T12:00:00+00:00"
    assert sum(record.rows.values()) == 60


def test_the_licence_of_the_whole_is_what_the_publisher_says(pushed, tmp_path: Path) -> None:
    assert pushed("v1").licence is None, "the renderer of these pictures is unknown"
    assert "\nlicense: other\n" in (tmp_path / "pub" / "README.md").read_text("utf-8")
    assert pushed("v2", licence="cc-by-4.0").licence == "cc-by-4.0"
    text = (tmp_path / "pub" / "README.md").read_text("utf-8")
    assert "\nlicense: cc-by-4.0\n" in text
    assert "is published under `cc-by-4.0`" in text
    with pytest.raises(BadInput, match="give an identifier such as cc-by-4"):
        pushed("v3", licence="mine\nconfigs: []")


def test_one_copy_is_audited_and_not_all_of_them_together(pushed, tmp_path: Path) -> None:
    pushed("v1")
    pushed("v2")
    with pytest.raises(NotADataset, match="audit one of them, there are v1, v2"):
        audit(str(tmp_path / "pub"))
    assert audit(str(tmp_path / "pub" / "v1")).rows == 60


def test_licences_are_those_of_sprites_and_of_each_model() -> None:
    weights = {"model": "owner/name", "revision": "abc", "licence": "apache-2.0", "sha256": "0"}
    rows = [
        {"renderer": "collage-1", "notes": {}},
        {"renderer": "solid-1", "notes": {}},
        {"renderer": "gligen-2", "notes": {"parameters": json.dumps({"steps": 50, "refine": {"models": [weights]}})}},
        {"renderer": "ingest-1", "notes": {"understood": "annotated"}},
        {"renderer": "mine-1", "notes": {"parameters": "no JSON"}},
    ]
    found = sources_of(json.dumps(row) for row in rows)
    assert {source.licence: source.made_with for source in found} == {
        "mit": "solid-1: bodies, materials and places made by code of this project, traced by Blender",
        "apache-2.0": "gligen-2: weights of owner/name@abc",
        "their publisher's": "pictures that were ingested with annotations",
        "unknown": "mine-1",
    }
    assert any("Fluent emoji" in source.made_with for source in found)
    assert licence_of(found) is None
    assert licence_of([PictureSource("sprites", "mit")]) == "mit"


@pytest.mark.thorough
def test_the_command_publishes_measures_and_refuses(grown, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SKG_DATASET_URI", grown.uri)
    out = tmp_path / "pub"
    assert run(["dataset", "push", str(out), "--tag", "v1"]) == 0
    assert f"{out}: tag v1 of version 3: train " in capsys.readouterr().out
    card = (out / "README.md").read_text()
    assert "Measured by `skg dataset quality` on 60 samples" in card
    assert re.search(r"\| Samples that were measured\. \| 60 \| ", card), "measures say what they mean"
    assert re.search(r"<details><summary>Different shapes of the sentences of this kind\. \d+ of \d+ goals are met", card)
    assert not re.search(r"^\| [^|]*\w\\_\w[^|]*\|", card, re.MULTILINE), "names are in words"
    assert "| left of (`left_of`) |" in card
    assert run(["dataset", "push", grown.uri, str(out), "--no-measure"]) == 0
    assert "tag version-3 of version 3" in capsys.readouterr().out
    assert "Not measured" in (out / "README.md").read_text()
    assert run(["dataset", "push", str(out), "--tag", "v1"]) == 2
    assert "a tag never changes" in capsys.readouterr().err
    assert run(["dataset", "push", f"{grown.uri}/copy", "--tag", "v1"]) == 2
    assert "is a dataset's own folder; say another one" in capsys.readouterr().err
    assert run(["dataset", "push", "--tag", "v1"]) == 2
    assert capsys.readouterr().err == "skg: say where the copy goes, as in skg dataset push demo-out/dataset pub --tag v1\n"
    assert run(["dataset", "push", grown.uri]) == 2
    assert "say another one where the copy goes, as in skg dataset push" in capsys.readouterr().err
    assert run(["dataset", "push", str(tmp_path / "pub3"), "--uri", grown.uri, "--no-measure"]) == 0
    assert "tag version-3" in capsys.readouterr().out
    assert run(["dataset", "push", "ftp://place", "--tag", "v1"]) == 2
    assert "a copy is in a folder or at s3://bucket/path" in capsys.readouterr().err
    assert run(["dataset", "push", str(out), "--tag", "v3", "--quality", str(out / "README.md")]) == 2
    assert "no quality.json of `skg dataset quality`" in capsys.readouterr().err


class InterruptedPlace(FolderPlace):
    """A place at which somebody else acts just before a file is put, once."""

    def __init__(self, folder: Path, before: str, act: Callable[[], object]) -> None:
        super().__init__(folder)
        self._before, self._act = before, act

    def put(self, path: str, file: Path) -> None:
        self._meanwhile(path)
        super().put(path, file)

    def put_new(self, path: str, file: Path) -> bool:
        self._meanwhile(path)
        return super().put_new(path, file)

    def _meanwhile(self, path: str) -> None:
        if path == self._before:
            self._before = ""
            self._act()


def test_of_two_pushes_at_the_same_time_both_tags_are_listed(grown, tmp_path: Path) -> None:
    def other() -> None:
        push(PushRequest(Source.open(grown.uri), "v2", NOON), FolderPlace(tmp_path / "pub"))

    place = InterruptedPlace(tmp_path / "pub", "tags.json", other)
    push(PushRequest(Source.open(grown.uri), "v1", NOON), place)
    assert sorted(json.loads((tmp_path / "pub" / "tags.json").read_text())) == ["v1", "v2"]


def test_a_tag_that_another_push_began_from_something_else_at_the_same_time_is_refused(grown, tmp_path: Path) -> None:
    def other() -> None:
        push(PushRequest(Source.open(grown.uri, version=1), "v1", NOON), FolderPlace(tmp_path / "pub"))

    place = InterruptedPlace(tmp_path / "pub", "v1/published.json", other)
    with pytest.raises(UserError, match=r"v1 is at .* already, of version 1"):
        push(PushRequest(Source.open(grown.uri), "v1", NOON), place)
    assert json.loads((tmp_path / "pub" / "tags.json").read_text()) == ["v1"]
