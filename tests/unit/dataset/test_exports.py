"""Every export is read back by the library that it is for; those that need torch are in tests/gpu."""

import hashlib
import json
import math
import re
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from dataset.exports import FORMATS, Source, export, lmms_eval_helpers, webdataset_shards
from dataset.exports.conversation_turns import Turn
from dataset.exports.files.atomic_folder import draft_of
from dataset.exports.llava import messages_of
from dataset.exports.lmms_eval_helpers import (
    accuracy,
    accuracy_stderr,
    circular_accuracy,
    circular_accuracy_stderr,
    doc_to_text,
    process_results,
    unanswered,
    unanswered_stderr,
)
from dataset.table.table_errors import NoDataset
from schemas.errors import UserError
from schemas.llm.token_limits import ANSWER_TOKENS
from spatial.knowledge.category_ids import category_ids
from spatial.splits import SPLITS
from streams.cli.root import run
from tests.fakes.events import make_graph, make_picture, make_qa

pytestmark = pytest.mark.thorough

P0 = "5f0c/0"

SAID = ("B", "A", "perhaps", "<think>It could be B, but", "<think>A, I guess</think>\n\nAnswer: B")
"""Answers of every sort: right, wrong, none, none yet, right in the end."""


@pytest.fixture
def grown(lab):
    """Sixty scenes in two commits, so that every split has some."""
    sink = lab.writer()
    sink.open(P0)
    events = [make_qa(make_graph(categories=(f"thing {n % 7}", f"dög {n}"))) for n in range(60)]
    sink.append(lab.deliver(sink, P0, 0, events[:30]))
    sink.append(lab.deliver(sink, P0, 30, events[30:]))
    lab.events = {event.sample_id: event for event in events}
    return lab


@pytest.fixture
def exported(grown):
    def write(name: str, split: str | None = None) -> Path:
        return export(Source.open(grown.uri, split=split), name, grown.folder / name)

    return write


def splits_of(lab) -> dict[str, set[str]]:
    source = Source.open(lab.uri)
    return {split: {row["sample_id"] for row in source.rows(split)} for split in source.splits}


def picture(lab, sample_id: str) -> bytes:
    return make_picture(lab.events[sample_id].graph)


def test_hugging_face_loads_it_without_a_network_with_one_schema_for_all_splits(grown, exported):
    import datasets

    out = exported("huggingface")
    loaded = datasets.load_dataset(str(out), cache_dir=str(grown.folder / "cache"))
    assert {split: set(rows["sample_id"]) for split, rows in loaded.items()} == splits_of(grown)
    assert list(loaded) == [*SPLITS]
    assert len({str(rows.features) for rows in loaded.values()}) == 1
    assert isinstance(loaded["train"].features["image"], datasets.Image)
    row = loaded["train"][0]
    assert row["image"].tobytes() == Image.open(BytesIO(picture(grown, row["sample_id"]))).tobytes()
    assert row["questions"][0]["answer"] in row["questions"][0]["choices"]


def test_hugging_face_takes_no_other_folder_of_the_same_name_for_it(grown, tmp_path):
    import datasets

    for version in (1, 2):
        source = Source.open(grown.uri, version=version, split="train")
        out = export(source, "huggingface", tmp_path / str(version) / "export")
        loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
        assert loaded["train"].num_rows == source.sizes["train"]
    assert Source.open(grown.uri, version=1, split="train").sizes != source.sizes


def test_hugging_face_streams_it(grown, exported):
    import datasets

    out = exported("huggingface", "train")
    stream = datasets.load_dataset(str(out), split="train", streaming=True)
    assert next(iter(stream))["image"].size == (64, 64)


def test_the_card_counts_what_is_there_and_escapes_what_a_name_may_hold(grown, exported):
    out = exported("huggingface")
    head, _, text = (out / "README.md").read_text("utf-8").removeprefix("---\n").partition("---\n")
    assert [entry["split"] for entry in yaml.safe_load(head)["configs"][0]["data_files"]] == [*SPLITS]
    assert "60 samples, 120 questions" in text
    assert "| thing 0 | 9 |" in text
    assert "| left of (`left_of`) | 60 |" in text
    assert "and 47 more" in text


