"""The answers to questions about a scene in metres.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
Knows of a thing its own box in the world, and of the camera its pose.
"""

from collections.abc import Callable, Iterator
from math import atan2, cos, degrees, dist, radians, sin

from schemas.events import SeenObject
from schemas.pictures import SeenBody
from spatial.verify.answers.order_answers import plain_name
from spatial.verify.referents import NotProven, Reader, is_seen
from spatial.verify.sentences import Form, Words

CAMERA_SHARE, CAMERA_METRES = 0.15, 0.2
"""How much nearer to the camera: a share of the larger distance, and metres."""

HEIGHT_SHARE, HEIGHT_METRES = 0.2, 0.03
"""How much taller: a share of the larger height, and metres."""

NEAREST_CENTRES = 0.1
"""Metres; below, a distance of two centres is not asked."""

CLEAR_OF = 0.3
"""Metres over the ground that a thing is off another from whose place it is judged."""

NARROW, WIDE = 20.0, 60.0
"""Degrees from straight ahead: what is faced, and what is not; the former also from a border between left and right."""

SLACK = 1e-9

UP_IN_THE_AIR = 0.3
"""Metres above the lowest foot."""

WITHOUT_SIZE = {"cube", "sphere", "cylinder", "cone", "pyramid", "hemisphere", "torus", "triangular prism"}
"""What may be as small as a die or as large as a house."""

Vector = tuple[float, float, float]


class BodiesInScene:
    """The bodies of one question's scene."""

    def __init__(self, reader: Reader) -> None:
        if reader.scene.world is None:
            raise NotProven("nothing is known in metres")
        self._world = reader.scene.world
        self._numbers = {thing.id: k for k, thing in enumerate(reader.scene.objects)}

    def body(self, thing: SeenObject) -> SeenBody:
        """The thing's body; one that leans is as large as the room that it takes up, upright."""
        return _as_upright(self._world.bodies[self._numbers[thing.id]])

    @property
    def eye(self) -> Vector:
        """The camera's centre: minus the turned-back shift."""
        m = self._world.camera.world_to_camera
        x, y, z = (-(m[k] * m[3] + m[4 + k] * m[7] + m[8 + k] * m[11]) for k in range(3))
        return x, y, z

    def is_in_the_air(self, thing: SeenObject) -> bool:
        """Whether it hangs free out of doors, where nothing tells how far away it is."""
        if self._world.room is not None or self._world.bodies[self._numbers[thing.id]].support is not None:
            return False
        upright = [body for body in self._world.bodies if body.rotation is None]
        ground = min((body.position[2] - body.size[2] / 2 for body in upright), default=0.0)
        body = self._world.bodies[self._numbers[thing.id]]
        return body.rotation is None and body.position[2] - body.size[2] / 2 > ground + UP_IN_THE_AIR + SLACK

    def carriers(self, thing: SeenObject) -> list[int]:
        """Ids of what carries or holds the thing, the nearest first. Raises NotProven where one is not seen."""
        found: list[int] = []
        below = self.body(thing).support
        while below is not None and below not in found:
            if below not in self._numbers:
                raise NotProven("it rests on a thing that is not seen")
            found.append(below)
            below = self._world.bodies[self._numbers[below]].support
        return found

    def are_stacked(self, a: SeenObject, b: SeenObject) -> bool:
        """Whether one carries or holds the other. Raises NotProven."""
        return b.id in self.carriers(a) or a.id in self.carriers(b)


def is_without_scale(reader: Reader) -> bool:
    """Whether nothing in the picture is of a known size. Raises NotProven where the only thing that is is hardly seen."""
    world = reader.scene.world
    known = [thing for thing in reader.scene.objects if thing.category not in WITHOUT_SIZE]
    if world is None or not world.plain:
        return False
    if known and not any(map(is_seen, known)):
        raise NotProven("the only thing of known size is hardly seen")
    return not known


def require_scale(reader: Reader) -> None:
    """Raises NotProven where nothing shows how large things are."""
    if is_without_scale(reader):
        raise NotProven("nothing in the picture is of a known size")


