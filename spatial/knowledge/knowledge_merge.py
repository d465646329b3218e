"""Merges knowledge from outside the package with the package's own.

In: rows of the package, and folders.  Out: all rows, the package's first; BadKnowledge with file, line and reason.
Names are unique: a row identical to an earlier one is accepted, one with other content under a known name is an error.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from schemas.errors import BadKnowledge
from spatial.knowledge.knowledge_files import (
    BACKDROPS,
    CATEGORIES,
    SCENES,
    SPRITES,
    LocatedRow,
    backdrops_of,
    files_of,
    rows_of,
)
from spatial.knowledge.row_forms import CategoryForm, SceneForm, validated

Rows = dict[str, LocatedRow]
"""Rows by name."""


def merge(folders: Sequence[Path], own: Path) -> tuple[Rows, Rows]:
    """Categories and scenes of the package's folder and of the others. Raises BadKnowledge."""
    categories, scenes = _named(own, CATEGORIES), _named(own, SCENES)
    sprites = _sprites(folders, {str(found.row["sprite"]) for found in categories.values() if "sprite" in found.row})
    added_categories = [found for folder in folders for found in _rows(folder, CATEGORIES)]
    added_scenes = [found for folder in folders for found in _rows(folder, SCENES)]
    for found in added_categories:
        _check_category(found, validated(found, CategoryForm), sprites)
        _add(categories, found, "category")
    backdrops = _backdrops(folders)
    for found in added_scenes:
        _check_scene(found, validated(found, SceneForm), backdrops)
        _add(scenes, found, "scene")
    _check_names(added_categories, added_scenes, categories)
    _check_words(scenes)
    _check_synonyms(categories)
    return categories, scenes


def _rows(folder: Path, pattern: str) -> Iterable[LocatedRow]:
    for path in files_of(folder, pattern):
        yield from rows_of(path)


def _named(folder: Path, pattern: str) -> Rows:
    return {found.row["name"]: found for found in _rows(folder, pattern)}


def _sprites(folders: Iterable[Path], taken: set[str]) -> set[str]:
    """The names of all sprites. Raises BadKnowledge for a name that is already taken."""
    found = set(taken)
    for path in (path for folder in folders for path in files_of(folder / SPRITES, "*.webp")):
        if path.stem in found:
            raise BadKnowledge(f"{path}: there is a sprite of this name already; give yours another")
        found.add(path.stem)
    return found


def _backdrops(folders: Iterable[Path]) -> set[str]:
    """The pictures of places that there are, each name once."""
    found: dict[str, Path] = {}
    for path in (path for folder in folders for path in backdrops_of(folder)):
        if found.setdefault(path.stem, path) != path:
            raise BadKnowledge(f"{path}: {found[path.stem]} has this name already; give yours another")
    return set(found)


def _check_scene(found: LocatedRow, scene: SceneForm, backdrops: set[str]) -> None:
    missing = [name for name in scene.pictures if name not in backdrops]
    if missing:
        raise BadKnowledge(
            f"{found.where}: {scene.name!r}: there is no picture {missing[0]!r}; "
            f"put it into {found.path.parent / BACKDROPS / missing[0]}.webp (or .png, .jpg)"
        )


def _check_category(found: LocatedRow, category: CategoryForm, sprites: set[str]) -> None:
    if category.drawn:
        raise BadKnowledge(f"{found.where}: {category.name!r}: drawn is for what the package draws; name a sprite instead")
    if category.leaning is not None and category.leaning.drawing is not None:
        raise BadKnowledge(f"{found.where}: {category.name!r}: leaning.drawing is for what the package draws")
    if category.sprite is not None and category.sprite not in sprites:
        raise BadKnowledge(
            f"{found.where}: {category.name!r}: there is no sprite {category.sprite!r}; "
            f"put it into {found.path.parent / SPRITES / category.sprite}.webp"
        )


def _add(rows: Rows, found: LocatedRow, what: str) -> None:
    name = found.row["name"]
    known = rows.setdefault(name, found)
    if known is found:
        return
    if known.path == found.path:
        raise BadKnowledge(f"{found.where}: the {what} {name!r} is a duplicate of line {known.line}")
    if known.row != found.row:
        raise BadKnowledge(
            f"{found.where}: the {what} {name!r} is in {known.where} already, with other content; give yours another name"
        )


def _check_names(added: Iterable[LocatedRow], scenes: Iterable[LocatedRow], categories: Rows) -> None:
    """Raise BadKnowledge for a reference to a row that does not exist."""
    tags = {f"@{tag}" for found in categories.values() for tag in found.row.get("tags", ())}
    for found in added:
        for field in ("supports", "holds"):
            _refuse_unknown(found, field, tags | categories.keys())
    for found in scenes:
        _refuse_unknown(found, "categories", categories.keys())


def _refuse_unknown(found: LocatedRow, field: str, known: Iterable[str]) -> None:
    unknown = [name for name in found.row.get(field, ()) if name not in known]
    if unknown:
        raise BadKnowledge(f"{found.where}: {found.row['name']!r}: {field}: there is no category {unknown[0]!r}")


def _check_words(scenes: Rows) -> None:
    """Raise BadKnowledge for a synonym of two scenes."""
    owners: dict[str, LocatedRow] = {}
    for found in scenes.values():
        for word in dict.fromkeys((found.row["name"], *found.row["words"])):
            other = owners.setdefault(word.casefold(), found)
            if other is not found:
                raise BadKnowledge(f"{found.where}: {found.row['name']!r}: {word!r} names {other.row['name']!r} already")


def _check_synonyms(categories: Rows) -> None:
    """Raise BadKnowledge for a synonym that means another category already."""
    owners = {word: found for found in categories.values() for word in (found.row["name"], found.row["plural"])}
    for found in categories.values():
        for word in found.row.get("synonyms", ()):
            other = owners.setdefault(word.casefold(), found)
            if other is not found:
                raise BadKnowledge(f"{found.where}: {found.row['name']!r}: {word!r} means {other.row['name']!r} already")
