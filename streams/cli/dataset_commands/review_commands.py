"""`skg review`: what people say of samples and questions, as rows beside the dataset."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from streams.cli import completions
from streams.cli.arguments import folder, where
from streams.cli.command_help import add as add_command
from streams.cli.command_help import family_of
from streams.cli.dataset_commands.snapshot_arguments import Uri

Question = Annotated[
    str | None, typer.Option("--question", help="the id of a question, or its beginning; without it the whole sample")
]


def build() -> typer.Typer:
    """The family."""
    family = family_of("What people say of samples and questions. Example: skg review report demo-out/dataset")
    add_command(family, "add", add)
    add_command(family, "list", list_verdicts)
    add_command(family, "report", report)
    add_command(family, "export", export)
    return family


def _dataset(uri: str | None) -> tuple[str, dict[str, str] | None]:
    """The dataset's address, which verdicts lie beside. Raises NoDataset where there is none."""
    from dataset.table.delta_table import Table

    found, options = where(uri)
    Table.load(found, options)
    return found, options


def add(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    sample: Annotated[str, typer.Argument(help="a sample's id, or its beginning")],
    verdict: Annotated[str, typer.Argument(help="accept or flag")],
    uri: Uri = None,
    question: Question = None,
    reason: Annotated[str | None, typer.Option(help="why it is flagged", autocompletion=completions.flag_reasons)] = None,
    comment: Annotated[str | None, typer.Option(help="in own words")] = None,
    reviewer: Annotated[str | None, typer.Option(help="who says it; default SKG_REVIEWER")] = None,
) -> None:
    """Accept or flag a sample, or one of its questions. Example: skg review add 3fa9… flag --reason "wrong answer" """
    from dataset.review.review_queue import require_sample, whole_ids
    from dataset.review.verdict_table import (
        REASONS,
        Verdict,
        add_verdicts,
        no_such_reason,
        reason_of,
        reviewer_of_environment,
    )
    from schemas.errors import BadInput

    if reason is not None and reason not in REASONS:
        raise BadInput(f"--reason: {no_such_reason(reason)}")
    found, options = where(uri)
    name = reviewer or reviewer_of_environment()
    if not name:
        raise BadInput("who reviews? give --reviewer, or set SKG_REVIEWER")
    if verdict == "accept" and reason:
        raise BadInput("--reason says why something is flagged: an accept has none, it may have a --comment")
    sample, question = whole_ids(found, sample, question, options)
    version = require_sample(found, sample, () if question is None else (question,), options)
    said = Verdict.model_validate(
        {
            "sample_id": sample, "question_id": question, "verdict": verdict, "comment": comment,
            "reason": reason or reason_of(verdict, None, comment), "reviewer": name,
            "at": datetime.now(UTC), "dataset_version": version,
        }
    )  # fmt: skip
    add_verdicts(found, [said], options)
    typer.echo(said.verdict_id)


def list_verdicts(
    uri: Uri = None,
    every: Annotated[bool, typer.Option("--all", help="also those that a later one replaced")] = False,
) -> None:
    """The verdicts that count, as JSON lines, oldest first. Example: skg review list demo-out/dataset"""
    from dataset.review.verdict_table import all_verdicts, counting_verdicts

    for each in (all_verdicts if every else counting_verdicts)(*_dataset(uri)):
        typer.echo(json.dumps({"verdict_id": each.verdict_id, **each.model_dump(mode="json")}, ensure_ascii=False))


def report(uri: Uri = None, as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False) -> None:
    """How much was reviewed, what is disputed, whether reviewers agree. Example: skg review report demo-out/dataset"""
    from dataset.review.review_report import report_lines, review_report

    found = review_report(*_dataset(uri))
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(report_lines(found)))


def export(
    uri: Uri = None,
    form: Annotated[str, typer.Option("--format", help="label-studio or fiftyone")] = "label-studio",
    out: Annotated[Path, typer.Option(help="a folder that is empty or not there yet")] = Path("review-out"),
) -> None:
    """Write verdicts for another tool, with the pictures. Example: skg review export --format fiftyone --out review"""
    from dataset.review.review_exports import export_review
    from schemas.texts.fault_words import counted

    found, options = _dataset(uri)
    typer.echo(f"{out}: {counted(export_review(found, form, folder(out), options), 'sample')}")
