"""A row's provenance: do ids, graph and split follow from each other.

In: a row and its provenance.  Out: faults.  An id that follows from content cannot be kept while the content is changed.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dataset.audit.content_ids import digest, graph_id, random_seed, scene_hash
from dataset.audit.fault_kinds import Fault
from dataset.audit.questions.split_membership import scene_split
from dataset.audit.tar_rows import Row

Story = Mapping[str, Any]

CLEAR = 0.35
"""Visible share from which a thing is in the graph, in any case."""


def read_story(row: Row) -> Story | Fault:
    """The provenance as values, or what is wrong with it."""
    try:
        story = json.loads(row["provenance"] or "")
    except (ValueError, RecursionError) as error:
        return Fault("provenance", row["sample_id"], f"no JSON: {error}")
    needed = ("graph", "graph_id", "image_id", "sha256")
    missing = [name for name in needed if name not in story] if isinstance(story, dict) else list(needed)
    missing += [name for name in ("graph", "notes") if not missing and not isinstance(story.get(name, {}), dict)]
    return Fault("provenance", row["sample_id"], f"lacks {', '.join(missing)}") if missing else story


def story_faults(row: Row, story: Story) -> Iterator[Fault]:
    """What is wrong with the ids, the split and what was taken over from the graph."""
    for kind, detail in (*_ids(row, story), *_split(row, story), *_graph(row, story["graph"])):
        yield Fault(kind, row["sample_id"], detail)


def _ids(row: Row, story: Story) -> Iterator[tuple[str, str]]:
    graph = story["graph"]
    if row["sample_id"] != digest("sample", story["image_id"]):
        yield "sample_id", f"does not follow from picture {story['image_id']}"
    if not story["graph_id"] == graph.get("graph_id") == graph_id(graph):
        yield "graph_id", f"{story['graph_id']} is said, the graph gives {graph_id(graph)}"
    for name in ("seed_id", "index"):
        if story.get(name) != graph.get(name):
            yield "provenance", f"{name} is {story.get(name)} here and {graph.get(name)} in the graph"
    notes = story.get("notes", {})
    if "parameters" in notes and story.get("renderer") and "attempt" in notes:
        parameters = json.loads(notes["parameters"])
        attempt = int(notes["attempt"])
        drawn = [story["graph_id"], *graph["provenance"]["parents"]]  # a salvaged picture was drawn of a parent
        made = [digest("image", one, story["renderer"], parameters, attempt) for one in drawn]
        if story["image_id"] not in made:
            yield "image_id", f"{story['image_id']} is said, {made[0]} follows"
        seeds = [str(random_seed("render", one, attempt)) for one in drawn]
        if notes.get("render_seed", seeds[0]) not in seeds:
            yield "provenance", f"the renderer's seed is {notes['render_seed']}, {seeds[0]} follows"


def _split(row: Row, story: Story) -> Iterator[tuple[str, str]]:
    found = scene_hash(story["graph"])
    if scene_split(found) != row["split"]:
        yield "split", f"{row['split']} is said, {scene_split(found)} follows from the scene"
    if story.get("scene_hash", found) != found:
        yield "scene_hash", f"{story['scene_hash']} is said, {found} follows from the graph"


def _graph(row: Row, graph: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    planned = {thing["id"]: thing for thing in graph["objects"]}
    for thing in row["objects"]:
        if thing["id"] not in planned and thing["visible"] < CLEAR:
            continue
        if thing["id"] not in planned or planned[thing["id"]]["category"] != thing["category"]:
            yield "object", f"object {thing['id']}, {thing['category']}, is not in the graph"
    if row["scene"] != graph["scene"]:
        yield "provenance", f"the scene is {row['scene']} here and {graph['scene']} in the graph"
    seen = {thing["category"] for thing in row["objects"]}
    for name in row["excluded"]:
        if name in seen:
            yield "excluded", f"{name} is in the picture"
        if name not in graph["excluded"]:
            yield "excluded", f"{name} was not excluded by the graph"
