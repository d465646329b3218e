"""A scene in metres seen from above: bodies where they stand and as they are turned, cameras and what they see.

In: the row of a picture in metres, what further cameras see.  Out: coordinates for the template that writes them as SVG.
Proofs of questions in metres are drawn into it: distances between centres, and from the camera.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH, TALLEST = 480, 460
"""Of the drawing, in the units of its SVG."""

EDGE = 26
"""Kept free around what is drawn."""

STEPS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
MOST_LINES = 12
"""Metres between the lines of the grid: the smallest step with no more lines than that across."""

CONE = 0.16
"""Length of a camera's field of view, as a share of the drawing's width."""

Row = Mapping[str, Any]
Drawing = dict[str, Any]
Point = tuple[float, float]


class _Scale:
    """From metres of the world (x right, y up) to the units of the drawing (y down)."""

    def __init__(self, points: Sequence[Point]) -> None:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        self.left, self.low = min(xs), min(ys)
        self.wide, self.deep = max(max(xs) - self.left, 1e-3), max(max(ys) - self.low, 1e-3)
        self.unit = min((WIDTH - 2 * EDGE) / self.wide, (TALLEST - 2 * EDGE) / self.deep)
        self.height = round(self.deep * self.unit + 2 * EDGE)
        self._beside = (WIDTH - self.wide * self.unit) / 2

    def place(self, point: Point) -> Point:
        """A point of the drawing."""
        x = self._beside + (point[0] - self.left) * self.unit
        return round(x, 1), round(self.height - EDGE - (point[1] - self.low) * self.unit, 1)


def floor_plan(row: Row, objects: Sequence[Row], views: Sequence[Row] = ()) -> Drawing | None:
    """The plan of a row with the names and colours of its objects' views; None where the scene is not in metres."""
    bodies = [thing for thing in objects if thing.get("position") and thing.get("size")]
    cameras = [camera for camera in (row.get("camera"), *(view["camera"] for view in views)) if camera]
    if not bodies or not cameras:
        return None
    widths = [row["width"], *(view["width"] for view in views)]
    eyes = [_Eye(camera, width) for camera, width in zip(cameras, widths, strict=False)]
    outlines = {thing["id"]: _outline(thing) for thing in bodies}
    scale = _Scale([*(corner for corners in outlines.values() for corner in corners), *(eye.place for eye in eyes)])
    return {
        "width": WIDTH,
        "height": scale.height,
        "bodies": [_body(thing, outlines[thing["id"]], scale) for thing in bodies],
        "cameras": [_camera(eye, number, scale) for number, eye in enumerate(eyes, start=1)],
        **_grid(scale),
        "proofs": _proofs(row, [eye.place for eye in eyes], scale),
    }


class _Eye:
    """A camera from above: its place, the direction in which it looks, half the angle that it sees."""

    def __init__(self, camera: Row, width: int) -> None:
        matrix = [camera["world_to_camera"][4 * line : 4 * line + 4] for line in range(3)]
        shift = [line[3] for line in matrix]
        x, y = (-sum(matrix[line][axis] * shift[line] for line in range(3)) for axis in (0, 1))
        self.place: Point = (x, y)
        self.turn = math.atan2(matrix[2][1], matrix[2][0])
        self.half = math.atan(width / (2 * camera["intrinsics"][0]))


def _outline(thing: Row) -> list[Point]:
    """The corners of a body's box from above; its heading is that of its depth axis."""
    (x, y, _), (wide, deep, _) = thing["position"], thing["size"]
    turn = math.radians(thing["heading"] or 0.0)
    ahead = (math.cos(turn) * deep / 2, math.sin(turn) * deep / 2)
    across = (-math.sin(turn) * wide / 2, math.cos(turn) * wide / 2)
    signs = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    return [(x + a * ahead[0] + b * across[0], y + a * ahead[1] + b * across[1]) for a, b in signs]


def _body(thing: Row, corners: Sequence[Point], scale: _Scale) -> Drawing:
    x, y, _ = thing["position"]
    front = ((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2)
    return {
        "id": thing["id"],
        "name": thing["name"],
        "colour": thing["colour"],
        "points": " ".join(f"{px},{py}" for px, py in map(scale.place, corners)),
        "at": scale.place((x, y)),
        "front": scale.place(front) if thing.get("has_front") else None,
    }


def _camera(eye: _Eye, number: int, scale: _Scale) -> Drawing:
    x, y = scale.place(eye.place)
    reach = CONE * WIDTH
    ends = [(x + reach * math.cos(turn), y - reach * math.sin(turn)) for turn in (eye.turn - eye.half, eye.turn + eye.half)]
    cone = " ".join(f"{px:.1f},{py:.1f}" for px, py in ((x, y), *ends))
    return {"at": (x, y), "name": f"camera {number}", "cone": cone}


def _grid(scale: _Scale) -> Drawing:
    """Lines at whole steps, and how many metres one is."""
    step = next((step for step in STEPS if max(scale.wide, scale.deep) / step <= MOST_LINES), STEPS[-1])
    xs = [scale.place((x, 0))[0] for x in _multiples(scale.left, scale.left + scale.wide, step)]
    ys = [scale.place((0, y))[1] for y in _multiples(scale.low, scale.low + scale.deep, step)]
    return {"xs": xs, "ys": ys, "step": f"{step:g} m"}


def _multiples(first: float, last: float, step: float) -> Iterator[float]:
    for number in range(math.ceil(first / step), math.floor(last / step) + 1):
        yield number * step


def _proofs(row: Row, cameras: Sequence[Point], scale: _Scale) -> list[Drawing]:
    """Lines with what they measure, by question."""
    placed = [thing for thing in row["objects"] if thing.get("position")]
    places = {thing["id"]: (thing["position"][0], thing["position"][1]) for thing in placed}
    found = []
    for question in row["questions"]:
        measured = _measured(question, row, places, cameras)
        if measured:
            lines = [
                {"from": scale.place(start), "to": scale.place(end), "text": text, "at": _between(scale, start, end)}
                for start, end, text in measured
            ]
            found.append({"id": question["id"], "lines": lines})
    return found


def _between(scale: _Scale, start: Point, end: Point) -> Point:
    return scale.place(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))


def _measured(
    question: Row, row: Row, places: Mapping[int, Point], cameras: Sequence[Point]
) -> list[tuple[Point, Point, str]]:
    """Lines from and to, with what they measure."""
    op = _op(question)
    shown: Sequence[int] = question.get("views") or []
    things = [number for number in question["objects"] if number in places]
    if op in ("how_far", "fits_between") and len(things) == 2:
        return [(places[things[0]], places[things[1]], question["answer"])]
    if op == "nearest_camera":
        far = {thing["id"]: thing.get("distance") for thing in row["objects"]}
        return [
            (cameras[0], places[number], "" if far.get(number) is None else f"{far[number]:.2f} m") for number in things
        ]
    if op == "camera_moved" and len(shown) == 2 and max(shown) < len(cameras):
        return [(cameras[shown[0]], cameras[shown[1]], question["answer"])]
    if op in ("own_side", "faces", "viewed_side") and len(things) >= 2:
        return [(places[things[0]], places[number], "") for number in things[1:]]
    return []


def _op(question: Row) -> str:
    try:
        found = json.loads(question["certificate"])
        return str(found["query"]["op"])
    except (ValueError, KeyError, TypeError):
        return ""
