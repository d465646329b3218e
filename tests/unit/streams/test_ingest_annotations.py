"""Annotations are read in both forms; what is no annotation is one line that names file and record."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from spatial.knowledge.annotation_names import known_name
from streams.ingest.annotated_objects import AnnotatedPicture, BadAnnotations
from streams.ingest.annotation_files import parse_annotations, read_annotations
from streams.ingest.picture_events import NotTaken, Terms, picture_event
from streams.ingest.segmentation_boxes import mask_box
from tests.fakes.annotated import annotation, photographs
from tests.fakes.examples_count import examples

IMAGE = {"id": 1, "file_name": "a.png"}
CAT = {"id": 3, "name": "cat"}
BOXED = {"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MASKS = ANYTHING | st.fixed_dictionaries({"size": ANYTHING | st.just([4, 4]), "counts": ANYTHING | st.just([3, 13])})


def record(plain: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A record with any of its values replaced or left out."""
    whole = {name: st.just(value) | ANYTHING for name, value in plain.items()}
    return st.fixed_dictionaries({}, optional={**whole, "segmentation": MASKS, "iscrowd": ANYTHING})


COCO = st.fixed_dictionaries(
    {},
    optional={
        "images": st.lists(st.just(IMAGE) | record(IMAGE), max_size=2) | ANYTHING,
        "annotations": st.lists(record(BOXED), max_size=3) | ANYTHING,
        "categories": st.lists(st.just(CAT) | record(CAT), max_size=2) | ANYTHING,
    },
)
LINE = st.fixed_dictionaries(
    {
        "image": st.just("a.png") | ANYTHING,
        "objects": st.lists(record({"category": "cat", "box": [1, 2, 3, 4]})) | ANYTHING,
    },
    optional={"scene": ANYTHING, "concept": ANYTHING, "excluded": ANYTHING, "width": ANYTHING, "height": ANYTHING},
)


def coco(**parts: Any) -> bytes:
    return json.dumps({"images": [IMAGE], "annotations": [BOXED], "categories": [CAT], **parts}).encode()


def fault_of(data: bytes) -> str:
    with pytest.raises(BadAnnotations) as fault:
        parse_annotations(data, "some.json")
    return str(fault.value)


@examples(40)
@given(COCO | LINE | ANYTHING)
def test_hostile_json_is_read_or_refused_in_one_line(content: Any):
    said_in_one_line(json.dumps(content).encode())


@given(st.binary(max_size=60) | st.text(alphabet='[{]}",:0e-n\\u', max_size=60).map(str.encode))
def test_hostile_bytes_are_read_or_refused_in_one_line(data: bytes):
    said_in_one_line(data)


def said_in_one_line(data: bytes) -> None:
    found, said = [], "some.json"
    try:
        found = parse_annotations(data, "some.json")
    except BadAnnotations as fault:
        said = str(fault)
    assert said.startswith("some.json")
    assert len(said.splitlines()) == 1
    for picture in found:
        with pytest.raises(NotTaken):
            picture_event(picture, Terms(Path("/nowhere"), "pictures", 100))


def coco_of(**changes: Any) -> dict[str, Any]:
    picture = {"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}
    thing = {"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4]}
    return {"images": [picture], "categories": [{"id": 2, "name": "cat"}], "annotations": [thing], **changes}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            json.dumps(coco_of(images=[{"id": 1, "file_name": "a.jpg", "width": True, "height": 48}])),
            "width: a whole number",
        ),
        (
            json.dumps(coco_of(images=[{"id": 1, "file_name": "a.jpg", "width": "64", "height": 48}])),
            "width: a whole number",
        ),
        (
            json.dumps(coco_of(annotations=[{"image_id": 1, "category_id": 2, "bbox": [True, "2", 3, 4]}])),
            "bbox.0: a number",
        ),
        (json.dumps(coco_of(categories=[{"id": 2, "name": "ca\u200bt"}])), "name: must not have an invisible character"),
        (json.dumps(coco_of(), indent=1).replace('"id": 2', '"id": 2, "id": 3'), "the key 'id' is there twice"),
        (json.dumps(coco_of()).replace('"id": 2', '"id": 2, "id": 3'), "line 1: the key 'id' is there twice"),
        ('{"image": "a.jpg", "objects": [{"category": "cat", "box": [1, 2, 3, 4], "visible": true}]}', "objects.0.visible"),
        ('{"image": "a.jpg", "objects": [], "scene": "pa\u202erk"}', "scene: must not have an invisible character (U+202E"),
        ('{"image": "a.jpg", "objects": [], "concept": "pa\\u0000rk"}', "concept: must"),
    ],
)
def test_what_people_write_wrongly_into_annotations_is_refused_in_one_line(data: str, reason: str):
    said = fault_of(data.encode())
    assert reason in said
    assert said.isprintable()


def test_a_category_is_known_in_either_spelling_of_unicode():
    spelt = unicodedata.normalize("NFD", "jalapeño")
    (picture,) = parse_annotations(json.dumps(coco_of(categories=[{"id": 2, "name": spelt}])).encode(), "some.json")
    assert picture.objects[0].category == "jalapeño"