def _as_upright(body: SeenBody) -> SeenBody:
    """The least upright box around a body, in the direction of its heading."""
    if body.rotation is None:
        return body
    c, s = cos(radians(body.heading)), sin(radians(body.heading))
    rows = body.rotation[0:3], body.rotation[3:6], body.rotation[6:9]
    sides = [0.0, 0.0, 0.0]
    for x, y, z, length in zip(*rows, body.size, strict=True):
        for axis, share in enumerate((x * s - y * c, x * c + y * s, z)):
            sides[axis] += abs(share) * length
    return body.model_copy(update={"size": tuple(sides)})


def _own(body: SeenBody, point: Vector) -> Vector:
    """A point as the body has it: metres to its right, ahead of it, above its middle."""
    dx, dy, dz = (p - c for p, c in zip(point, body.position, strict=True))
    c, s = cos(radians(body.heading)), sin(radians(body.heading))
    return dx * s - dy * c, dx * c + dy * s, dz


def gap(body: SeenBody, point: Vector) -> float:
    """Metres from a point to the body's box."""
    beyond = (max(0.0, abs(v) - side / 2) for v, side in zip(_own(body, point), body.size, strict=True))
    return dist((0, 0, 0), tuple(beyond))


def ground_corners(body: SeenBody) -> Iterator[Vector]:
    """The corners of the body's box on the ground: of each side of its width first the back one."""
    c, s = cos(radians(body.heading)), sin(radians(body.heading))
    x, y, z = body.position
    for a in (-0.5, 0.5):
        for b in (-0.5, 0.5):
            across, along = a * body.size[0], b * body.size[1]
            yield x + across * s + along * c, y - across * c + along * s, z


def _angle(body: SeenBody, point: Vector) -> float:
    """Degrees from the body's front to a point on the ground, its left above 0."""
    right, ahead, _ = _own(body, point)
    return degrees(atan2(-right, ahead))


def _is_less(first: float, second: float, share: float, least: float) -> bool:
    """Whether the first is plainly less."""
    return second - first >= max(share * second, least) - SLACK


def things_meant(reader: Reader, refs: tuple[Words, ...]) -> list[SeenObject]:
    """The things of some references. Raises NotProven where two of them mean one."""
    chains = [reader.resolve(words) for words in refs]
    ids = [thing.id for chain in chains for thing in chain]
    if len(set(ids)) < len(ids):
        raise NotProven("two references mean one thing")
    return [chain[0] for chain in chains]


def _leader(reader: Reader, form: Form, is_ahead: Callable[[SeenObject, SeenObject], bool]) -> str:
    """The name of the thing that is ahead of all others. Raises NotProven."""
    things, names = things_meant(reader, form.refs), [plain_name(reader, words) for words in form.refs]
    for thing, name in zip(things, names, strict=True):
        if all(is_ahead(thing, other) for other in things if other is not thing):
            return name
    raise NotProven("none is plainly ahead of all others")


def answer_nearest_camera(reader: Reader, form: Form) -> str:
    """The thing nearest to the camera. Raises NotProven."""
    world = BodiesInScene(reader)

    def is_nearer(a: SeenObject, b: SeenObject) -> bool:
        if world.is_in_the_air(a) or world.is_in_the_air(b):
            return False
        one, other = world.body(a), world.body(b)
        centres = dist(world.eye, one.position), dist(world.eye, other.position)
        edges = gap(one, world.eye), gap(other, world.eye)
        return all(_is_less(*pair, CAMERA_SHARE, CAMERA_METRES) for pair in (centres, edges))

    if len(form.refs) < 3:
        raise NotProven("no list of three things")
    return _leader(reader, form, is_nearer)


def answer_taller(reader: Reader, form: Form) -> str:
    """The taller of two. Raises NotProven."""
    world = BodiesInScene(reader)

    def is_taller(a: SeenObject, b: SeenObject) -> bool:
        return _is_less(world.body(b).size[2], world.body(a).size[2], HEIGHT_SHARE, HEIGHT_METRES)

    return _leader(reader, form, is_taller)


