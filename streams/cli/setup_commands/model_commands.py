"""`skg models`: published models by task, and whether a folder or a repository fits."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add, family_of

if TYPE_CHECKING:
    from gpu_workers.model_shelf.listed_models import ListedModel
    from gpu_workers.model_shelf.model_check import Verdict


UNSAID = "not verified: licences without a source, and whatever is not said, as revisions, sizes and memory"


def build() -> typer.Typer:
    """The commands of `skg models`."""
    text = "Models by task, and whether one fits. Example: skg models list --task detector"
    app = family_of(text)
    add(app, "list", listed)
    add(app, "check", check)
    return app


def listed(
    task: Annotated[str | None, typer.Option(help="base, gligen, controlnet, detector, depth or judge")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one line of JSON for each model")] = False,
) -> None:
    """Published models by task, and what is known of each. Example: skg models list --task depth"""
    import json

    from gpu_workers.model_shelf.listed_models import TASKS, listed_models
    from schemas.errors import UserError

    if task is not None and task not in TASKS:
        raise UserError(f"there is no task {task!r}; there are {', '.join(TASKS)}")
    for row in listed_models():
        if task in (None, row.task):
            typer.echo(json.dumps({**asdict(row), "files": row.files}) if as_json else _line(row))
    if not as_json:
        typer.echo(UNSAID)


def _line(row: "ListedModel") -> str:
    def known(value: float | None, unit: str) -> str:
        return "" if value is None else f"{value:g} {unit}"

    renderers = f": {', '.join(row.fits)}" if row.fits else ""
    facts = {
        "for": f"{row.setting}{f' ({row.use})' if row.use else ''}{renderers}",
        "licence": f"{_licence(row)}{', to be accepted at the hub' if row.terms else ''}",
        "revision": row.revision or "",
        "files": ", ".join(filter(None, (row.files, known(row.size_gb, "GB")))),
        "memory": f"{known(row.memory_gb, 'GB')}{f': {row.source}' if row.source else ''}",
        "note": row.note,
    }
    told = (f"  {name:<9} {text}" for name, text in facts.items() if text)
    return "\n".join([f"{row.task:<11}{row.model}", *told])


def _licence(row: "ListedModel") -> str:
    """The licence, with where it was read where it was."""
    if row.licence is None:
        return "ask its author"
    return f"{row.licence} ({row.licence_source})" if row.licence_source else row.licence


def check(
    model: Annotated[str, typer.Argument(help="a folder, or a hub's owner/name")],
    revision: Annotated[str | None, typer.Option(help="the repository's commit, 40 hex digits")] = None,
    variant: Annotated[str | None, typer.Option(help="the copy that is read: fp16, bf16; SKG_RENDER_VARIANT")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Whether a model fits and what for, without loading it; exit 1 if not. Example: skg models check models/owlv2"""
    import json

    from gpu_workers.diffusion.weight_files import files_at_hub
    from gpu_workers.model_shelf.model_check import checked
    from gpu_workers.model_shelf.model_files import files_in
    from streams.settings import DiffusionSettings

    files = files_in(Path(model)) if Path(model).is_dir() else files_at_hub(model, revision)
    verdict = checked(files, variant or DiffusionSettings().render_variant)
    typer.echo(json.dumps({"model": files.name, **asdict(verdict)}) if as_json else _verdict_text(files.name, verdict))
    raise typer.Exit(1 if verdict.faults else 0)


def _verdict_text(name: str, verdict: "Verdict") -> str:
    weights = sum(verdict.weights.values())
    lines = [f"{name}: {verdict.what}", *(f"  fits      {each}" for each in verdict.fits)]
    lines += [f"  FAULT     {each}" for each in verdict.faults]
    lines.append(f"  weights   {len(verdict.weights)} files, {weights / 1e9:.3g} GB")
    lines += [f"  variant   {each}: SKG_RENDER_VARIANT={each}" for each in verdict.variants]
    return "\n".join([*lines, f"  licence   {verdict.licence}"])
