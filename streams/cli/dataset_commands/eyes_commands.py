"""`skg eyes measure`: how well the configured detector and depth estimator see.

In: annotated pictures, a dataset, or a renderer that knows what it draws.  Out: lines or JSON, with settings that follow.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.arguments import where
from streams.cli.command_help import add, family_of
from streams.errors import Misconfigured, Misused

if TYPE_CHECKING:
    from streams.adapters.eye_measures import Pictures


def build() -> typer.Typer:
    """The family of commands."""
    app = family_of("The models that look at pictures. Example: skg eyes measure --drawn collage")
    add(app, "measure", measure)
    return app


def measure(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    images: Annotated[Path | None, typer.Option(help="folder of annotated pictures")] = None,
    annotations: Annotated[Path | None, typer.Option(help="COCO's JSON, or JSON lines as skg ingest takes them")] = None,
    dataset: Annotated[str | None, typer.Option(help="a table of pictures whose renderer knew what it drew")] = None,
    drawn: Annotated[str | None, typer.Option(help="a renderer that knows what it draws: collage, solid")] = None,
    count: Annotated[int, typer.Option(help="pictures at most", min=1)] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, with every category and threshold")] = False,
) -> None:
    """Precision, recall, calibration and errors in depth of SKG_DETECTOR and SKG_DEPTH, and the thresholds to set.

    Example: skg eyes measure --images val2017 --annotations instances_val2017.json --json
    """
    from streams.adapters import eye_measures
    from streams.adapters.vision_factories import eyes_of, thresholds_of
    from streams.setting_rules import require
    from streams.settings import VisionSettings

    settings = VisionSettings()
    require(settings)
    pictures = _pictures(images, annotations, dataset, drawn)
    eyes = eyes_of(settings)
    if eyes is None:
        raise Misconfigured("nothing here can see: set SKG_DETECTOR")
    names = [eyes.detector.name] if eyes.depth is None else [eyes.detector.name, eyes.depth.name]
    measured = eye_measures.measure(pictures, eye_measures.Eyes(eyes.detector, eyes.depth), count)
    if as_json:
        typer.echo(json.dumps(eye_measures.as_json(measured, names), ensure_ascii=False))
    else:
        firm = thresholds_of(settings, eyes.detector.usual).firm
        typer.echo("\n".join(eye_measures.lines_of(measured, names, firm)))


def _pictures(images: Path | None, annotations: Path | None, dataset: str | None, drawn: str | None) -> "Pictures":
    """The pictures of the one source that is named. Raises Misused where it is none or several."""
    from streams.adapters import eye_measures

    sources = sum(source is not None for source in (images or annotations, dataset, drawn))
    if sources != 1 or (images is None) != (annotations is None):
        raise Misused("name one source of pictures: --images with --annotations, --dataset, or --drawn")
    if images is not None and annotations is not None:
        return eye_measures.annotated(images, annotations)
    if dataset is not None:
        return eye_measures.stored(*where(dataset))
    assert drawn is not None
    return _drawn_by(drawn)


def _drawn_by(name: str) -> "Pictures":
    from agents.planner import RulePlanner
    from gpu_workers.renderers import RENDERERS, capabilities_of
    from streams.adapters.eye_measures import drawn
    from streams.adapters.vision_factories import renderer_of
    from streams.settings import RenderSettings

    knowing = [each for each, spec in RENDERERS.items() if spec.knows_truth]
    if name not in knowing:
        raise Misused(f"{name} does not know what it draws: {', '.join(knowing)} do")
    settings = RenderSettings().model_copy(update={"renderer": name})
    return drawn(renderer_of(settings), RulePlanner(capabilities_of(name)))
