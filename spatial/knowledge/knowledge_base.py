"""Loads the knowledge base: the data files beside this module become frozen categories and scene kinds.

In: `categories_*.json` and `scenes.json`, the package's and those of the folders that SKG_KNOWLEDGE names.  Out: mappings
by name, in the order of the files.  Raises BadKnowledge for an invalid folder.
Does not search by words: that is `spatial.knowledge.scene_search`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from spatial.knowledge.categories import Category, Leaning, OtherDrawing, Pose, SceneKind
from spatial.knowledge.knowledge_files import CATEGORIES, SCENES, SPRITES, Row, backdrops_of, files_of, knowledge_folders
from spatial.knowledge.knowledge_merge import merge
from spatial.knowledge.scene_search import NEAREST_THRESHOLD, Phrasebook, SceneMatch

__all__ = [
    "NEAREST_THRESHOLD",
    "SceneMatch",
    "backdrop_pictures",
    "categories",
    "check_knowledge",
    "find_scene",
    "knowledge_digest",
    "scene_kinds",
    "sprite_folders",
    "tagged",
]

FOLDER = Path(__file__).parent

WIDEST_SHARE = 1.0
"""An object that a carrier lists by tag may be on it only up to this multiple of the carrier's width."""


@lru_cache(maxsize=1)
def categories() -> Mapping[str, Category]:
    """Every category by name."""
    rows = _rows()[0]
    scenes = _scenes_of(scene_kinds().values())
    return MappingProxyType({name: _category(row, rows, scenes.get(name, ())) for name, row in rows.items()})


def tagged(tag: str) -> tuple[str, ...]:
    """The names of the categories with a tag."""
    return tuple(name for name, row in _rows()[0].items() if tag in row.get("tags", ()))


@lru_cache(maxsize=1)
def scene_kinds() -> Mapping[str, SceneKind]:
    """Every kind of scene by name."""
    kinds = [_scene(row) for row in _rows()[1].values()]
    return MappingProxyType({kind.name: kind for kind in kinds})


@lru_cache(maxsize=1024)
def find_scene(concept: str) -> SceneMatch | None:
    """The scene that `concept` names, or the nearest by words at or above NEAREST_THRESHOLD, else None."""
    return _phrasebook().find(concept)


def nearest_scenes(concept: str, count: int) -> list[SceneMatch]:
    """The scenes that `concept` is nearest to by words, best first, also where none is near enough to be taken."""
    return _phrasebook().ranked(concept, count)


@lru_cache(maxsize=1)
def _phrasebook() -> Phrasebook:
    return Phrasebook(scene_kinds(), categories())


def check_knowledge() -> None:
    """Load knowledge from outside the package now, so that a fault in it shows at start-up. Raises BadKnowledge."""
    if knowledge_folders():
        categories()


def sprite_folders() -> tuple[Path, ...]:
    """The sprite folders of knowledge from outside the package."""
    return tuple(folder / SPRITES for folder in knowledge_folders())


@lru_cache(maxsize=1)
def backdrop_pictures() -> Mapping[str, Path]:
    """Pictures of places by name, from folders of knowledge from outside the package."""
    return MappingProxyType({path.stem: path for folder in knowledge_folders() for path in backdrops_of(folder)})


@lru_cache(maxsize=1)
def knowledge_digest() -> str | None:
    """A short hash of the things and places from outside the package; None where there are none."""
    folders = knowledge_folders()
    found, files = hashlib.sha256(), [path for folder in folders for path in _seen_files(folder)]
    for path in files:
        found.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16] if files else None


def _seen_files(folder: Path) -> tuple[Path, ...]:
    """The files on which pictures depend; words of questions are not among them."""
    rows, sprites = (*files_of(folder, CATEGORIES), *files_of(folder, SCENES)), files_of(folder / SPRITES, "*.webp")
    return (*rows, *sprites, *backdrops_of(folder))


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, Row], Mapping[str, Row]]:
    """Categories and scenes by name."""
    folders = knowledge_folders()
    if folders:
        known = merge(folders, FOLDER)
        return {name: found.row for name, found in known[0].items()}, {name: found.row for name, found in known[1].items()}
    return (
        {row["name"]: row for path in files_of(FOLDER, CATEGORIES) for row in _read(path)},
        {row["name"]: row for row in _read(FOLDER / SCENES)},
    )


def _read(path: Path) -> list[Row]:
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _scene(row: Row) -> SceneKind:
    return SceneKind(
        name=row["name"],
        words=tuple(row["words"]),
        backdrop=row["backdrop"],
        horizon=row["horizon"],
        elements=tuple(row["elements"]),
        fixtures=tuple(row.get("fixtures", ())),
        categories=tuple(row["categories"]),
        pictures=tuple(row.get("pictures", ())),
        known_by=tuple(row.get("known_by", ())),
    )


def _category(row: Row, rows: Mapping[str, Row], scenes: tuple[str, ...]) -> Category:
    width, height, depth = row["size_m"]
    return Category(
        name=row["name"],
        plural=row["plural"],
        width_m=width,
        height_m=height,
        depth_m=depth,
        aspect=row["aspect"],
        rests_on=tuple(row["rests_on"]),
        surface=row.get("surface"),
        supports=_expanded(row, "supports", rows),
        holds=_expanded(row, "holds", rows),
        attributes={family: tuple(words) for family, words in row.get("attributes", {}).items()},
        scenes=scenes,
        sprite=row.get("sprite"),
        pose=Pose(**row["pose"]) if row.get("pose") else None,
        place=row.get("place"),
        drawn=row.get("drawn", False),
        tint=row.get("tint", False),
        faces=row.get("faces"),
        single=row.get("single", False),
        leaning=_leaning(row["leaning"]) if row.get("leaning") else None,
        firm=row.get("firm", False),
        parts=tuple(row.get("parts", ())),
        synonyms=tuple(row.get("synonyms", ())),
        any_size=row.get("any_size", False),
    )


def _leaning(row: Row) -> Leaning:
    other = OtherDrawing(row["drawing"], row["aspect"]) if "drawing" in row else None
    width, height = row["size_m"]
    return Leaning(width, height, row.get("turn", 0.0), row.get("mirrored", False), other, row.get("alone", False))


def _expanded(row: Row, field: str, rows: Mapping[str, Row]) -> tuple[str, ...]:
    """The names in a list of names and tags (`@fruit`); a tag stands for all its categories that are not too wide."""
    widest = WIDEST_SHARE * row["size_m"][0]
    found: dict[str, None] = {}
    for word in row.get(field, ()):
        if word.startswith("@"):
            tagged = (r for r in rows.values() if word[1:] in r.get("tags", ()))
            found.update((r["name"], None) for r in tagged if r["size_m"][0] <= widest)
        else:
            found[word] = None
    found.pop(row["name"], None)
    return tuple(found)


def _scenes_of(kinds: Iterable[SceneKind]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for name in kind.categories:
            found.setdefault(name, []).append(kind.name)
    return {name: tuple(scenes) for name, scenes in found.items()}
