"""The share of scenes that a dataset holds out: a property of its table.

In: a table, a setting, or a sample.  Out: the share, or the error of a writer or sample that has another one.
Does not decide splits (`spatial.splits`).
"""

import pyarrow as pa

from dataset.table.delta_table import Properties, Table
from schemas.bounds import MAX_HELD_OUT_PER_MILLE
from schemas.errors import BadInput, PermanentError
from schemas.events import HELD_OUT_WHERE_UNSTATED, QAEvent
from schemas.texts.written_text import shown, whole_number

PROPERTY = "skg.held_out_per_mille"
"""Of the table; of the column `split` in tables that were written at once."""

SETTING = "SKG_HELD_OUT_PER_MILLE"


class OtherShare(BadInput):
    """A writer's setting is not the table's."""


def properties_of(per_mille: int) -> Properties:
    """The properties of a table that holds out so many scenes of 1,000."""
    return {PROPERTY: str(per_mille)}


def marked(columns: pa.Schema, per_mille: int) -> pa.Schema:
    """The columns with the property, for a table that is written at once."""
    place = columns.get_field_index("split")
    return columns.set(place, columns.field(place).with_metadata(dict(properties_of(per_mille))))


def share_of(table: Table) -> int:
    """The table's share, 50 where it has none. Raises BadInput for a property that is no share."""
    text = table.properties.get(PROPERTY, str(HELD_OUT_WHERE_UNSTATED))
    share = whole_number(text)
    if share is None or share > MAX_HELD_OUT_PER_MILLE:
        raise BadInput(f"the table's property {PROPERTY} is {shown(text)}, no number from 0 to {MAX_HELD_OUT_PER_MILLE}")
    return share


def require_share(table: Table, uri: str, per_mille: int) -> None:
    """Raise OtherShare where the table has another share."""
    found = share_of(table)
    if found != per_mille:
        raise OtherShare(
            f"the dataset at {uri} holds out {found} scenes of 1,000, {SETTING} is {per_mille}:"
            f" set {SETTING}={found} for render and write, or name another dataset in SKG_DATASET_URI"
        )


def refusal_of(sample: QAEvent, per_mille: int) -> PermanentError | None:
    """The failure of a sample whose questions were asked for another share; None where it fits."""
    if sample.held_out_per_mille == per_mille:
        return None
    return PermanentError(
        "held_out_share",
        f"the picture was drawn with {SETTING}={sample.held_out_per_mille}, the dataset holds out {per_mille} of 1,000",
    )
