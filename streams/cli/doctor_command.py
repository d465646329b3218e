"""`skg doctor`: what is installed, configured and reachable, with what helps for each that is not."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Literal

import typer

from streams.cli.command_help import add

State = Literal["ok", "absent", "wrong"]
"""`absent`: not there, and not needed by what is configured."""

MARKS = {"ok": "ok", "absent": "-", "wrong": "NO"}


@dataclass(frozen=True)
class Finding:
    """One look: what was looked at, how it is, and what helps where something is missing."""

    what: str
    state: State
    detail: str
    remedy: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "doctor", doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="one line of JSON for each look")] = False) -> None:
    """What is installed, configured and reachable; exit 1 if what is configured is not. Example: skg doctor"""
    import json

    found = list(findings())
    for each in found:
        typer.echo(json.dumps(asdict(each)) if as_json else _line(each))
    raise typer.Exit(1 if any(each.state == "wrong" for each in found) else 0)


def _line(found: Finding) -> str:
    remedy = f"\n{'':24}{found.remedy}" if found.remedy and found.state != "ok" else ""
    return f"{MARKS[found.state]:<4}{found.what:<20}{found.detail}{remedy}"


def findings() -> Iterator[Finding]:
    """Every look, those at the machine first."""
    yield _python()
    yield from _extras()
    for look in (_sprites, _blender, _renderer, _eyes, _settings, _services, _broker, _store, _dataset, _model):
        yield from look()


def _python() -> Finding:
    from importlib.metadata import version

    return Finding("skg-factory", "ok", f"{version('skg-factory')}, Python {sys.version.split()[0]} at {sys.executable}")


def _extras() -> Iterator[Finding]:
    from schemas.errors import EXTRAS, install_hint
    from streams.cli.environments import interpreter_with

    for extra, libraries in EXTRAS.items():
        lacking = [name for name in libraries if importlib.util.find_spec(name) is None]
        elsewhere = interpreter_with(extra)
        if lacking and elsewhere is not None:
            yield Finding(f"extra {extra}", "ok", f"in {elsewhere}: commands that need it go on there")
        elif lacking:
            yield Finding(f"extra {extra}", "absent", f"without {', '.join(lacking)}", install_hint(extra))
        else:
            yield Finding(f"extra {extra}", "ok", ", ".join(libraries))


def _sprites() -> Iterator[Finding]:
    from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
    from gpu_workers.renderers import DEFAULT_RENDERER, drawn_with
    from streams.settings import RenderSettings

    settings = RenderSettings()
    folder = settings.sprites_dir or default_sprites_dir()
    if is_complete(folder):
        yield Finding("sprites", "ok", str(folder))
    else:
        is_needed = DEFAULT_RENDERER in drawn_with(settings.renderer, settings.render_structure)
        remedy = "python -m gpu_workers.collage.sprites.fetch"
        yield Finding("sprites", "wrong" if is_needed else "absent", f"none in {folder}", remedy)


def _blender() -> Iterator[Finding]:
    from gpu_workers.renderers import drawn_with
    from gpu_workers.solid.solid_renderer import interpreter_of
    from schemas.errors import UserError
    from streams.settings import RenderSettings

    settings = RenderSettings()
    try:
        yield Finding("Blender", "ok", str(interpreter_of({"solid_python": settings.solid_python})))
    except UserError as error:
        is_needed = "solid" in drawn_with(settings.renderer, settings.render_structure)
        yield Finding("Blender", "wrong" if is_needed else "absent", *str(error).split(": ", 1))


def _renderer() -> Iterator[Finding]:
    """The look of `skg render` at its settings, before it starts."""
    from schemas.errors import MissingExtra, UserError
    from streams.adapters.vision_factories import check_drawing
    from streams.cli.environments import interpreter_with
    from streams.settings import RenderSettings

    settings = RenderSettings()
    try:
        check_drawing(settings)
    except MissingExtra as error:
        elsewhere = interpreter_with(error.extra)
        yield Finding("renderer", "wrong" if elsewhere is None else "ok", settings.renderer, str(error))
    except UserError as error:
        yield Finding("renderer", "wrong", str(error))
    else:
        yield Finding("renderer", "ok", settings.renderer)


def _eyes() -> Iterator[Finding]:
    """The look of `skg examine` at its settings, before it starts."""
    from schemas.errors import UserError
    from streams.adapters.vision_factories import check_looking
    from streams.settings import VisionSettings

    settings = VisionSettings()
    try:
        check_looking(settings)
    except UserError as error:
        yield Finding("eyes", "wrong", str(error))
        return
    if settings.detector is None:
        yield Finding("eyes", "absent", "SKG_DETECTOR is not set: nothing looks at pictures of models")
    else:
        yield Finding("eyes", "ok", ", ".join(filter(None, (settings.detector, settings.depth))))


def _settings() -> Iterator[Finding]:
    """The settings were valid, or no look would have got so far; this names what the environment sets."""
    import os

    named = sorted(name for name in os.environ if name.startswith("SKG_"))
    detail = ", ".join(named) if named else "all at their defaults (skg config lists them)"
    yield Finding("settings", "ok", detail)


def _services() -> Iterator[Finding]:
    from streams.services.service_errors import ServiceError
    from streams.services.service_registry import load
    from streams.settings import ProcessSettings

    state = ProcessSettings().state_dir
    try:
        running = [f"{one.recipe.title} at {one.bootstrap}" for one in load(state).values() if one.alive]
    except ServiceError as error:
        yield Finding("skg up", "wrong", str(error))
        return
    if running:
        yield Finding("skg up", "ok", f"{', '.join(running)} (state in {state})")
    else:
        yield Finding("skg up", "absent", f"nothing runs here (state in {state})", 'eval "$(skg up)"')


def _broker() -> Iterator[Finding]:
    from streams.broker.connection import connection_of
    from streams.broker.reachability import kafka_at, probe
    from streams.broker.topic_admin import check
    from streams.settings import KafkaSettings

    settings = KafkaSettings()
    connection = connection_of(settings)

    def look() -> str:
        probe(connection)
        return kafka_at(connection)

    reached = _reached("broker", look)
    is_default = connection == connection_of(KafkaSettings.model_construct())
    yield replace(reached, state="absent") if is_default and reached.state == "wrong" else reached
    if reached.state == "ok":
        faults = check(settings)
        detail = "; ".join(faults) if faults else "all there, as they should be"
        yield Finding("topics", "wrong" if faults else "ok", detail, "skg topics apply")


def _store() -> Iterator[Finding]:
    from streams.settings import StoreSettings
    from streams.storage.s3_connection import endpoint_of
    from streams.storage.s3_probe import store_answers

    settings = StoreSettings()
    if not settings.s3_endpoint:
        yield Finding("store", "absent", "SKG_S3_ENDPOINT is not set: Amazon's own S3 would be used")
        return

    def look() -> str:
        store_answers(endpoint_of(settings), 3.0)
        return f"S3 at {settings.s3_endpoint} (SKG_S3_ENDPOINT)"

    yield _reached("store", look)


def _dataset() -> Iterator[Finding]:
    from dataset.table.delta_table import Table
    from schemas.errors import RetryableError, UserError
    from streams.cli.arguments import where
    from streams.cli.remedies import for_missing_dataset
    from streams.settings import WriterSettings

    uri = WriterSettings().dataset_uri
    try:
        found, options = where(None)
        table = Table.load(found, options)
    except (RetryableError, UserError) as error:
        yield Finding("dataset", "absent", str(error), for_missing_dataset())
    else:
        yield Finding("dataset", "ok", f"{uri}, version {table.version}")


def _model() -> Iterator[Finding]:
    from streams.llm.endpoint import Endpoint
    from streams.llm.endpoint_probe import endpoint_answers
    from streams.settings import AgentSettings

    settings = AgentSettings()
    if not settings.llm_url:
        yield Finding("language model", "absent", "SKG_LLM_URL is not set: planning by rules")
        return

    def look() -> str:
        endpoint_answers(Endpoint(str(settings.llm_url), str(settings.llm_model), "", 3.0))
        return f"{settings.llm_model} at {settings.llm_url}"

    yield _reached("language model", look)


def _reached(what: str, look: Callable[[], str]) -> Finding:
    from schemas.errors import RetryableError, UserError
    from streams.cli.remedies import for_service
    from streams.errors import Problem

    try:
        return Finding(what, "ok", look())
    except RetryableError as error:
        return Finding(what, "wrong", str(error), for_service(error.service))
    except (Problem, UserError) as error:
        return Finding(what, "wrong", str(error))
