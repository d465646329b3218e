"""The audit of scenes in metres: each thing that is stated wrongly is named, in a line."""

import copy
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dataset.audit import KINDS
from dataset.audit.audit_run import scene_of
from dataset.audit.provenance import read_provenance
from dataset.audit.questions.question_check import question_faults
from dataset.audit.solid.world_check import world_faults
from dataset.solid.run_lengths import mask_of, run_lengths
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample

pytestmark = pytest.mark.thorough

Row = dict[str, Any]


@pytest.fixture(scope="module")
def sound(solid_samples: list[Sample]) -> Row:
    return dict(rows_of(solid_samples).to_pylist()[0])


def faults(row: Row) -> list[tuple[str, str]]:
    provenance = read_provenance(row)
    assert isinstance(provenance, dict)
    return [(fault.kind, fault.detail) for fault in world_faults(row, provenance)]


def test_a_sound_row_has_no_fault_with_or_without_its_depth_map(sound: Row):
    assert faults(sound) == []
    assert faults({**sound, "depth_map": None}) == []


def test_walls_stand_off_the_region_of_the_things_and_nowhere_else(sound: Row):
    provenance = read_provenance(sound)
    assert isinstance(provenance, dict)
    provenance["graph"]["world"]["space"] |= {"kind": "room", "left": -3.0, "right": 1.0, "back": 2.5}
    told = {"left": -3.25, "right": 2.2, "back": 2.5}
    assert list(world_faults({**sound, "room": told}, provenance)) == []
    for name, value in told.items():
        found = list(world_faults({**sound, "room": {**told, name: value + 0.1}}, provenance))
        assert [fault.kind for fault in found] == ["room"]


def without_camera(row: Row) -> None:
    row["camera"] = None


def other_lens(row: Row) -> None:
    row["camera"]["intrinsics"][0] *= 1.2


def camera_moved(row: Row) -> None:
    row["camera"]["world_to_camera"][3] += 0.5


def walls_of_no_room(row: Row) -> None:
    row["room"] = {"left": -3.0, "right": 3.0, "back": 4.0}


def plain_ground_in_surroundings(row: Row) -> None:
    row["plain_ground"] = True


def camera_mirrored(row: Row) -> None:
    row["camera"]["world_to_camera"][:3] = [-value for value in row["camera"]["world_to_camera"][:3]]


def moved(row: Row) -> None:
    row["objects"][0]["position"][0] += 1.0


def turned(row: Row) -> None:
    row["objects"][0]["heading"] += 30


def farther(row: Row) -> None:
    row["objects"][0]["distance"] += 0.1


def carried_by_nothing(row: Row) -> None:
    row["objects"][0]["support"] = 1 if row["objects"][0]["support"] is None else None


def without_size(row: Row) -> None:
    row["objects"][0]["size"] = None


def amodal_box_beside(row: Row) -> None:
    row["objects"][0]["amodal_box"][0] -= 9