def test_llava_conversations_have_the_picture_in_the_first_turn_only(grown, exported):
    out = exported("llava")
    items = json.loads((out / "train.json").read_text("utf-8"))
    assert {item["id"] for item in items} == {f"{one}-{n}" for one in splits_of(grown)["train"] for n in (0, 1)}
    for item in items:
        assert [turn["from"] for turn in item["conversations"]] == ["human", "gpt"]
        assert [turn["value"].count("<image>") for turn in item["conversations"]] == [1, 0]
        assert (out / item["image"]).read_bytes() == picture(grown, item["id"].rpartition("-")[0])
    assert items[0]["conversations"][0]["value"].endswith("\nAnswer with one of: yes, no.")


def test_llama_vision_messages_load_as_json_lines(grown, exported):
    import datasets

    out = exported("llama-vision")
    lines = datasets.load_dataset(
        "json", data_files=str(out / "train.jsonl"), split="train", cache_dir=str(grown.folder / "cache")
    )
    assert set(lines["id"]) == {f"{one}-{n}" for one in splits_of(grown)["train"] for n in (0, 1)}
    raw = [json.loads(line) for line in (out / "train.jsonl").read_text("utf-8").splitlines()]
    for item in raw:
        assert [message["role"] for message in item["messages"]] == ["user", "assistant"]
        assert [part["type"] for part in item["messages"][0]["content"]] == ["image", "text"]
        assert all((out / name).is_file() for name in item["images"])


def test_sharegpt_is_described_as_llama_factory_reads_it(exported):
    out = exported("sharegpt")
    info = json.loads((out / "dataset_info.json").read_text("utf-8"))
    assert set(info) == {f"skg_{split}" for split in SPLITS}
    for described in info.values():
        tags, columns = described["tags"], described["columns"]
        for item in json.loads((out / described["file_name"]).read_text("utf-8")):
            said = item[columns["messages"]]
            assert [turn[tags["role_tag"]] for turn in said] == [tags["user_tag"], tags["assistant_tag"]]
            assert sum(turn[tags["content_tag"]].count("<image>") for turn in said) == len(item[columns["images"]])
            assert all((out / name).is_file() for name in item[columns["images"]])


def test_webdataset_decodes_the_shards(grown):
    webdataset = pytest.importorskip("webdataset")
    out = grown.folder / "shards"
    out.mkdir()
    webdataset_shards.write(Source.open(grown.uri), out, shard_bytes=20_000)
    paths = sorted(str(path) for path in out.glob("train-*.tar"))
    assert len(paths) > 1
    samples = list(webdataset.WebDataset(paths, shardshuffle=False).decode("pil"))
    assert {sample["json"]["sample_id"] for sample in samples} == splits_of(grown)["train"]
    first = samples[0]
    assert first["__key__"] == first["json"]["sample_id"]
    assert first["png"].size == (64, 64)
    assert [thing["box"] for thing in first["json"]["objects"]] == [[4, 34, 22, 26], [36, 30, 24, 30]]


def test_the_same_rows_give_the_same_shards(grown):
    def digest(name: str) -> list[str]:
        out = export(Source.open(grown.uri), "webdataset", grown.folder / name)
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())]

    assert digest("one") == digest("two")


def test_pycocotools_reads_the_boxes(grown, exported):
    coco = pytest.importorskip("pycocotools.coco")
    out = exported("coco")
    names = {}
    for split, wanted in splits_of(grown).items():
        read = coco.COCO(str(out / "annotations" / f"instances_{split}.json"))
        assert {image["sample_id"] for image in read.imgs.values()} == wanted
        assert len(read.anns) == 2 * len(wanted)
        names[split] = {number: category["name"] for number, category in read.cats.items()}
        for image_id, image in read.imgs.items():
            things = [(names[split][ann["category_id"]], ann["bbox"]) for ann in read.imgToAnns[image_id]]
            seen = grown.events[image["sample_id"]].scene.objects
            assert things == [(thing.category, list(thing.box)) for thing in seen]
            assert (out / split / image["file_name"]).read_bytes() == picture(grown, image["sample_id"])
    assert names["train"] == names["test"]