def answer_how_far(reader: Reader, form: Form) -> str:
    """The distance of two centres. Raises NotProven."""
    world, (a, b) = BodiesInScene(reader), things_meant(reader, form.refs)
    metres = dist(world.body(a).position, world.body(b).position)
    require_scale(reader)
    if world.is_in_the_air(a) or world.is_in_the_air(b):
        raise NotProven("one of them is in the air")
    if metres < NEAREST_CENTRES or world.are_stacked(a, b):
        raise NotProven("they are next to nothing apart, or one rests on the other")
    return in_metres(metres)


def in_metres(metres: float) -> str:
    """A length with two figures that count, as far as whole metres."""
    for below, figures in ((0.995, 2), (9.95, 1)):
        if metres < below:
            return f"{metres:.{figures}f} m"
    return f"{round(metres)} m"


def _beside(reader: Reader, form: Form) -> tuple[SeenBody, SeenBody]:
    """A thing with a front, and another that is off it. Raises NotProven."""
    world, (a, b) = BodiesInScene(reader), things_meant(reader, form.refs)
    one, other = world.body(a), world.body(b)
    foot = (one.position[0], one.position[1], other.position[2])
    if (
        world.is_in_the_air(a)
        or world.is_in_the_air(b)
        or not one.has_front
        or world.are_stacked(a, b)
        or gap(other, foot) < CLEAR_OF - SLACK
    ):
        raise NotProven("it has no front, or the two are not apart")
    return one, other


def answer_own_side(reader: Reader, form: Form) -> str:
    """Left or right for a thing itself. Raises NotProven."""
    one, other = _beside(reader, form)
    angle = _angle(one, other.position)
    if not NARROW - SLACK <= abs(angle) <= 180 - NARROW + SLACK:
        raise NotProven("it is nearly straight ahead or behind")
    if len({_angle(one, corner) > 0 for corner in ground_corners(other)}) > 1:
        raise NotProven("it reaches over to the other side")
    return "left" if angle > 0 else "right"


def answer_faces(reader: Reader, form: Form) -> str:
    """Whether a thing looks towards another. Raises NotProven."""
    one, other = _beside(reader, form)
    middle = abs(_angle(one, other.position))
    if middle <= NARROW + SLACK:
        return "yes"
    if min(middle, *(abs(_angle(one, corner)) for corner in ground_corners(other))) >= WIDE - SLACK:
        return "no"
    raise NotProven("it looks neither towards it nor plainly away")


def answer_falls_with(reader: Reader, form: Form) -> str:
    """The one thing that loses its support. Raises NotProven."""
    if len(form.refs) < 4:
        raise NotProven("no list of three things beside another")
    world, (base, *things) = BodiesInScene(reader), things_meant(reader, form.refs)
    names = [plain_name(reader, words) for words in form.refs[1:]]
    falling = [name for thing, name in zip(things, names, strict=True) if base.id in world.carriers(thing)]
    if any(world.body(thing).rotation is not None for thing in things):
        raise NotProven("one of them leans")
    if len(falling) != 1 or any(thing.id in world.carriers(base) for thing in things):
        raise NotProven(f"{len(falling)} of them rest on it")
    return falling[0]


def answer_supported_by(reader: Reader, form: Form) -> str:
    """The one thing of a list that carries or holds another by itself. Raises NotProven."""
    if len(form.refs) < 3:
        raise NotProven("no list of two things beside another")
    world, (held, *things) = BodiesInScene(reader), things_meant(reader, form.refs)
    below = world.carriers(held)
    if not below or world.body(held).rotation is not None:
        raise NotProven("it rests on no other thing, or it leans")
    if any(held.id in world.carriers(thing) or thing.id in below[1:] for thing in things):
        raise NotProven("one of them rests on it, or carries what carries it")
    names = [plain_name(reader, words) for words in form.refs[1:]]
    found = [name for thing, name in zip(things, names, strict=True) if thing.id == below[0]]
    if not found:
        raise NotProven("none of them supports it")
    return found[0]
