"""Arguments that select a snapshot: the table, its version, the split.

In: arguments of the command line.  Out: parameter types and values.
"""

from datetime import datetime
from typing import Annotated

import typer

from schemas.errors import BadInput
from schemas.texts.written_text import shown, whole_number
from streams.cli import completions

Uri = Annotated[str | None, typer.Argument(help="the table: a folder or s3://bucket/path; default SKG_DATASET_URI")]
Version = Annotated[
    str | None, typer.Option(help="an earlier state: a version's number, or a time such as 2026-03-01T12:00 (UTC)")
]
Split = Annotated[
    str | None, typer.Option(help="only this split: train, validation or test", autocompletion=completions.splits)
]


def at(version: str | None) -> int | datetime | None:
    """A version's number or a time. Raises BadInput for anything else."""
    if version is None:
        return None
    number = whole_number(version)
    if number is not None:
        return number
    try:
        return datetime.fromisoformat(version)
    except ValueError:
        raise BadInput(
            f"--version {shown(version)[1:-1]}: give a version's number, or a time such as 2026-03-01T12:00"
        ) from None


def known(split: str | None) -> str | None:
    """A split's name. Raises BadInput for anything else."""
    from spatial.splits import SPLITS

    if split is not None and split not in SPLITS:
        raise BadInput(f"--split {split}: there are {', '.join(SPLITS)}")
    return split
