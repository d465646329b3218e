"""Commands for the local machine: demo, up, down, config."""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import completions
from streams.cli.command_help import add as add_command

if TYPE_CHECKING:
    from streams.settings import WriterSettings

IN_MEMORY = "the embedded broker keeps topics and events in memory: once it ends they are gone (--kafka apache keeps them)"


OWN_STATE = ".skg"
"""The name of a folder's own state where no setting says another."""

Anyway = Annotated[bool, typer.Option("--anyway", help="also the services of another folder, which SKG_STATE_DIR names")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(app, "demo", demo)
    add_command(app, "up", up)
    add_command(app, "down", down)
    add_command(app, "config", config)


def demo(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    seeds: Annotated[
        Path | None, typer.Option(help="a seeds file, as of skg seed; default: samples for the renderer")
    ] = None,
    graphs: Annotated[int | None, typer.Option(help="graphs in all, shared out over the concepts", min=1)] = None,
    out: Annotated[Path, typer.Option(help="folder of the dataset, the pictures and the gallery")] = Path("demo-out"),
    add: Annotated[bool, typer.Option("--add", help="add to the dataset that is in the folder")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="leave the broker and the store running")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="start with concepts that must be rejected, too")] = False,
    llm: Annotated[
        str | None, typer.Option(help="plan and judge with language models: stub (a stand-in) or env (SKG_LLM_URL, …)")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(help="tokens to spend on planning at most (with --llm)", min=0)] = None,
    renderer: Annotated[
        str | None,
        typer.Option(
            help="collage, solid, or a diffusion renderer such as gligen; default SKG_RENDERER",
            autocompletion=completions.renderers,
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="of a diffusion renderer: a folder, a hub's owner/name, or tiny")
    ] = None,
) -> None:
    """Run the whole factory on sample seeds, to the end. Example: skg demo --graphs 20 --out demo-out"""
    from streams.cli.arguments import known_renderer
    from streams.demo import DemoOptions, run
    from streams.demo.llm_options import LlmOptions
    from streams.demo.renderer_options import RendererOptions
    from streams.setting_faults import valid_part
    from streams.settings import RenderSettings

    chosen = known_renderer(renderer)
    add = add or _agreed_to_add(out)
    drawn = RendererOptions(chosen or valid_part(RenderSettings)[0].renderer, model)
    raise typer.Exit(run(DemoOptions(seeds, graphs, out, keep, LlmOptions(llm, max_tokens), drawn, add, anyway)))


def _agreed_to_add(out: Path) -> bool:
    """Whether a person at a terminal wants a used folder to be added to; nobody is asked where there is none."""
    from schemas.texts.fault_words import counted
    from streams.demo.demo_folder import Places, require_free

    if not sys.stdin.isatty():
        return False
    require_free(out)
    there = len(Places(out).stored())
    return there > 0 and typer.confirm(f"there is a dataset of {counted(there, 'sample')} at {out / 'dataset'}: add to it?")


def up(
    kafka: Annotated[
        str | None, typer.Option(help="tansu (embedded) or apache; default: what is up already, else tansu")
    ] = None,
    s3: Annotated[
        str | None, typer.Option(help="seaweedfs (embedded) or minio; default: what is up already, else seaweedfs")
    ] = None,
    kafka_port: Annotated[int | None, typer.Option(help="port of the broker; default: a free one")] = None,
    s3_port: Annotated[int | None, typer.Option(help="port of the store; default: a free one")] = None,
    anyway: Anyway = False,
) -> None:
    """Start a local broker and store; print their settings. Example: eval "$(skg up)" """
    from streams.services.local_services import export_lines
    from streams.services.local_services import up as start
    from streams.settings import WriterSettings

    settings = WriterSettings()
    _require_own("up", settings.state_dir, settings.dataset_uri, anyway)
    ports = {"broker": kafka_port, "store": s3_port}
    endpoints = start(settings.state_dir, kafka, s3, ports)
    typer.echo(export_lines(endpoints, os.environ))
    for name, value in _own_paths(settings).items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    if endpoints.forgets:
        typer.echo(f"skg: {IN_MEMORY}", err=True)
    _say_other_dataset(settings.dataset_uri, settings.state_dir)
    _say_other_folder(settings.state_dir)


def _home(state_dir: Path) -> Path:
    """The folder whose state this is: the one that has it by its usual name, else the current one."""
    return state_dir.resolve().parent if state_dir.name == OWN_STATE else Path.cwd()


def _require_own(command: str, state_dir: Path, uri: str, anyway: bool) -> None:
    """Raise Misused where a setting that outlived a change of folder names the services of a folder elsewhere,
    unless they are meant."""
    from streams.errors import Misused

    home, here = _home(state_dir), Path.cwd()
    if anyway or home in (here, *here.parents):
        return
    names = "SKG_STATE_DIR SKG_DATASET_URI" if home in Path(uri).absolute().parents else "SKG_STATE_DIR"
    raise Misused(
        f"SKG_STATE_DIR is of {home}, not of this folder: `unset {names}` for the services of this folder, "
        f"`skg {command} --anyway` for those of {home}"
    )


def _say_other_folder(state_dir: Path) -> None:
    """Say whose services these are, where a setting that outlived a change of folder names them."""
    home, here = state_dir.resolve(), Path.cwd()
    is_of_a_folder_below = home.name == OWN_STATE and home.parent != here
    if is_of_a_folder_below or here not in (home, *home.parents):
        typer.echo(f"skg: these are the services of {state_dir}; unset SKG_STATE_DIR for those of this folder", err=True)


def _say_other_dataset(uri: str, state_dir: Path) -> None:
    """Say where the dataset is, where a setting names one that is not of the folder of the services."""
    home = _home(state_dir)
    if "://" not in uri and home not in (home / uri).resolve().parents:
        typer.echo(f"skg: the dataset is at {uri}; unset SKG_DATASET_URI for one in {home}", err=True)


def _own_paths(settings: "WriterSettings") -> dict[str, str]:
    """Settings that the services do not determine, with absolute paths so that they hold in every folder."""
    uri = settings.dataset_uri
    return {
        "SKG_DATASET_URI": uri if "://" in uri else str((_home(settings.state_dir) / uri).resolve()),
        "SKG_METRICS_PORT": str(settings.metrics_port),
        "SKG_STATE_DIR": str(settings.state_dir.resolve()),
    }


def down(anyway: Anyway = False) -> None:
    """Stop what `skg up` started. Example: skg down"""
    from streams.services.local_services import down as stop
    from streams.services.local_services import is_up
    from streams.settings import ProcessSettings

    state_dir = ProcessSettings().state_dir
    if is_up(state_dir):
        _require_own("down", state_dir, os.environ.get("SKG_DATASET_URI", ""), anyway)
    for line in stop(state_dir):
        typer.echo(line)
    _say_other_folder(state_dir)


def config() -> None:
    """Every setting: value (secrets masked), meaning, default. Example: skg config"""
    from rich.table import Table

    from streams.cli.arguments import console_of_output
    from streams.settings import describe

    table = Table(box=None, pad_edge=False)
    for name, kept_whole in (("setting", True), ("value", True), ("default", True), ("meaning", False)):
        table.add_column(name, no_wrap=kept_whole)
    for row in describe():
        table.add_row(*row)
    console_of_output().print(table)
