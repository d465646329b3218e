"""Commands that judge, trace and steer the dataset: audit, lineage, balance, dataset prove-split, dataset stats,
dataset quality.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.arguments import folder, where
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import Uri
from streams.errors import Misused

if TYPE_CHECKING:
    from dataset.reading.lineage import Lineage

AsJson = Annotated[bool, typer.Option("--json", help="one JSON object")]

EXIT_FAULTS = 1

MOST_COLUMNS = 160
"""Of pictures in a terminal: more say no more."""


def register(app: typer.Typer) -> None:
    """Add the commands of the first level."""
    add(app, "audit", audit)
    add(app, "lineage", lineage)
    add(app, "balance", balance)


def extend(family: typer.Typer) -> None:
    """Add the commands of `skg dataset`."""
    add(family, "prove-split", prove_split)
    add(family, "stats", stats)
    add(family, "quality", quality)


def balance(
    targets: Annotated[Path | None, typer.Option(help="YAML: the wanted mix and bounds; SKG_BALANCE_TARGETS")] = None,
) -> None:
    """Publish seeds for what the dataset lacks, until SIGTERM. Example: skg balance --targets docs/targets.yaml"""
    from streams.operations.balance_process import run_balance
    from streams.setting_faults import sound_settings
    from streams.settings import BalanceSettings

    run_balance(sound_settings(BalanceSettings, {"balance_targets": targets}))


def audit(
    uri: Annotated[
        str | None,
        typer.Argument(help="a table or a huggingface or webdataset export: a folder or s3://…; default SKG_DATASET_URI"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Derive every answer, box, hash and split anew; exit 1 with the faults. Example: skg audit demo-out/dataset"""
    from dataset.audit import audit as judge

    report = judge(*where(uri))
    if as_json:
        faults = [vars(fault) for fault in report.faults]
        typer.echo(json.dumps({**vars(report), "faults": faults}, ensure_ascii=False))
    else:
        for fault in report.faults:
            typer.echo(str(fault))
        said = ", ".join(f"{kind} {count}" for kind, count in report.counts.items()) or "no faults"
        typer.echo(f"{report.rows} samples, {report.questions} questions in {report.files} files: {said}")
    raise typer.Exit(0 if report.passed else EXIT_FAULTS)


def lineage(
    sample: Annotated[str, typer.Argument(help="a sample id, or its first characters")],
    uri: Uri = None,
    rerender: Annotated[
        bool, typer.Option("--rerender", help="draw the picture again and compare; exit 1 if unlike")
    ] = False,
    pictures: Annotated[
        Path | None, typer.Option(help="PNG, JPEG or WebP to write: a photograph beside the picture that it was drawn over")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Where a sample came from, from seed to picture. Example: skg lineage 3fa9 --uri demo-out/dataset --rerender"""
    from dataset.reading.lineage import lineage as trace

    address, options = where(uri)
    found = trace(address, sample, options)
    typer.echo(json.dumps(found.as_json(), ensure_ascii=False) if as_json else "\n".join(found.lines()))
    if pictures is not None:
        _write_both(found, pictures)
    elif found.claim is not None and not as_json and sys.stdout.isatty():
        _show_both(found)
    if rerender:
        from streams.adapters.vision_factories import renderer_of
        from streams.operations.rerender import rerender_sample
        from streams.settings import RenderSettings

        redrawn = rerender_sample(found, renderer_of(RenderSettings()))
        typer.echo(str(redrawn), err=as_json)
        raise typer.Exit(0 if redrawn.is_same_picture else EXIT_FAULTS)


def _write_both(found: "Lineage", file: Path) -> None:
    from dataset.reading.structure_pictures import side_by_side

    both = side_by_side(found)
    try:
        both.save(file)
    except ValueError as error:
        raise Misused(f"{file} is no picture's name: .png, .jpg or .webp") from error
    except OSError as error:
        raise Misused(f"{file} cannot be written: {error.strerror or error}") from error


def _show_both(found: "Lineage") -> None:
    from dataset.reading.structure_pictures import side_by_side, terminal_lines

    columns = min(shutil.get_terminal_size().columns, MOST_COLUMNS)
    typer.echo("\n".join(terminal_lines(side_by_side(found), columns)))


def prove_split(uri: Uri = None, as_json: AsJson = False) -> None:
    """What the splits have in common; exit 1 if anything. Example: skg dataset prove-split demo-out/dataset"""
    from dataset.analysis.split_check import check_split as prove
    from dataset.table.table_errors import NoDataset
    from schemas.errors import Damaged

    try:
        proof = prove(*where(uri))
    except (NoDataset, Damaged) as error:  # 1 would say that the splits share something
        raise Misused(str(error)) from error
    if as_json:
        typer.echo(json.dumps({**vars(proof), "shared": [vars(fault) for fault in proof.shared]}, ensure_ascii=False))
    else:
        typer.echo(f"samples: {_counts(proof.samples)}")
        for kind, counts in proof.different.items():
            found = sum(fault.kind == kind for fault in proof.shared)
            typer.echo(f"{kind}: {found} (different ones: {_counts(counts)})")
        for fault in proof.shared:
            typer.echo(str(fault))
        if proof.unread:
            typer.echo(f"{proof.unread} questions are not understood, so nothing is shown of them; skg audit names them")
    raise typer.Exit(0 if proof.is_proven else EXIT_FAULTS)


def stats(
    uri: Uri = None,
    out: Annotated[Path | None, typer.Option(help="folder for a page, SVG charts and JSON; without it: JSON here")] = None,
) -> None:
    """Things, relations, density, answers, kinds, yield by reason. Example: skg dataset stats --out stats"""
    from schemas.errors import require_extras

    require_extras("charts")
    from dataset.analysis.statistics import statistics

    found = statistics(*where(uri))
    if out is None:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    from dataset.analysis.charts import write_statistics

    typer.echo(write_statistics(found, folder(out)))


def quality(
    uri: Uri = None,
    out: Annotated[Path | None, typer.Option(help="folder for quality.json and a page that explains it")] = None,
    limit: Annotated[int | None, typer.Option(help="measure this many samples, the same ones every time", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Shortcuts, faults, shares and variety; exit 1 if a goal is missed. Example: skg dataset quality --out quality"""
    from dataset.quality.quality_report import as_json as plain
    from dataset.quality.quality_report import lines, measure, write_report
    from dataset.quality.quality_rows import read_rows
    from schemas.errors import UserError, require_extras
    from streams.errors import Misused

    if out is not None:
        folder(out)
        require_extras("charts")
    address, options = where(uri)
    try:
        rows = read_rows(address, options, limit)
    except UserError as error:  # 1 would say that a goal is missed
        raise Misused(str(error)) from error
    found = measure(rows)
    typer.echo(json.dumps(plain(found), ensure_ascii=False) if as_json else "\n".join(lines(found)))
    if out is not None:
        typer.echo(write_report(found, address, out), err=as_json)
    raise typer.Exit(0 if all(each.ok for each in found) else EXIT_FAULTS)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
