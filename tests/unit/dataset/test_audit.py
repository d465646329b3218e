"""The audit: a sound dataset has no faults, and every fault that is planted is found and named."""

import hashlib
import io
import json
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from dataset.analysis.split_check import SplitCheck, check_split
from dataset.audit import KINDS, audit
from dataset.audit.locations import NotADataset, folder_at
from dataset.audit.row_files import data_files
from dataset.exports import Source
from dataset.exports import export as dataset_export
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.table_errors import NoDataset
from schemas.ids import content_id, make_seed
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from tests.fakes.line import collage_line, store_rows

pytestmark = pytest.mark.thorough

SCENES = ("kitchen", "living room", "park", "street market", "harbour")

Row = dict[str, Any]
Plant = Callable[[list[Row]], object]


def made(folder: Path, each: int) -> Path:
    """A table of the factory's own samples, as many of each scene."""
    samples = collage_line(folder / "sprites").samples([make_seed(scene, each) for scene in SCENES])
    assert len(samples) > 3 * each
    return Path(store_rows(str(folder / "table"), samples))


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A table of a few dozen real samples: enough to find each pair in that is planted, in more than one split."""
    return made(tmp_path_factory.mktemp("sound"), 8)


@pytest.fixture(scope="module")
def rows(sound: Path) -> list[Row]:
    """The same samples as plain values."""
    return [row for path in files(sound) for row in pq.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def some(rows: list[Row]) -> list[Row]:
    """Every other one: a fault is planted in one or two of them."""
    return rows[::2]


def files(folder: Path) -> list[Path]:
    return [folder / name for name in data_files(folder_at(folder))]


def export(rows: list[Row], folder: Path, schema: pa.Schema = COLUMNS) -> Path:
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "part-0.parquet")
    (folder / "README.md").write_text(f"---\nskg_held_out_per_mille: {DEFAULT_HELD_OUT_PER_MILLE}\n---\n", encoding="utf-8")
    return folder


def changed(row: Row, **story: object) -> None:
    """Change the row's provenance."""
    row["provenance"] = json.dumps({**json.loads(row["provenance"]), **story})


def yes_no(rows: list[Row]) -> Row:
    return next(q for row in rows for q in row["questions"] if set(q["choices"]) == {"yes", "no"})


@pytest.mark.thorough
def test_a_dataset_of_the_factory_has_no_faults(sound: Path):
    report = audit(sound)
    assert report.faults == ()
    assert report.passed
    assert report.rows > 30
    assert report.questions > 150


def test_an_export_as_plain_parquet_files_is_audited_too(rows: list[Row], tmp_path: Path):
    assert audit(export(rows, tmp_path / "export")).passed


def test_a_webdataset_export_is_audited_and_one_of_another_form_is_said_to_leave_too_much_out(sound: Path, tmp_path: Path):
    dataset_export(Source.open(str(sound)), "webdataset", tmp_path / "shards")
    report = audit(tmp_path / "shards")
    assert (report.passed, report.rows) == (True, audit(sound).rows)
    dataset_export(Source.open(str(sound)), "coco", tmp_path / "coco")
    with pytest.raises(NotADataset, match="huggingface or webdataset"):
        audit(tmp_path / "coco")