def test_deep_json_is_refused():
    assert "line 1: nested too deeply" in fault_of(b"[" * 200_000)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"annotations": [BOXED, {**BOXED, "bbox": [1, 2, "x", 4]}]}, "some.json, annotations[1]: bbox.2"),
        ({"annotations": [{**BOXED, "image_id": 9}]}, "annotations[0]: image_id 9 is in no image"),
        ({"annotations": [{**BOXED, "category_id": 9}]}, "annotations[0]: category_id 9 is in no category"),
        ({"annotations": [{**BOXED, "bbox": None}]}, "annotations[0]: has neither bbox nor segmentation"),
        ({"annotations": [{**BOXED, "bbox": None, "segmentation": [[1, 2]]}]}, "annotations[0]: a polygon"),
        ({"images": [IMAGE, IMAGE]}, "images[1]: id 1 is there twice"),
        ({"images": [{"id": 1}]}, "images[0]: file_name: it is missing"),
        ({"images": 5}, "some.json: images must be a list"),
        ({"images": [], "annotations": []}, "some.json: holds no pictures"),
        ({"images": [{**IMAGE, "file_name": "a\x00b"}]}, "images[0]: the name of the file must be printable"),
    ],
)
def test_a_faulty_record_is_named(parts: dict[str, Any], named: str):
    assert named in fault_of(coco(**parts))


def test_a_faulty_line_is_named():
    good = json.dumps({"image": "a.png", "objects": []})
    assert fault_of(f"{good}\n\n{{".encode()).startswith("some.json, line 3: not JSON: ")
    assert fault_of(f'{good}\n{{"image": "b.png"}}'.encode()) == "some.json, line 2: objects: it is missing"


def test_the_form_is_detected():
    (one,) = parse_annotations(coco(), "f")
    assert (one.file_name, one.objects[0].category, one.objects[0].box) == ("a.png", "cat", (1, 2, 3, 4))
    (two,) = parse_annotations(b'{"image": "b.png", "objects": [{"category": "cat", "box": [1, 2, 3, 4]}]}', "f")
    assert (two.file_name, two.objects) == ("b.png", one.objects)


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_the_box_of_run_lengths_is_that_of_the_mask(height: int, width: int, data: st.DataObject):
    bits = data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    mask = np.asfortranarray(np.array(bits, dtype=np.uint8).reshape(height, width))
    packed = coco_mask.encode(mask)
    box = mask_box({"size": packed["size"], "counts": packed["counts"].decode("ascii")})
    assert (box or (0, 0, 0, 0)) == tuple(coco_mask.toBbox(packed)) if mask.any() else box is None


def test_the_box_of_plain_runs_and_of_polygons():
    assert mask_box({"size": [4, 3], "counts": [5, 2, 5]}) == (1.0, 1.0, 1.0, 2.0)
    assert mask_box([[1, 2, 5, 2, 5, 9], [0, 3, 1, 3, 1, 4]]) == (0, 2, 5, 7)
    assert mask_box([]) is None


@pytest.mark.parametrize("counts", ["", "!", "~~", "0" * 3, [5], [-1, 13], [12.0], None, "o" * 40])
def test_run_lengths_that_are_none_are_refused(counts: object):
    with pytest.raises(ValueError, match="segmentation"):
        mask_box({"size": [4, 3], "counts": counts})


def test_names_lead_to_what_questions_call_it():
    names = {
        "couch": "sofa",
        "TV": "television",
        "tv_monitor": "television",
        "dogs": "dog",
        "hot dog": "hot dog",
        "man": "person",
    }
    assert {name: known_name(name) for name in names} == names
    assert known_name("zither") is None


def taken(picture: AnnotatedPicture, folder: Path) -> str:
    with pytest.raises(NotTaken) as why:
        picture_event(picture, Terms(folder, "pictures", 100))
    return str(why.value)


def test_a_picture_that_cannot_be_taken_says_why(tmp_path: Path):
    (tmp_path / "round.png").symlink_to(tmp_path / "round.png")
    content = photographs(tmp_path, 1)
    (tmp_path / "a.txt").write_text("no picture")
    thing = annotation(0, 0, 0, [10.0, 10.0, 50.0, 50.0])

    def record_of(**image: Any) -> AnnotatedPicture:
        parts = {**content, "images": [{**content["images"][0], **image}], "annotations": [thing]}
        (one,) = parse_annotations(json.dumps(parts).encode(), "f")
        return one

    picture_event(record_of(), Terms(tmp_path, "pictures", 100))
    assert "no such file" in taken(record_of(file_name="gone.png"), tmp_path)
    assert taken(record_of(file_name="x" * 900), tmp_path) == "file name too long"
    assert "circle of links" in taken(record_of(file_name="round.png"), tmp_path)
    assert "is not in" in taken(record_of(file_name="../a.png"), tmp_path)
    assert "no picture in PNG, WEBP, JPEG" in taken(record_of(file_name="a.txt"), tmp_path)
    assert "for 9 x 360 pixels, the file has 480 x 360" in taken(record_of(width=9), tmp_path)
    thing["iscrowd"] = 1
    assert taken(record_of(), tmp_path) == "no object is annotated that can be asked about: a crowd of person"


def test_the_order_of_annotations_and_their_ids_do_not_matter(tmp_path: Path):
    content = photographs(tmp_path, 1)
    turned = {**content, "annotations": [{**one, "id": 900} for one in reversed(content["annotations"])]}
    events = [
        picture_event(parse_annotations(json.dumps(one).encode(), "f")[0], Terms(tmp_path, "pictures", 100)).event
        for one in (content, turned)
    ]
    assert events[0] == events[1]


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BadAnnotations, match=r"gone\.json: No such file"):
        read_annotations(tmp_path / "gone.json")
