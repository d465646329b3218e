"""`skg capacity`: what a factory of a size needs, with its sums and the origin of every figure."""

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add

if TYPE_CHECKING:
    from streams.operations.capacity import Capacity


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "capacity", capacity)


def capacity(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    samples: Annotated[float, typer.Option("--samples-per-day", help="accepted samples, as 1e6")] = 1e5,
    renderer: Annotated[str | None, typer.Option(help="a renderer with figures: collage (default), solid, gligen")] = None,
    gpu: Annotated[str | None, typer.Option(help="h100, h200, a100 or l4; default: none, draw on cores")] = None,
    llm: Annotated[bool, typer.Option("--llm", help="a language model plans")] = False,
    gpu_seconds: Annotated[float | None, typer.Option(help="seconds a picture, measured on your GPU", min=0)] = None,
    gpu_hour: Annotated[float | None, typer.Option(help="what an hour of your GPU costs", min=0)] = None,
    core_hour: Annotated[float | None, typer.Option(help="what an hour of a core costs", min=0)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Cores, GPUs, storage and cost for a number of samples a day. Example: skg capacity --samples-per-day 1e6"""
    from gpu_workers.renderers import DEFAULT_RENDERER
    from streams.operations.capacity import Wish
    from streams.operations.capacity import capacity as calculate

    own = {"gpu_seconds": gpu_seconds, "gpu_hour": gpu_hour, "core_hour": core_hour}
    given = {name: value for name, value in own.items() if value is not None}
    found = calculate(Wish(samples, renderer or DEFAULT_RENDERER, gpu, llm, given))
    if as_json:
        _say_json(found)
    else:
        _say(found)


def _say(found: "Capacity") -> None:
    for line in found.lines:
        typer.echo(f"{line.what:<32} {line.result:>14,.4g} {line.unit:<16} = {line.sum}")
    typer.echo("")
    for figure in found.figures:
        typer.echo(f"{figure.name:<18} {figure.value:>10g}  {figure.origin:<8}  {figure.source}")


def _say_json(found: "Capacity") -> None:
    import json
    from dataclasses import asdict

    typer.echo(json.dumps(asdict(found)))