def test_a_shard_that_is_cut_and_a_log_that_is_no_log_are_said_to_be_broken(sound: Path, tmp_path: Path):
    dataset_export(Source.open(str(sound)), "webdataset", tmp_path / "shards")
    shard = tmp_path / "shards" / "train-000000.tar"
    whole = shard.read_bytes()
    with tarfile.open(shard) as archive:
        members = archive.getmembers()
    picture, third = max(members, key=lambda member: member.size), members[2].offset
    # within a picture, between two members, in the head of one
    for length in (picture.offset_data + picture.size // 2, third, third + 100):
        shard.write_bytes(whole[:length])
        assert audit(tmp_path / "shards").counts == {"unreadable_file": 1}, length
    copy = shutil.copytree(sound, tmp_path / "copy")
    next((copy / "_delta_log").glob("*0.json")).write_text("{")
    with pytest.raises(NotADataset, match="log cannot be read"):
        audit(copy)


def wrong_answer(rows: list[Row]) -> None:
    question = yes_no(rows)
    question["answer"] = "no" if question["answer"] == "yes" else "yes"


def answer_that_is_no_choice(rows: list[Row]) -> None:
    yes_no(rows)["choices"] = ["perhaps", "never"]


def moved_box(rows: list[Row]) -> None:
    box = rows[0]["objects"][0]["box"]
    box[0] += -1 if box[0] > 0 else 1


def box_outside(rows: list[Row]) -> None:
    rows[0]["objects"][0]["box"][0] = 5000


def other_colour(rows: list[Row]) -> None:
    next(o for row in rows for o in row["objects"] if o["attributes"])["attributes"][0] = "ultraviolet"


def exchanged_pictures(rows: list[Row]) -> None:
    rows[0]["image"], rows[1]["image"] = rows[1]["image"], rows[0]["image"]


def exchanged_pictures_with_their_hashes(rows: list[Row]) -> None:
    hashes = [json.loads(row["provenance"])["sha256"] for row in rows[:2]]
    exchanged_pictures(rows)
    changed(rows[0], sha256=hashes[1])
    changed(rows[1], sha256=hashes[0])


def picture_encoded_anew(rows: list[Row]) -> None:
    file = io.BytesIO()
    Image.open(io.BytesIO(rows[0]["image"]["bytes"])).save(file, "PNG")
    rows[0]["image"]["bytes"] = file.getvalue()


def cut_picture(rows: list[Row]) -> None:
    rows[0]["image"]["bytes"] = rows[0]["image"]["bytes"][:2000]


def wrong_width(rows: list[Row]) -> None:
    rows[0]["width"] += 1


def other_split(rows: list[Row]) -> None:
    rows[0]["split"] = "test" if rows[0]["split"] == "train" else "train"


def same_sample_twice(rows: list[Row]) -> None:
    rows.append(rows[0])


def another_id(rows: list[Row]) -> None:
    rows[0]["sample_id"] = "0" * 32


def changed_graph(rows: list[Row]) -> None:
    graph = json.loads(rows[0]["provenance"])["graph"]
    changed(rows[0], graph={**graph, "concept": "another concept"})


def changed_graph_with_its_id(rows: list[Row]) -> None:
    graph = json.loads(rows[0]["provenance"])["graph"] | {"concept": "another concept"}
    graph["graph_id"] = content_id("graph", {k: v for k, v in graph.items() if k != "graph_id"})
    changed(rows[0], graph=graph, graph_id=graph["graph_id"])


def other_scene_hash(rows: list[Row]) -> None:
    changed(rows[0], scene_hash="f" * 32)


def broken_provenance(rows: list[Row]) -> None:
    rows[0]["provenance"] = "{"


def false_relation(rows: list[Row]) -> None:
    turned = {"left_of": "right_of", "right_of": "left_of", "above": "below", "below": "above"}
    relation = next(r for row in rows for r in row["relations"] if r["predicate"] in turned)
    relation["predicate"] = turned[relation["predicate"]]


def relation_that_was_not_drawn(rows: list[Row]) -> None:
    next(r for row in rows for r in row["relations"] if not r["drawn"])["drawn"] = True


def excluded_thing_in_the_picture(rows: list[Row]) -> None:
    rows[0]["excluded"].append(rows[0]["objects"][0]["category"])


def missing_object(rows: list[Row]) -> None:
    row = next(row for row in rows if len(row["objects"]) > 2)
    gone = row["objects"].pop()["id"]
    row["relations"] = [r for r in row["relations"] if gone not in (r["subject"], r["object"])]


def other_words(rows: list[Row]) -> None:
    question = rows[0]["questions"][0]
    question["question"] = question["question"].replace("?", " ?")


def same_question_twice(rows: list[Row]) -> None:
    rows[0]["questions"].append(rows[0]["questions"][0])


def false_premise(rows: list[Row]) -> None:
    question = next(q for row in rows for q in row["questions"] if '"box"' in q["certificate"])
    proof = json.loads(question["certificate"])
    next(p for p in proof["premises"] if "box" in p)["box"][2] += 7
    question["certificate"] = json.dumps(proof)


def broken_certificate(rows: list[Row]) -> None:
    rows[0]["questions"][0]["certificate"] = "believe me"


def whole_sample_in_another_split(rows: list[Row]) -> None:
    copy = json.loads(json.dumps({k: v for k, v in rows[0].items() if k != "image"}))
    copy["image"] = rows[0]["image"]
    copy["split"] = "test" if rows[0]["split"] == "train" else "train"
    rows.append(copy)


def proof_of(question: dict[str, Any], **changes: object) -> None:
    """Change the question's certificate."""
    question["certificate"] = json.dumps({**json.loads(question["certificate"]), **changes})


def picture_without_its_record(rows: list[Row]) -> None:
    picture_encoded_anew(rows)
    changed(rows[0], sha256=hashlib.sha256(rows[0]["image"]["bytes"]).hexdigest())


def repainted(row: Row, filling: Callable[[Image.Image, tuple[int, int, int, int]], object], noted: bool) -> None:
    """Paint an object of the row over, keep the picture's record, and put the hash right."""
    file, thing = io.BytesIO(), row["objects"][0]
    x, y, width, height = thing["box"]
    with Image.open(io.BytesIO(row["image"]["bytes"])) as picture:
        shown, packet = picture.convert("RGB"), picture.info["xmp"]
    filling(shown, (x, y, x + width, y + height))
    shown.save(file, "WEBP", quality=90, xmp=packet)
    notes = json.loads(row["provenance"])["notes"]
    kept = {name: text for name, text in notes.items() if noted or name != "object_pixels"}
    row["image"]["bytes"] = file.getvalue()
    changed(row, sha256=hashlib.sha256(file.getvalue()).hexdigest(), notes=kept)


def flat(picture: Image.Image, area: tuple[int, int, int, int]) -> None:
    picture.paste((90, 120, 60), area)


def smoothed(picture: Image.Image, area: tuple[int, int, int, int]) -> None:
    """The area filled from its four corners."""
    left, top, right, bottom = area
    corners = Image.new("RGB", (2, 2))
    for across, x in enumerate((max(left - 1, 0), min(right, picture.width - 1))):
        for down, y in enumerate((max(top - 1, 0), min(bottom, picture.height - 1))):
            corners.putpixel((across, down), picture.getpixel((x, y)))
    picture.paste(corners.resize((right - left, bottom - top), Image.Resampling.BILINEAR), area)


def object_painted_over_in_one_colour(rows: list[Row]) -> None:
    repainted(rows[0], flat, noted=True)


def object_smoothed_over_from_around_it(rows: list[Row]) -> None:
    repainted(rows[0], smoothed, noted=True)


def object_of_an_older_row_painted_over_in_one_colour(rows: list[Row]) -> None:
    repainted(rows[0], flat, noted=False)


def object_of_an_older_row_smoothed_over_from_around_it(rows: list[Row]) -> None:
    repainted(rows[0], smoothed, noted=False)


def certificate_of_another_question_with_the_same_answer(rows: list[Row]) -> None:
    for row in rows:
        same = [q for q in row["questions"] if q["answer"] == "yes"]
        if len(same) > 1 and same[0]["kind"] != same[1]["kind"]:
            same[0]["certificate"] = same[1]["certificate"]
            return


def certificate_without_a_proof(rows: list[Row]) -> None:
    rows[0]["questions"][0]["certificate"] = "{}"


def certificate_without_premises(rows: list[Row]) -> None:
    proof_of(next(q for row in rows for q in row["questions"] if q["objects"]), premises=[])


def exchanged_references(rows: list[Row]) -> None:
    question = next(q for row in rows for q in row["questions"] if len(json.loads(q["certificate"])["references"]) > 1)
    first, second, *rest = json.loads(question["certificate"])["references"]
    first["object"], second["object"] = second["object"], first["object"]
    proof_of(question, references=[first, second, *rest])


def of_program(rows: list[Row], program: str) -> tuple[Row, Row]:
    """The first question of a program, and its certificate."""
    asked = ((q, json.loads(q["certificate"])) for row in rows for q in row["questions"])
    return next((question, proof) for question, proof in asked if proof["query"]["op"] == program)


def exchanged_things_of_a_query(rows: list[Row]) -> None:
    question, proof = of_program(rows, "directed")
    query = proof["query"]
    proof_of(question, query={**query, "subject": query["object"], "object": query["subject"]})


def query_of_another_direction(rows: list[Row]) -> None:
    question, proof = of_program(rows, "directed")
    proof_of(question, query={**proof["query"], "predicate": "on"})


def rule_of_another_question(rows: list[Row]) -> None:
    question, proof = of_program(rows, "directed")
    proof_of(question, rules=[*proof["rules"][:-1], "because it is so"])


def claim_about_another_thing(rows: list[Row]) -> None:
    question, proof = of_program(rows, "describe")
    first, *rest = proof["claims"]
    proof_of(question, claims=[{**first, "query": {**first["query"], "category": "cat"}}, *rest])


def other_hops(rows: list[Row]) -> None:
    question = rows[0]["questions"][0]
    proof = json.loads(question["certificate"])
    proof_of(question, difficulty={**proof["difficulty"], "hops": proof["difficulty"]["hops"] + 1})


def deep_certificate(rows: list[Row]) -> None:
    rows[0]["questions"][0]["certificate"] = "[" * 200_000


def deep_provenance(rows: list[Row]) -> None:
    rows[0]["provenance"] = "[" * 200_000


def notes_that_are_a_list(rows: list[Row]) -> None:
    changed(rows[0], notes=["nothing"])


def other_random_seed(rows: list[Row]) -> None:
    changed(rows[0], notes={**json.loads(rows[0]["provenance"])["notes"], "render_seed": "5"})


def kind_of_another_question(rows: list[Row]) -> None:
    yes_no(rows)["kind"] = "count"


def objects_of_another_question(rows: list[Row]) -> None:
    for row in rows:
        for question in row["questions"]:
            others = [thing["id"] for thing in row["objects"] if thing["id"] not in question["objects"]]
            if question["objects"] and others:
                question["objects"] = others
                return


def question_about_a_thing_that_is_not_there(rows: list[Row]) -> None:
    question = next(q for row in rows for q in row["questions"] if len(json.loads(q["certificate"])["references"]) > 1)
    name = json.loads(question["certificate"])["references"][0]["text"]
    question["question"] = question["question"].replace(name, "the elephant")


def choice_that_says_the_same(rows: list[Row]) -> None:
    question = yes_no(rows)
    question["choices"].append(question["answer"].upper())


def choice_of_another_kind(rows: list[Row]) -> None:
    next(q for row in rows for q in row["questions"] if q["kind"] == "count")["choices"].append("purple")


def missing_direction(rows: list[Row]) -> None:
    row = next(row for row in rows if any(r["predicate"] in ("left_of", "right_of") for r in row["relations"]))
    gone = next(r for r in row["relations"] if r["predicate"] in ("left_of", "right_of") and not r["drawn"])
    row["relations"] = [r for r in row["relations"] if r is not gone]


def missing_depth(rows: list[Row]) -> None:
    row = next(row for row in rows if any(r["predicate"] in ("in_front_of", "behind") for r in row["relations"]))
    row["relations"] = [r for r in row["relations"] if r["predicate"] not in ("in_front_of", "behind")]


def missing_distance(rows: list[Row]) -> None:
    row = next(row for row in rows if any(r["predicate"] == "far" for r in row["relations"]))
    row["relations"] = [r for r in row["relations"] if r["predicate"] != "far"]


def near_what_is_far_behind(rows: list[Row]) -> None:
    for row in rows:
        for r in row["relations"]:
            if r["predicate"] in ("near", "next_to") and not _carried(row, r):
                row["objects"][r["subject"]]["depth"] = row["objects"][r["object"]]["depth"] + 0.2
                return
    raise AssertionError("no row has two that are near each other")


def _carried(row: Row, pair: Row) -> bool:
    carrying = [r for r in row["relations"] if r["predicate"] in ("on", "inside", "supports", "contains")]
    return any({r["subject"], r["object"]} == {pair["subject"], pair["object"]} for r in carrying)


def relation_twice(rows: list[Row]) -> None:
    rows[0]["relations"].append(dict(rows[0]["relations"][0]))


def thing_beside_itself(rows: list[Row]) -> None:
    rows[0]["relations"].append({"subject": 0, "predicate": "near", "object": 0, "drawn": False})


def object_twice(rows: list[Row]) -> None:
    rows[0]["objects"].append(dict(rows[0]["objects"][0]))


PLANTED: dict[Plant, set[str]] = {
    wrong_answer: {"answer"},
    answer_that_is_no_choice: {"choices", "answer"},
    moved_box: {"box"},
    box_outside: {"box"},
    other_colour: {"object"},
    exchanged_pictures: {"image_hash"},
    exchanged_pictures_with_their_hashes: {"object", "box"},
    picture_encoded_anew: {"image_hash"},
    cut_picture: {"image_hash", "unreadable_image"},
    wrong_width: {"image_size"},
    other_split: {"split", "question_split"},
    same_sample_twice: {"duplicate_sample"},
    another_id: {"sample_id", "question_id"},
    changed_graph: {"graph_id"},
    changed_graph_with_its_id: {"image_id"},
    other_scene_hash: {"scene_hash"},
    broken_provenance: {"provenance"},
    false_relation: {"relation"},
    relation_that_was_not_drawn: {"relation"},
    excluded_thing_in_the_picture: {"excluded"},
    missing_object: {"object"},
    other_words: {"question_id"},
    same_question_twice: {"duplicate_question"},
    false_premise: {"certificate"},
    broken_certificate: {"certificate"},
    picture_without_its_record: {"box"},
    object_painted_over_in_one_colour: {"painted_over"},
    object_smoothed_over_from_around_it: {"painted_over"},
    object_of_an_older_row_painted_over_in_one_colour: {"painted_over"},
    object_of_an_older_row_smoothed_over_from_around_it: {"painted_over"},
    certificate_of_another_question_with_the_same_answer: {"certificate"},
    certificate_without_a_proof: {"certificate"},
    certificate_without_premises: {"certificate"},
    exchanged_references: {"certificate"},
    exchanged_things_of_a_query: {"certificate"},
    query_of_another_direction: {"certificate"},
    rule_of_another_question: {"certificate"},
    claim_about_another_thing: {"certificate"},
    other_hops: {"certificate"},
    deep_certificate: {"certificate"},
    deep_provenance: {"provenance"},
    notes_that_are_a_list: {"provenance"},
    other_random_seed: {"provenance"},
    kind_of_another_question: {"question_kind"},
    objects_of_another_question: {"question_objects"},
    question_about_a_thing_that_is_not_there: {"answer", "question_id"},
    choice_that_says_the_same: {"choices"},
    choice_of_another_kind: {"choices"},
    relation_twice: {"relation"},
    missing_direction: {"missing_relation"},
    missing_depth: {"missing_relation"},
    missing_distance: {"missing_relation"},
    near_what_is_far_behind: {"relation"},
    thing_beside_itself: {"relation"},
    object_twice: {"object"},
    whole_sample_in_another_split: {"shared_scene", "shared_picture", "shared_question", "split"},
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Plant, some: list[Row], tmp_path: Path):
    planted = [json.loads(json.dumps({k: v for k, v in row.items() if k != "image"})) for row in some]
    planted = [{**row, "image": dict(whole["image"])} for row, whole in zip(planted, some, strict=True)]
    plant(planted)
    report = audit(export(planted, tmp_path / "export"))
    assert not report.passed
    assert PLANTED[plant] <= set(report.counts), report.counts
    assert set(report.counts) <= set(KINDS)
    assert sum(report.counts.values()) <= 40, "one fault does not drown the report"


@pytest.mark.parametrize("filling", [flat, smoothed])
def test_an_object_that_was_painted_over_is_named_and_nothing_else(rows: list[Row], tmp_path: Path, filling: Any):
    row = {**rows[0], "image": dict(rows[0]["image"])}
    repainted(row, filling, noted=True)
    report = audit(export([row, *rows[1:]], tmp_path / "export"))
    assert set(report.counts) == {"painted_over"}
    assert any(f"object {row['objects'][0]['id']}: its box differs by" in fault.detail for fault in report.faults)


def test_a_note_of_pixels_of_another_form_is_a_fault_of_its_row_alone(rows: list[Row], tmp_path: Path):
    for number, note in enumerate(('{"0": 1}', "[]", "{", '{"0": [[0, 0, 9, 9], "zz"]}', '{"0": [[0, 0, 9, 9], "00"]}')):
        row = dict(rows[0])
        changed(row, notes={**json.loads(row["provenance"])["notes"], "object_pixels": note})
        assert audit(export([row], tmp_path / str(number))).counts == {"unreadable_row": 1}


def test_what_planning_cost_is_no_part_of_a_graphs_id(rows: list[Row], tmp_path: Path):
    row = dict(rows[0])
    graph = json.loads(row["provenance"])["graph"]
    graph["provenance"]["notes"]["ledger"] = "[]"
    changed(row, graph=graph)
    assert audit(export([row], tmp_path / "export")).passed


def test_an_attribute_that_was_found_after_a_proof_does_not_spoil_it(rows: list[Row], tmp_path: Path):
    row = next(row for row in rows if any(not thing["attributes"] for thing in row["objects"]))
    row = {**row, "objects": [{**thing, "attributes": [*thing["attributes"], "broken"]} for thing in row["objects"]]}
    notes = json.loads(row["provenance"])["notes"]
    changed(row, notes={**notes, "judges": "a model, checked by another"})
    assert audit(export([row], tmp_path / "export")).counts == {}


def test_a_missing_column_is_named(rows: list[Row], tmp_path: Path):
    schema = pa.schema([field for field in COLUMNS if field.name != "split"])
    report = audit(export(rows, tmp_path / "export", schema))
    assert [(fault.kind, fault.detail) for fault in report.faults] == [("missing_column", "split")]


def test_a_file_that_is_no_parquet_is_named(sound: Path, tmp_path: Path):
    copy = shutil.copytree(sound, tmp_path / "copy")
    (file,) = files(copy)
    file.write_bytes(b"nothing of the kind")
    assert audit(copy).counts == {"unreadable_file": 1}


def test_files_that_the_table_no_longer_counts_are_not_read(sound: Path, tmp_path: Path):
    copy = shutil.copytree(sound, tmp_path / "copy")
    shutil.copy(files(copy)[0], copy / "left-over.parquet")
    assert audit(copy).passed


def test_a_folder_without_a_dataset_is_said_to_be_none(tmp_path: Path):
    with pytest.raises(NotADataset):
        audit(tmp_path)
    with pytest.raises(NotADataset):
        audit(tmp_path / "nowhere")


@pytest.mark.thorough
def test_the_splits_of_the_factory_share_nothing(sound: Path):
    proof = check_split(str(sound))
    assert (proof.shared, proof.unread) == ((), 0)
    assert sum(proof.samples.values()) > 30


def encoded_anew(row: Row) -> Row:
    """Its picture as somebody might store it again: smaller, with loss."""
    picture, data = Image.open(io.BytesIO(row["image"]["bytes"])).convert("RGB"), io.BytesIO()
    picture.resize((400, 400)).save(data, "JPEG", quality=60)
    return {**row["image"], "bytes": data.getvalue()}


def pair_in_other_words(rows: list[Row]) -> tuple[Row, Row, dict[str, Any]]:
    """A row with a question about a pair, one of another split, and for that a question of other words about the pair."""
    for row in rows:
        for question in row["questions"]:
            sentence = r"is the ([a-z]+) to the (?:left|right) of the ([a-z]+)(?: in (?:the|this) [a-z]+)?\?$"
            said = re.search(sentence, question["question"], re.IGNORECASE)
            if said:
                other = next(one for one in rows if one["split"] != row["split"])
                text = f"Which side of the {said[2]} is the {said[1]} on in the picture?"
                return row, other, {**question, "question": text, "answer": "left", "choices": ["left", "right"]}
    raise AssertionError("no such question")


def proven(rows: list[Row], folder: Path) -> SplitCheck:
    uri = str(folder / "table")
    Table.create(uri, COLUMNS).append(pa.Table.from_pylist(rows, schema=COLUMNS), {})
    return check_split(uri)


@pytest.mark.parametrize("kind", ["shared_scene", "shared_picture", "shared_question", "shared_pair"])
def test_each_thing_that_two_splits_share_is_named_alone(rows: list[Row], tmp_path: Path, kind: str):
    one = rows[0]
    other = next(row for row in rows if row["split"] != one["split"])
    planted = dict(other)
    if kind == "shared_scene":
        planted["provenance"] = one["provenance"]
    elif kind == "shared_picture":
        planted["image"] = encoded_anew(one)
    elif kind == "shared_question":
        planted["questions"] = [*other["questions"], {**one["questions"][0], "question": "What is furthest to the left?"}]
        one = {**one, "questions": [{**one["questions"][0], "question": "what is  furthest to the LEFT?"}]}
    else:
        one, other, question = pair_in_other_words(rows)
        things = [{**thing, "id": 100 + thing["id"]} for thing in one["objects"]]
        planted = {**other, "objects": things, "relations": [], "excluded": [], "questions": [question]}
    proof = proven([one, planted], tmp_path)
    assert [fault.kind for fault in proof.shared] == [kind]
    assert not proof.is_proven


def test_a_question_that_is_not_understood_proves_nothing(rows: list[Row], tmp_path: Path):
    row = {**rows[0], "questions": [{**rows[0]["questions"][0], "question": "Prithee, where sits the cat?"}]}
    proof = proven([row], tmp_path)
    assert (proof.shared, proof.unread, proof.is_proven) == ((), 1, False)


def test_a_picture_that_was_drawn_of_a_parent_graph_is_sound(rows: list[Row], tmp_path: Path):
    row = dict(rows[0])
    old = json.loads(row["provenance"])["graph"]
    lineage = {**old["provenance"], "producer": "salvage", "parents": [old["graph_id"]]}
    graph = {name: value for name, value in old.items() if name != "graph_id"} | {"provenance": lineage}
    graph["graph_id"] = content_id("graph", graph)
    changed(row, graph=graph, graph_id=graph["graph_id"])
    assert audit(export([row], tmp_path / "export")).passed


def test_a_dataset_without_rows_proves_nothing(tmp_path: Path):
    with pytest.raises(NoDataset, match="no rows"):
        proven([], tmp_path)