def test_a_category_keeps_its_number_in_coco_when_the_dataset_grows(grown, exported):
    before = coco_content(exported("coco"), "train")
    sink = grown.writer("b")
    sink.open("other/0")
    sink.append(grown.deliver(sink, "other/0", 0, [make_qa(make_graph(categories=("aardvark", "cow"), index=7))]))
    after = coco_content(export(Source.open(grown.uri), "coco", grown.folder / "again"), "train")
    numbers = {each["name"]: each["id"] for each in before["categories"]}
    grown_numbers = {each["name"]: each["id"] for each in after["categories"]}
    assert {name: grown_numbers[name] for name in numbers} == numbers
    assert "aardvark" in grown_numbers.keys() - numbers.keys()
    assert grown_numbers["cow"] == category_ids(())["cow"]


def test_pictures_and_boxes_of_all_splits_of_coco_have_numbers_of_their_own(grown, exported):
    out = exported("coco")
    read = [coco_content(out, split) for split in splits_of(grown)]
    for part in ("images", "annotations"):
        found = [each["id"] for content in read for each in content[part]]
        assert sorted(found) == list(range(1, len(found) + 1))


def test_pycocotools_fails_on_an_empty_segmentation_so_that_the_export_has_none(exported):
    coco = pytest.importorskip("pycocotools.coco")
    read = coco.COCO(str(exported("coco") / "annotations" / "instances_train.json"))
    annotation = next(iter(read.anns.values()))
    assert "segmentation" not in annotation
    assert annotation["iscrowd"] == 0
    with pytest.raises(IndexError):
        read.annToMask({**annotation, "segmentation": []})
    with pytest.raises(KeyError):
        read.annToMask(annotation)


def coco_content(out: Path, split: str) -> dict:
    return json.loads((out / "annotations" / f"instances_{split}.json").read_text("utf-8"))


def test_the_benchmark_asks_every_question_once_in_each_rotation(grown, exported):
    import datasets

    out = exported("lmms-eval")
    asked = datasets.load_dataset(str(out / "data"), split="test", cache_dir=str(grown.folder / "cache"))
    assert set(asked["sample_id"]) == splits_of(grown)["test"]
    by_question: dict[str, list[tuple[str, ...]]] = {}
    for row in asked:
        by_question.setdefault(row["question_id"], []).append(tuple(row["choices"]))
        question = {q.id: q for q in grown.events[row["sample_id"]].questions}[row["question_id"]]
        assert row["choices"]["ABCD".index(row["answer"])] == question.answer
    assert all(sorted(turns) == [("no", "yes"), ("yes", "no")] for turns in by_question.values())


def test_the_benchmarks_functions_run_without_the_factory(exported):
    out = exported("lmms-eval")
    code = f"""
import json, sys
sys.path[:0] = [{str(out)!r}]
import utils
doc = dict(question_id="q", sample_id="s", kind="k", choices=["yes", "no"], answer="B")
results = [utils.process_results(doc, [said])["accuracy"] for said in {SAID!r}]
print(json.dumps([[m for m in sys.modules if "dataset" in m], [[one["right"], one["mute"]] for one in results]]))
"""
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [[], [[True, False], [False, False], [False, True], [False, True], [True, False]]]


def test_the_benchmark_gives_answers_the_room_that_an_evaluation_gives(exported):
    text = (exported("lmms-eval") / "skg_spatial.yaml").read_text("utf-8")
    assert f"max_new_tokens: {ANSWER_TOKENS}\n" in text


def test_a_benchmark_of_a_table_without_a_hold_out_is_refused_unless_its_split_is_named(grown):
    lab, trained = type(grown)(grown.folder / "no-hold-out"), splits_of(grown)["train"]
    sink = lab.writer()
    sink.open(P0)
    sink.append(lab.deliver(sink, P0, 0, [event for name, event in grown.events.items() if name in trained]))
    with pytest.raises(UserError, match="the split test has no questions with choices"):
        export(Source.open(lab.uri), "lmms-eval", lab.folder / "out")
    assert not (lab.folder / "out").exists()
    out = export(Source.open(lab.uri, split="train"), "lmms-eval", lab.folder / "out")
    assert '# Questions of the split "train".' in (out / "skg_spatial.yaml").read_text("utf-8")