def mask_cut(row: Row) -> None:
    mask = mask_of(row["objects"][0]["mask"])
    mask[:, : mask.shape[1] // 2] = False
    row["objects"][0]["mask"] = run_lengths(mask)


def mask_with_a_hole(row: Row) -> None:
    mask = mask_of(row["objects"][0]["mask"])
    down, across = np.nonzero(mask)
    mask[down[len(down) // 2], across[len(down) // 2]] = False
    row["objects"][0]["mask"] = run_lengths(mask)


def mask_across(row: Row) -> None:
    row["objects"][0]["mask"] = run_lengths(mask_of(row["objects"][0]["mask"])[:64])


def mask_of_noise(row: Row) -> None:
    row["objects"][0]["mask"]["counts"] = "\x01"


def hidden_by_a_thing_beside(row: Row) -> None:
    row["objects"][0]["visible"] -= 0.3
    row["objects"][0]["hidden_by"] = [{"object": 1, "share": 0.3}]


def hidden_by_another(row: Row) -> None:
    row["objects"][0]["hidden_by"] = [{"object": 1, "share": 0.0001}]


def hidden_more_than_all(row: Row) -> None:
    row["objects"][0]["hidden_by"] = [{"object": 1, "share": 0.9}]


def no_depth_map(row: Row) -> None:
    row["depth_map"] = {"bytes": b"depth"}


def changed_depths(row: Row, change: Callable[[np.ndarray], np.ndarray]) -> None:
    with Image.open(BytesIO(row["depth_map"]["bytes"])) as picture:
        pixels = change(np.asarray(picture))
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint16)).save(file, "PNG")
    row["depth_map"] = {"bytes": file.getvalue()}


def smaller_depths(row: Row) -> None:
    changed_depths(row, lambda pixels: pixels[:64, :64])


def depths_in_centimetres(row: Row) -> None:
    changed_depths(row, lambda pixels: pixels // 10)


PLANTED: dict[Callable[[Row], None], tuple[set[str], str]] = {
    without_camera: ({"camera"}, "no camera that sees them"),
    other_lens: ({"camera", "amodal_box"}, "were planned"),
    camera_moved: ({"camera", "body", "amodal_box", "depth_map", "hidden_by"}, "not the planned one"),
    walls_of_no_room: ({"room"}, "that is no room"),
    plain_ground_in_surroundings: ({"plain_ground"}, "in surroundings was planned"),
    camera_mirrored: ({"camera", "body", "amodal_box", "hidden_by"}, "distorts"),
    moved: ({"body", "amodal_box", "depth_map", "hidden_by"}, "was planned"),
    turned: ({"body", "amodal_box", "hidden_by"}, "heading"),
    farther: ({"body"}, "follows"),
    carried_by_nothing: ({"body"}, "support"),
    without_size: ({"body"}, "has no body"),
    amodal_box_beside: ({"amodal_box"}, "is not within"),
    mask_cut: ({"mask", "depth_map"}, "is not where"),
    mask_with_a_hole: ({"mask"}, "is not where"),
    mask_across: ({"mask"}, "its size is"),
    mask_of_noise: ({"mask"}, "no compressed run lengths"),
    hidden_by_a_thing_beside: ({"hidden_by"}, "are seen there"),
    hidden_by_another: ({"hidden_by"}, "is not what"),
    hidden_more_than_all: ({"hidden_by"}, "more than all"),
    no_depth_map: ({"depth_map"}, "cannot identify"),
    smaller_depths: ({"depth_map"}, "is no I;16 PNG"),
    depths_in_centimetres: ({"depth_map"}, "m is seen"),
}
"""Fault to the kinds that may name it, and words that one of them says it with."""


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_what_is_stated_wrongly_is_named(plant: Callable[[Row], None], sound: Row):
    row = copy.deepcopy(sound)
    plant(row)
    allowed, words = PLANTED[plant]
    found = faults(row)
    assert found
    assert {kind for kind, _ in found} <= allowed <= KINDS.keys()
    assert any(words in detail for _, detail in found), found
    assert not any("\n" in detail for _, detail in found)


def question_details(row: Row) -> list[str]:
    return [f"{fault.kind}: {fault.detail}" for fault in question_faults(row, scene_of(row))]


def test_a_question_in_metres_is_held_against_the_columns_alone(solid_samples: list[Sample]):
    """Whatever a question in metres rests on, the row has it, and the answer is found wrong where it is changed."""
    asked = 0
    for row in rows_of(solid_samples).to_pylist():
        assert question_details(row) == []
        for question in (each for each in row["questions"] if each["kind"] == "distance_metric"):
            asked += 1
            other = copy.deepcopy(row)
            other["questions"] = [copy.deepcopy(question)]
            thing = next(each for each in other["objects"] if each["id"] == question["objects"][0])
            thing["position"] = [value + 40.0 for value in thing["position"]]
            found = question_details(other)
            assert any(detail.startswith("answer: ") for detail in found), found
            assert any(detail.startswith("certificate: ") and "is not so" in detail for detail in found), found
            other["camera"] = None
            assert any("nothing is known in metres" in detail for detail in question_details(other))
    assert asked


def test_lengths_that_nobody_could_tell_apart_are_named(solid_samples: list[Sample]):
    rows = rows_of(solid_samples).to_pylist()
    row, question = next((r, q) for r in rows for q in r["questions"] if q["kind"] == "distance_metric")
    length = float(question["answer"].split()[0])
    question["choices"] = [question["answer"], f"{length * 1.1:.3f} m", f"{length * 9:.0f} m"]
    assert any(detail.startswith("choices: ") and "too close" in detail for detail in question_details(row))
    question["choices"] = [question["answer"], "far away"]
    assert any(detail.startswith("choices: ") and "no answer" in detail for detail in question_details(row))
