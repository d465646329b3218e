"""`skg agents | render | examine | write`: one process of that kind until SIGTERM."""

from typing import Annotated

import typer

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
    from streams.composition import run_agents
    from streams.settings import AgentSettings

    settings = AgentSettings()
    run_agents(settings if max_tokens is None else settings.model_copy(update={"llm_max_tokens": max_tokens}))


def render(
    renderer: Annotated[str | None, typer.Option(help="collage, or a diffusion renderer; SKG_RENDERER")] = None,
    model: Annotated[str | None, typer.Option(help="a folder, a hub's owner/name, or tiny; SKG_RENDER_MODEL")] = None,
) -> None:
    """Draw pictures of graphs, until SIGTERM. Example: skg render --renderer gligen --model models/gligen"""
    from streams.composition import run_render
    from streams.settings import RenderSettings

    given = {"renderer": renderer, "render_model": model}
    run_render(RenderSettings().model_copy(update={name: value for name, value in given.items() if value is not None}))


def examine() -> None:
    """Check pictures and write questions, until SIGTERM. Example: skg examine"""
    from streams.composition import run_examine
    from streams.settings import ExamineSettings

    run_examine(ExamineSettings())


def write() -> None:
    """Append accepted samples to the dataset, until SIGTERM. Example: SKG_DATASET_URI=data skg write"""
    from streams.composition import run_write
    from streams.settings import WriterSettings

    run_write(WriterSettings())