def test_the_benchmark_has_results_for_each_kind_and_standard_errors(exported):
    text = (exported("lmms-eval") / "skg_spatial.yaml").read_text("utf-8")
    task = yaml.safe_load(re.sub(r"!function (\S+)", r"\1", text))
    functions = {each["metric"]: each["aggregation"] for each in task["metric_list"]}
    doc = {"question_id": "q", "sample_id": "s", "kind": "presence", "choices": ["yes", "no"], "answer": "A"}
    asked = {**process_results(doc, ["A"]), **process_results({**doc, "kind": "relation"}, ["A"])}
    assert functions.keys() == asked.keys()
    assert functions["circular_accuracy_presence"] == "utils.circular_accuracy"
    assert functions["circular_accuracy_relation_stderr"] == "utils.circular_accuracy_stderr"
    assert all(hasattr(lmms_eval_helpers, name.removeprefix("utils.")) for name in functions.values())


def test_the_standard_error_counts_questions_about_one_picture_as_dependent():
    def result(picture: int, question: int, right: bool) -> dict:
        return {
            "sample_id": f"s{picture}",
            "question_id": f"q{picture}-{question}",
            "kind": "k",
            "right": right,
            "mute": not right,
        }

    alone = [result(number, 0, number % 2 == 0) for number in range(100)]
    assert circular_accuracy_stderr(alone) == pytest.approx(math.sqrt(0.25 / 99))
    together = [result(number, question, number % 2 == 0) for number in range(100) for question in range(4)]
    assert circular_accuracy_stderr(together) == pytest.approx(circular_accuracy_stderr(alone))
    assert accuracy_stderr(together) == unanswered_stderr(together) == pytest.approx(math.sqrt(0.25 / 99))
    assert unanswered(together) == 0.5
    assert accuracy_stderr(together[:4]) == circular_accuracy_stderr([]) == "N/A"


def test_only_who_finds_the_answer_everywhere_scores_in_circles():
    docs = [
        {"question_id": "q", "sample_id": "s", "kind": "k", "question": "Which?", "choices": choices, "answer": answer}
        for choices, answer in ((["red", "blue"], "A"), (["blue", "red"], "B"))
    ]
    assert doc_to_text(docs[0]).startswith("Which?\nA. red\nB. blue\n")
    always_a = [process_results(doc, ["A"])["accuracy"] for doc in docs]
    knows = [process_results(doc, [f"{doc['answer']}. red"])["accuracy"] for doc in docs]
    assert (accuracy(always_a), circular_accuracy(always_a)) == (0.5, 0.0)
    assert (accuracy(knows), circular_accuracy(knows)) == (1.0, 1.0)
    assert circular_accuracy([]) == 0.0


def test_an_export_overwrites_nothing_and_leaves_nothing_half_done(grown, exported):
    taken = grown.folder / "llava"
    taken.mkdir()
    (taken / "mine.txt").write_text("precious")
    with pytest.raises(UserError, match="not an empty folder"):
        exported("llava")
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
    with pytest.raises(UserError, match="there is no format 'xml'; there are huggingface, "):
        exported("xml")
    assert not [path for path in grown.folder.iterdir() if path.name.startswith(".")]


def test_an_export_that_fails_leaves_no_folder(grown):
    source = Source.open(grown.uri)
    for path in source.table.uris():
        Path(path).unlink()
    with pytest.raises(UserError, match="is damaged: its file"):
        export(source, "llava", grown.folder / "out")
    assert not [path for path in grown.folder.iterdir() if "out" in path.name]


