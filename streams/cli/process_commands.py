"""`skg agents | render | examine | write`: one process of that kind until SIGTERM."""

from typing import Annotated

import typer

from streams.cli import completions
from streams.cli.command_help import add


def register(app: typer.Typer) -> None:
    """Add the commands."""
    add(app, "agents", agents)
    add(app, "render", render)
    add(app, "examine", examine)
    add(app, "write", write)


def agents(
    max_tokens: Annotated[
        int | None, typer.Option(help="tokens of a language model to spend at most; then no new graph is begun", min=0)
    ] = None,
) -> None:
    """Plan graphs for seeds, until SIGTERM. Example: SKG_AGENTS_IN_FLIGHT=8 skg agents"""
    _run("agents", llm_max_tokens=max_tokens)


def render(
    renderer: Annotated[
        str | None,
        typer.Option(help="collage, solid, or a diffusion renderer; SKG_RENDERER", autocompletion=completions.renderers),
    ] = None,
    model: Annotated[str | None, typer.Option(help="a folder, a hub's owner/name, or tiny; SKG_RENDER_MODEL")] = None,
) -> None:
    """Draw pictures of graphs, until SIGTERM. Example: skg render --renderer gligen --model models/gligen"""
    from streams.cli.arguments import known_renderer

    _run("render", renderer=known_renderer(renderer), render_model=model)


def examine() -> None:
    """Check pictures and write questions, until SIGTERM. Example: skg examine"""
    _run("examine")


def write() -> None:
    """Append accepted samples to the dataset, until SIGTERM. Example: SKG_DATASET_URI=data skg write"""
    _run("write")


def _run(stage: str, **given: object) -> None:
    from streams.stages import run_stage

    run_stage(stage, given)
