"""Scenes, categories and sprites from folders outside the package: merged, used by all, and refused with the line."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from gpu_workers.collage.backdrops.backdrop_table import PAINTERS
from schemas.errors import BadKnowledge
from spatial.knowledge import knowledge_base
from spatial.knowledge.categories import Backdrop
from spatial.knowledge.knowledge_files import CATEGORIES, SCENES, rows_of
from spatial.knowledge.knowledge_merge import merge
from spatial.knowledge.row_forms import CategoryForm, SceneForm, validated

ROBOT = {
    "name": "robot", "plural": "robots", "size_m": [0.6, 1.4, 0.5], "rests_on": ["floor"], "aspect": 0.5, "sprite": "robot",
    "parts": ["antenna"], "attributes": {"colour": ["gray"]},
}  # fmt: skip
DRONE = {
    "name": "drone", "plural": "drones", "size_m": [0.4, 0.2, 0.4], "rests_on": ["surface"], "aspect": 2.0,
    "sprite": "drone", "pose": {"turn": 90, "flat": 0.5, "thick": 0.02}, "tags": ["machine"],
}  # fmt: skip
BENCH = {
    "name": "test bench", "plural": "test benches", "size_m": [1.6, 0.9, 0.8], "rests_on": ["floor"], "aspect": 1.8,
    "sprite": "bench-1", "surface": 0.1, "supports": ["@machine", "laptop"],
}  # fmt: skip
LAB = {
    "name": "robot lab", "words": ["robotics workshop"], "backdrop": "room", "horizon": 0.6, "elements": ["wall", "floor"],
    "categories": ["robot", "test bench", "drone", "laptop", "chair", "wastebasket"],
}  # fmt: skip


def written(folder: Path, *, categories: object = (ROBOT, DRONE, BENCH), scenes: object = (LAB,)) -> Path:
    (folder / "sprites").mkdir(parents=True)
    for name, colour in (("robot", "gray"), ("drone", "black"), ("bench-1", "brown")):
        Image.new("RGBA", (64, 64), colour).save(folder / "sprites" / f"{name}.webp", lossless=True)
    for name, rows in (("categories_lab.json", categories), (SCENES, scenes)):
        text = rows if isinstance(rows, str) else "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def load(*folders: Path):
    return merge(folders, knowledge_base.FOLDER)


def call(folder: object, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SKG_KNOWLEDGE": str(folder), "PYTHONPATH": str(Path.cwd())}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


USED = """
import sys
from dataclasses import replace
from pathlib import Path
from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from schemas.events import SeedConcept
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.questions import ask
from spatial.relations.scene_extraction import extract_scene
from spatial.verify import verify
from tests.fakes.collage import make_sprites

concept = "a robotics workshop"
seed = SeedConcept(seed_id="5eed" * 8, concept=concept, count=12)
graphs = [RulePlanner(pictures_only("collage")).plan_now(seed, index) for index in range(12)]
sprites = make_sprites(Path(sys.argv[1]))
for name in ("robot", "drone", "bench-1"):
    (sprites / f"{name}.webp").unlink()  # these come with the folder
renderer = CollageRenderer(sprites)
for graph in graphs:
    drawing = renderer.render([graph], [7])[0]
    scene = extract_scene(graph, drawing.truth, (drawing.width, drawing.height))
    for question in ask(scene, 7):
        verdict = verify(question.question, question.choices, scene, question.answer)
        assert verdict.entailed and verdict.answer == question.answer, (question, verdict)
        print(graph.scene, "|", ",".join(o.category for o in scene.objects), "|", question.question)
print(renderer.parameters["knowledge"])
"""


PICTURED = """
import sys
from io import BytesIO
from dataclasses import replace
from pathlib import Path
from PIL import Image
from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from schemas.events import SeedConcept
from spatial.knowledge.renderer_capabilities import pictures_only
from tests.fakes.collage import make_sprites

seed = SeedConcept(seed_id="5eed" * 8, concept="a robotics workshop", count=1)
graph = RulePlanner(pictures_only("collage")).plan_now(seed, 0)
renderer = CollageRenderer(make_sprites(Path(sys.argv[1])))
for seed in range(8):
    picture = Image.open(BytesIO(renderer.render([graph], [seed])[0].data)).convert("RGB")
    red, _, blue = picture.getpixel((2, 2))
    print("red" if red > blue + 60 else "blue" if blue > red + 60 else "painted")
