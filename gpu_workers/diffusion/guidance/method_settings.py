"""The settings of the guided methods, at their reference programs' values; SKG_RENDER_METHOD changes them.

In: a JSON object.  Out: one frozen dataclass for each method.  Where a default is not the reference's, its line says why.
"""

import json
from dataclasses import asdict, fields, replace
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from schemas.errors import UserError
from schemas.texts.strict_json import object_of

Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1000)]
"""Ten times the greatest of the reference programs'; pictures end in black far beyond it."""

Power = Annotated[float, Field(ge=0, le=10)]
Energy = Annotated[float, Field(allow_inf_nan=False)]
Sigma = Annotated[float, Field(ge=0, le=100)]
"""In positions of a map, of which none has more than some hundred along a side."""

Count = Annotated[int, Field(ge=0, le=1000)]

FIFTIETHS = 50
"""Schedules of moves have a place for each fiftieth of the steps: the reference programs take about 50."""

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Moves:
    """`scale` of a move; `moves`: how many at most, for each fiftieth of the steps, none after its end; a picture is not
    moved any more once its energy was at most `enough`.  `noise_power`: of the noise's share in the scale."""

    scale: Weight
    enough: Energy
    moves: tuple[Count, ...]
    noise_power: Power

    def at(self, number: int, of: int) -> int:
        """The moves at a step, by its number of so many."""
        place = round(number * FIFTIETHS / of)
        return self.moves[place] if place < len(self.moves) else 0


@dataclass(frozen=True)
class BackwardSettings(Moves):
    """Of `backward`, as in the program to arXiv 2304.03373."""

    scale: Weight = 30.0
    enough: Energy = 0.2
    moves: tuple[Count, ...] = (5,) * 10
    # The reference moves by the variance of noise in latents that are not scaled; this is the same in scaled ones.
    noise_power: Power = 1.0
    # The reference does not guide an object that covers no position of a map, so that it counts as all outside.
    smallest: Count = 1


@dataclass(frozen=True)
class LmdSettings(Moves):
    """Of the guidance in `lmd`, `lmd_plus` and `gligen_guided`, as in the program to arXiv 2305.13655.

    `enough` is in sums over a layer's heads.  `suffix`: phrases that the prompt does not have are added at its end.
    """

    scale: Weight = 5.0
    enough: Energy = 5.0
    moves: tuple[Count, ...] = (4,) * 5 + (3,) * 5 + (2,) * 10 + (1,) * 10
    noise_power: Power = 0.5
    inside_top: Share = 0.2
    outside_top: Share = 0.2
    inside_weight: Weight = 1.0
    outside_weight: Weight = 4.0
    suffix: bool = True
    # The reference takes the attention to an object that covers no position of a map as constant.
    smallest: Count = 1


@dataclass(frozen=True)
class ComposedSettings(LmdSettings):
    """Of `lmd_plus` besides: each object is drawn alone for the share `alone` of the steps.

    `frozen`: the share of the steps after which its latents replace the picture's.  `own_noise`: the share of its own noise
    in its box.  `alone_moves`: guidance while it is alone.  `centred`: it is drawn in the middle, `floor` above the lower
    edge; `aligned`: its shape's centre is moved to its box's.  `reference_weight`: of its attention, as a further energy.
    `alone_negative`: what its picture must not show.
    """

    frozen: Share = 0.5
    alone: Share = 1.0
    own_noise: Share = 0.1
    alone_moves: tuple[Count, ...] = ()
    centred: bool = False
    floor: Share = 0.2
    aligned: bool = False
    reference_weight: Weight = 2.0
    # The reference has more words, on the quality of pictures: they are left to the graph's own negative text.
    alone_negative: str = "duplicate, two, many, group, occlusion, occluded, side, border"
    # The reference gives the attention from this share of the steps on to SAM; here it is the shape, cut at the box.
    shape_from: Share = 0.2
    shape_sigma: Sigma = 1.5
    shape_above: Share = 0.25

    @model_validator(mode="after")
    def _has_a_shape(self) -> "ComposedSettings":
        """An object's shape is of steps in which it is drawn alone."""
        if self.shape_from >= max(self.alone, self.frozen):
            raise ValueError(
                f"shape_from {self.shape_from:g} is to be less than the greater of alone {self.alone:g} and frozen"
                f" {self.frozen:g}: no step would be left that shows an object's shape"
            )
        return self

    def lone(self) -> "ComposedSettings":
        """Of the guidance of an object alone."""
        return replace(self, moves=self.alone_moves)


LMD_ALONE = ComposedSettings(own_noise=0.01, alone_moves=LmdSettings.moves, centred=True, aligned=True)
"""Of `lmd`, whose objects are put into their boxes by guidance alone."""


@dataclass(frozen=True)
class BoxDiffSettings:
    """Of `boxdiff`, as in the program to arXiv 2307.10816.

    A move is `scale` times the root of a factor that falls from 1 to `fall` over the steps; one at each step of the first
    `share`.  At those of `thresholds` (share of the steps, least attention inside) up to `refinements` come before.
    """

    scale: Weight = 20.0
    fall: Share = 0.5
    share: Share = 0.5
    top: Share = 0.2
    reach: Count = 1
    sharpen: Weight = 100.0
    sigma: Annotated[float, Field(ge=0.05, le=100)] = 0.5
    refine: bool = True
    refinements: Count = 20
    thresholds: tuple[tuple[Share, Share], ...] = ((0.0, 0.05), (0.2, 0.5), (0.4, 0.8))
    # The reference has this on for Stable Diffusion 2.1 only: the softmax over tokens ends with the prompt.
    until_end: bool = False
    # The reference's energy of an object that covers no position is not a number.
    smallest: Annotated[int, Field(ge=1)] = 1


def changed(settings: Settings, text: str | None) -> Settings:
    """The settings with the fields that a JSON object names. Raises UserError for an unknown field or a bad value."""
    if text is None:
        return settings
    try:
        given = json.loads(text, object_pairs_hook=object_of)
    except (ValueError, RecursionError) as error:
        raise UserError(f"SKG_RENDER_METHOD is no JSON: {error}") from error
    known: dict[str, Any] = asdict(settings)  # type: ignore[call-overload]
    if not isinstance(given, dict) or set(given) - set(known):
        names = ", ".join(known) or "nothing, for this renderer"
        raise UserError(f"SKG_RENDER_METHOD is a JSON object with some of: {names}")
    try:
        return TypeAdapter(type(settings)).validate_json(json.dumps({**known, **given}), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{'.'.join(map(str, first['loc']))}: " if first["loc"] else ""
        raise UserError(f"SKG_RENDER_METHOD: {where}{first['msg'].removeprefix('Value error, ')}") from error


def said(settings: object) -> dict[str, object]:
    """The settings as JSON values for provenance."""
    return {field.name: getattr(settings, field.name) for field in fields(settings)}  # type: ignore[arg-type]
