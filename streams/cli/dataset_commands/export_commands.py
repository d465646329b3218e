"""`skg dataset export | subset`: the dataset in other forms, and parts of it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from streams.cli import completions
from streams.cli.arguments import folder, where
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import Split, Uri, Version, at, known

Names = Annotated[str | None, typer.Option(help="relations or families, separated by commas")]


def extend(family: typer.Typer) -> None:
    """Add the commands of `skg dataset`."""
    add(family, "export", export)
    add(family, "subset", subset)


def export(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    uri: Uri = None,
    form: Annotated[
        str | None, typer.Option("--format", help="the form; without it all are listed", autocompletion=completions.formats)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="a folder that is empty or not there yet")] = None,
    split: Split = None,
    version: Version = None,
    turns: Annotated[
        str, typer.Option(help="one: a conversation a question; many: as many as do not answer each other")
    ] = "one",
    coordinates: Annotated[
        str | None, typer.Option(help="of qwen-vl: thousand (thousandths of the picture, the default) or pixel")
    ] = None,
    without_flagged: Annotated[bool, typer.Option("--without-flagged", help="leave out what reviewers flagged")] = False,
) -> None:
    """Write the dataset for training or evaluation. Example: skg dataset export --format llava --out llava"""
    from dataset.exports import FORMATS, Source
    from dataset.exports import export as write
    from dataset.exports.formats import counted, require_format
    from schemas.errors import BadInput
    from streams.errors import Misused

    if form is None:
        for name, found in FORMATS.items():
            typer.echo(f"{name:<14}{found.meaning}")
        return
    require_format(form)
    if out is None:
        raise Misused("give a folder with --out")
    if turns not in ("one", "many"):
        raise BadInput(f"--turns {turns}: give one or many")
    if coordinates not in (None, "thousand", "pixel"):
        raise BadInput(f"--coordinates {coordinates}: give thousand or pixel")
    if coordinates is not None and form != "qwen-vl":
        raise BadInput("--coordinates is an option of --format qwen-vl")
    source = Source.open(*where(uri), at(version), known(split)).with_turns("one" if turns == "one" else "many")
    source = source.with_coordinates("pixel" if coordinates == "pixel" else "thousand")
    if without_flagged:
        from dataset.review.verdict_table import Flagged, counting_verdicts

        source = source.without(Flagged.of(counting_verdicts(*where(uri))))
    written = write(source, form, folder(out))
    flagged = f"; {source.left_out}" if without_flagged else ""
    typer.echo(f"{written}: {counted(source, form, written)}{flagged}")


def subset(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    uri: Uri = None,
    out: Annotated[str, typer.Option(help="the new table: a folder or s3://bucket/path")] = "subset-out",
    size: Annotated[int, typer.Option(help="samples, exactly", min=1)] = 1000,
    questions: Annotated[int, typer.Option(help="questions of each sample, exactly", min=1)] = 1,
    only: Names = None,
    without: Names = None,
    density: Annotated[str | None, typer.Option(help="objects in a picture, as in 6-12")] = None,
    split: Annotated[str, typer.Option(help="train, validation, test or all", autocompletion=completions.splits)] = "train",
    seed: Annotated[int, typer.Option(help="another seed draws other samples")] = 0,
    version: Version = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, with the recipe")] = False,
) -> None:
    """A part for an ablation, always of equal size. Example: skg dataset subset --without left_of,right_of --size 5000"""
    from dataset.analysis.subset import Place, SubsetSpec
    from dataset.analysis.subset import subset as write
    from schemas.texts.fault_words import counted

    recipe = SubsetSpec(
        size=size, questions=questions, only=_names(only), without=_names(without), density=_range(density),
        split=None if split == "all" else known(split), seed=seed,
    )  # fmt: skip
    made = write(Place(*where(uri), at(version)), recipe, Place(*where(out)))
    if as_json:
        typer.echo(json.dumps({"out": out, "recipe": vars(recipe), **vars(made)}))
        return
    counts = f"{counted(made.samples, 'sample')} with {counted(made.questions, 'question')}"
    typer.echo(f"{out}: {counts}, of {made.available:,} that fit the recipe")
    typer.echo(f"recipe: {recipe}")


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _range(text: str | None) -> tuple[int, int] | None:
    from schemas.errors import BadInput
    from schemas.texts.written_text import shown, whole_number

    if text is None:
        return None
    first, _, second = text.partition("-")
    low, high = whole_number(first), whole_number(second or first)
    if low is None or high is None or low > high:
        raise BadInput(f"--density {shown(text)[1:-1]}: give two numbers, as in 6-12")
    return low, high