"""


def test_a_folder_is_laid_over_the_packages_own(tmp_path: Path):
    categories, scenes = load(written(tmp_path / "lab"))
    assert categories["robot"].row == ROBOT
    assert scenes["robot lab"].line == 2
    assert "kitchen" in scenes


def test_the_packages_own_rows_have_the_form_that_is_asked_of_others():
    folder = knowledge_base.FOLDER
    for path in sorted(folder.glob(CATEGORIES)):
        for found in rows_of(path):
            validated(found, CategoryForm)
    for found in rows_of(folder / SCENES):
        validated(found, SceneForm)


def test_a_place_is_known_by_categories_of_its_own():
    found = next(iter(rows_of(knowledge_base.FOLDER / SCENES)))
    with pytest.raises(BadKnowledge, match="known_by names 'castle', which is not among the scene's categories"):
        validated(replace(found, row={**found.row, "known_by": ["castle"]}), SceneForm)


LEANT = """
import sys
from dataclasses import replace
from pathlib import Path
from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from schemas.events import SeedConcept
from spatial.knowledge.renderer_capabilities import pictures_only
from tests.fakes.collage import make_sprites

seed = SeedConcept(seed_id="5eed" * 8, concept="a robot leaning against a test bench in a robot lab", count=1)
graph = RulePlanner(pictures_only("collage")).plan_now(seed, 0)
names = [thing.category for thing in graph.objects]
print([(names[r.subject], r.predicate, names[r.object]) for r in graph.relations if "lean" in r.predicate])
CollageRenderer(make_sprites(Path(sys.argv[1]))).render([graph], [7])
"""


@pytest.mark.thorough
def test_a_folder_says_what_leans_on_what(tmp_path: Path):
    leaning = row(ROBOT, leaning={"size_m": [0.7, 1.3], "turn": -15})
    folder = written(tmp_path / "lab", categories=(leaning, DRONE, row(BENCH, firm=True)))
    done = call(folder, "-c", LEANT, str(tmp_path / "sprites"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[('robot', 'leaning_on', 'test bench')]\n"


def test_the_same_folder_twice_is_the_same_folder_once(tmp_path: Path):
    first, second = written(tmp_path / "a"), written(tmp_path / "b")
    for sprite in (second / "sprites").iterdir():
        sprite.unlink()
    assert load(first, second) == load(first)


def row(base: dict, **changes: object) -> dict:
    return {**base, **changes}


FAULTS = {
    "broken JSON": (dict(categories='[\n{"name": "robot",\n oops}\n]'), "categories_lab.json:3: broken JSON"),
    "a key twice": (
        dict(categories='[\n{"name": "robot",\n "name": "drone"}\n]'),
        "categories_lab.json:2: broken JSON: the key 'name' is there twice",
    ),
    "no list": (dict(categories='{"name": "robot"}'), "categories_lab.json:1: broken JSON: Expecting '['"),
    "no object": (dict(categories='[\n"robot"\n]'), "categories_lab.json:2: a row must be an object"),
    "more behind the list": (dict(scenes="[]\n[]"), "scenes.json:2: broken JSON: Extra data"),
    "no such category": (
        dict(scenes=(row(LAB, categories=["robot", "unicorn"]),)),
        "scenes.json:2: 'robot lab': categories: there is no category 'unicorn'",
    ),
    "a negative size": (
        dict(categories=(DRONE, BENCH, row(ROBOT, size_m=[-1, 1, 1]))),
        "categories_lab.json:4: 'robot': size_m.0: more than 0 is needed",
    ),
    "a pose without height": (
        dict(categories=(row(ROBOT, pose={"flat": 0}), DRONE, BENCH)),
        "categories_lab.json:2: 'robot': pose.flat: more than 0 is needed",
    ),
    "a duplicate": (
        dict(categories=(ROBOT, DRONE, BENCH, ROBOT)),
        "categories_lab.json:5: the category 'robot' is a duplicate of line 2",
    ),
    "a name of the package's": (
        dict(categories=(ROBOT, DRONE, BENCH, row(ROBOT, name="cat"))),
        "categories_lab.json:5: the category 'cat' is in ",
    ),
    "a scene of the package's": (
        dict(scenes=(row(LAB, name="kitchen"),)), "scenes.json:2: the scene 'kitchen' is in ",
    ),
    "a word of another scene": (
        dict(scenes=(row(LAB, words=["cooking"]),)), "scenes.json:2: 'robot lab': 'cooking' names 'kitchen' already",
    ),
    "no such backdrop": (dict(scenes=(row(LAB, backdrop="cave"),)), "scenes.json:2: 'robot lab': backdrop: one of "),
    "no such sprite": (
        dict(categories=(ROBOT, DRONE, row(BENCH, sprite="none"))),
        "categories_lab.json:4: 'test bench': there is no sprite 'none'; put it into ",
    ),
    "no such picture": (
        dict(scenes=(row(LAB, pictures=["lab"]),)), "scenes.json:2: 'robot lab': there is no picture 'lab'; put it into ",
    ),
    "drawn": (
        dict(categories=(ROBOT, DRONE, row(BENCH, drawn=True))), "categories_lab.json:4: 'test bench': drawn is for what",
    ),
    "leaning in the air": (
        dict(categories=(ROBOT, row(DRONE, leaning={"size_m": [0.4, 1.2], "turn": -15}), BENCH)),
        "categories_lab.json:3: 'drone': what leans or is leant on must have floor in rests_on",
    ),
    "leaning by a drawing": (
        dict(categories=(row(ROBOT, leaning={"size_m": [0.4, 1.2], "drawing": "ladder", "aspect": 0.2}), DRONE, BENCH)),
        "categories_lab.json:2: 'robot': leaning.drawing is for what the package draws",
    ),
    "an unknown field": (
        dict(categories=(row(ROBOT, colour="red"), DRONE, BENCH)), "categories_lab.json:2: 'robot': colour: there is",
    ),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_at_fault_is_named_with_line_and_reason(tmp_path: Path, fault: str):
    changes, said = FAULTS[fault]
    folder = written(tmp_path / "lab", **changes)
    with pytest.raises(BadKnowledge) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{folder}/{said}")
    assert "\n" not in str(caught.value)


def test_a_sprite_of_the_packages_name_is_refused(tmp_path: Path):
    folder = written(tmp_path / "lab")
    (folder / "sprites" / "robot.webp").rename(folder / "sprites" / "1f34e.webp")
    with pytest.raises(BadKnowledge, match=r"1f34e\.webp: there is a sprite of this name already"):
        load(folder)


@pytest.mark.thorough
def test_a_place_has_pictures_of_its_own(tmp_path: Path):
    folder = written(tmp_path / "lab", scenes=(row(LAB, pictures=["lab-1", "lab-2"]),))
    (folder / "backdrops").mkdir()
    for name, ending, colour in (("lab-1", "png", (200, 40, 40)), ("lab-2", "jpg", (40, 40, 200))):
        Image.new("RGB", (600, 300), colour).save(folder / "backdrops" / f"{name}.{ending}")
    assert load(folder)[1]["robot lab"].row["pictures"] == ["lab-1", "lab-2"]
    shown = call(folder, "-c", PICTURED, str(tmp_path / "sprites"))
    assert shown.returncode == 0, shown.stderr
    assert set(shown.stdout.split()) == {"red", "blue"}


def test_two_pictures_of_one_name_are_refused(tmp_path: Path):
    folder = written(tmp_path / "lab", scenes=(row(LAB, pictures=["lab"]),))
    (folder / "backdrops").mkdir()
    for ending in ("png", "jpg"):
        Image.new("RGB", (60, 30)).save(folder / "backdrops" / f"lab.{ending}")
    with pytest.raises(BadKnowledge, match=r"lab\.png: .*lab\.jpg has this name already"):
        load(folder)


@pytest.mark.thorough
def test_a_fault_ends_every_command_with_one_line_and_2(tmp_path: Path):
    folder = written(tmp_path / "lab", categories=(row(ROBOT, size_m=[-1, 1, 1]), DRONE, BENCH))
    done = call(folder, "-m", "streams.cli", "config")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"skg: {folder}/categories_lab.json:2: 'robot': size_m.0: ")
    done = call(tmp_path / "nowhere", "-m", "streams.cli", "config")
    assert (done.returncode, done.stderr) == (2, f"skg: SKG_KNOWLEDGE: there is no folder {tmp_path / 'nowhere'}\n")


@pytest.mark.thorough
def test_the_settings_show_the_folders(tmp_path: Path):
    done = call(written(tmp_path / "lab"), "-m", "streams.cli", "config")
    assert done.returncode == 0
    assert "SKG_KNOWLEDGE " in done.stdout
    assert str(tmp_path / "lab") in done.stdout


@pytest.mark.thorough
def test_a_scene_of_a_folder_is_planned_drawn_and_asked_about(tmp_path: Path):
    done = call(written(tmp_path / "lab"), "-c", USED, str(tmp_path / "sprites"))
    assert done.returncode == 0, done.stderr
    *lines, digest = done.stdout.splitlines()
    assert {line.split(" | ")[0] for line in lines} == {"robot lab"}
    assert any("robot" in line.split(" | ")[1].split(",") for line in lines)
    assert any("the robot" in line.split(" | ")[2] for line in lines), "nothing is asked about the robot"
    assert len(digest) == 16


def test_each_backdrop_that_a_scene_may_name_is_painted():
    message = "gpu_workers/collage/backdrops: a painter for each Backdrop of spatial/knowledge/categories.py, and no other"
    assert set(get_args(Backdrop)) == set(PAINTERS), message
