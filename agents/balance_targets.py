"""The validated targets of the balance agent.

In: the values of a YAML file, as plain Python.  Out: `Targets`, or a ValueError that says what is wrong.
Does not read files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import Field, field_validator, model_validator

from agents.relation_selection import DEFAULT_MIX
from schemas.base import Model
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.questions import KINDS

MOST_THINGS = 12
"""The largest number of objects that a seed can request."""

Weight = Annotated[float, Field(gt=0, le=1e6)]


class Band(NamedTuple):
    """From `first` to `last` objects, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def band(text: str) -> Band:
    """The band of a text such as `2-3` or `4`. Raises ValueError."""
    first, dash, last = text.partition("-")
    try:
        found = Band(int(first), int(last if dash else first))
    except ValueError:
        raise ValueError(f"{text!r} is no density: write 4 or 2-3") from None
    if not 1 <= found.first <= found.last <= MOST_THINGS:
        raise ValueError(f"{text!r} is no density from 1 to {MOST_THINGS}")
    return found


class TargetsFile(Model):
    """The file's schema. Weights need not sum to 1; kinds may be omitted, and are not balanced then."""

    scenes: Annotated[dict[str, Weight], Field(min_length=1)]
    density: Annotated[dict[str, Weight], Field(min_length=1)]
    relations: Annotated[dict[str, Weight], Field(min_length=1)]
    kinds: Annotated[dict[str, Weight], Field(default_factory=dict)]
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 0.02
    least_samples: Annotated[int, Field(ge=0)] = 0
    per_minute: Annotated[int, Field(ge=1)] = 60
    total: Annotated[int, Field(ge=0)] = 10_000
    ahead: Annotated[int, Field(ge=1)] = 64

    @field_validator("density", mode="before")
    @classmethod
    def _a_number_is_a_density(cls, density: object) -> object:
        """YAML reads `4: 1` as a number's weight."""
        return {str(key): value for key, value in density.items()} if isinstance(density, dict) else density

    @field_validator("scenes")
    @classmethod
    def _scenes_are_known(cls, scenes: dict[str, float]) -> dict[str, float]:
        return _known(scenes, scene_kinds(), "scene")

    @field_validator("relations")
    @classmethod
    def _families_are_known(cls, relations: dict[str, float]) -> dict[str, float]:
        return _known(relations, DEFAULT_MIX, "family of relations")

    @field_validator("kinds")
    @classmethod
    def _kinds_are_known(cls, kinds: dict[str, float]) -> dict[str, float]:
        return _known(kinds, KINDS, "kind of question")

    @model_validator(mode="after")
    def _bands_are_apart(self) -> "TargetsFile":
        bands = sorted(band(text) for text in self.density)
        if any(one.last >= other.first for one, other in pairwise(bands)):
            raise ValueError("densities overlap")
        return self


def _known(weights: dict[str, float], names: Mapping[str, object], what: str) -> dict[str, float]:
    for name in weights:
        if name not in names:
            raise ValueError(f"{name!r} is no {what}")
    return weights


@dataclass(frozen=True)
class Targets:
    """Shares that sum to 1 on each axis, and bounds.

    `tolerance`: how far a value's share may be below its target.  `least_samples`: below this number seeds are published
    even if the mix is right.  `per_minute` and `total` bound the graphs requested, `ahead` those without an outcome.
    """

    scenes: Mapping[str, float]
    bands: Mapping[Band, float]
    relations: Mapping[str, float]
    kinds: Mapping[str, float]
    tolerance: float
    least_samples: int
    per_minute: int
    total: int
    ahead: int

    def band_of(self, things: int) -> Band | None:
        """The band that contains this number of objects, None if there is none."""
        return next((one for one in self.bands if one.first <= things <= one.last), None)


def targets_of(values: object) -> Targets:
    """The targets in a file's values. Raises pydantic's ValidationError (a ValueError)."""
    form = TargetsFile.model_validate(values)
    return Targets(
        scenes=_shares(form.scenes),
        bands={band(text): share for text, share in _shares(form.density).items()},
        relations=_shares(form.relations),
        kinds=_shares(form.kinds),
        tolerance=form.tolerance,
        least_samples=form.least_samples,
        per_minute=form.per_minute,
        total=form.total,
        ahead=form.ahead,
    )


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