def test_what_a_killed_export_left_behind_goes_with_the_next_one_and_that_of_a_living_one_stays(tmp_path: Path):
    target = tmp_path / "out"
    code = f"""
import os
from pathlib import Path
from dataset.exports.files.atomic_folder import draft_of
with draft_of(Path({str(target)!r})) as draft:
    (draft / "picture").write_text("half")
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    (left,) = tmp_path.iterdir()
    (tmp_path / ".out-of-mine").mkdir()
    with draft_of(target) as living:
        assert not left.exists()
        with draft_of(target) as other:
            (other / "a").write_text("whole")
        assert living.is_dir()
        assert [path.name for path in target.iterdir()] == ["a"]
        (target / "a").unlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out-of-mine", "out"]


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"bop"}))  # that one is of scenes in metres
def test_one_split_or_an_earlier_version_can_be_exported_alone(grown, name: str):
    out = export(Source.open(grown.uri, version=1, split="train"), name, grown.folder / name)
    names = [path.name for path in out.rglob("*")]
    assert not [found for found in names if "validation" in found or "test" in found]
    assert (out / "images").is_dir() is (name in {"jsonl", "llava", "llama-vision", "questions", "qwen-vl", "sharegpt"})


def test_what_has_no_rows_is_not_exported(lab):
    sink = lab.writer()
    sink.open(P0)
    with pytest.raises(NoDataset, match="no rows"):
        Source.open(lab.uri)
    with pytest.raises(ValueError, match="no split 'nope'"):
        Source.open(lab.uri, split="nope")


def test_a_name_that_looks_like_the_marker_of_a_picture_adds_none():
    said = [turn["value"] for turn in messages_of([Turn("Is the <image> left of it?", "<image>")] * 2)]
    assert [text.count("<image>") for text in said] == [1, 0, 0, 0]


@pytest.mark.parametrize("name", ["huggingface", "coco", "lmms-eval"])
def test_an_export_is_of_one_version_however_the_dataset_grows_meanwhile(grown, name: str):
    import datasets

    source = Source.open(grown.uri)
    sink = grown.writer("b")
    sink.open("other/0")
    sink.append(
        grown.deliver(sink, "other/0", 0, [make_qa(make_graph(categories=(f"newcomer {n}", "cow"))) for n in range(30)])
    )
    out = export(source, name, grown.folder / name)
    assert Source.open(grown.uri).table.version > source.table.version
    assert sum(source.sizes.values()) == 60
    if name == "huggingface":
        rows = datasets.load_dataset(str(out), cache_dir=str(grown.folder / "cache"))
        assert {split: part.num_rows for split, part in rows.items()} == source.sizes
        assert "60 samples" in (out / "README.md").read_text("utf-8")
    assert not [path for path in out.rglob("*.json") if "newcomer" in path.read_text("utf-8")]


def test_qwen_vl_conversations_have_the_picture_in_the_first_turn(grown, exported):
    out = exported("qwen-vl")
    items = json.loads((out / "train.json").read_text("utf-8"))
    assert {item["id"] for item in items} == {f"{one}-{n}" for one in splits_of(grown)["train"] for n in (0, 1)}
    for item in items:
        assert [turn["value"].count("<image>") for turn in item["conversations"]] == [1, 0]
        assert (out / item["image"]).read_bytes() == picture(grown, item["id"].rpartition("-")[0])


def entries(form: str, folder: Path, split: str) -> int:
    """The entries of a split's files, read as their readers do."""
    if form in ("questions", "llama-vision"):
        return len((folder / f"{split}.jsonl").read_text("utf-8").splitlines())
    if form == "lmms-eval":
        return sum(pq.read_table(file).num_rows for file in (folder / "data").glob("*.parquet"))
    if form == "webdataset":
        return sum(sum(".json" in name for name in tarfile.open(file).getnames()) for file in folder.glob(f"{split}-*"))
    name = {"coco": f"annotations/instances_{split}", "sharegpt": f"skg_{split}"}.get(form, split)
    found = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return len(found["images"] if form == "coco" else found)


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"bop"}))
def test_the_command_says_how_many_samples_and_entries_of_files_it_wrote(form: str, grown, capfd):
    source = Source.open(grown.uri)
    wanted, out = list(FORMATS[form].splits(source)), grown.folder / form
    assert run(["dataset", "export", grown.uri, "--format", form, "--out", str(out)]) == 0
    told = capfd.readouterr().out.rpartition(": ")[2].strip()
    said = [f"{split} {source.sizes[split]} samples" for split in wanted]
    if FORMATS[form].records is not None:
        name = FORMATS[form].records.name
        said = [f"{one} in {entries(form, out, split)} {name}" for one, split in zip(said, wanted, strict=True)]
    assert told == ", ".join(said)
