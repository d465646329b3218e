"""What to review next: samples at random, or of each kind of question in turn, those that a reviewer has not seen.

In: a dataset's address, a reviewer.  Out: ids of samples in the order of review, always the same for the same dataset.
"""

from collections import defaultdict
from collections.abc import Collection
from itertools import chain, zip_longest
from typing import Literal

from dataset.reading.lineage import checked_beginning, whole_sample_id
from dataset.review.verdict_table import counting_verdicts
from dataset.table.delta_table import Options, Table
from schemas.errors import BadInput
from schemas.ids import derived_seed

Order = Literal["random", "stratified"]


def require_sample(uri: str, sample: str, questions: Collection[str], options: Options = None) -> int:
    """The version of the dataset that has the sample, and of it these questions. Raises BadInput, NoDataset."""
    table = Table.load(uri, options)
    quoted = sample.replace("'", "''")
    found = table.query(f"SELECT questions FROM samples WHERE sample_id = '{quoted}'")["questions"].to_pylist()
    if not found:
        raise BadInput(f"there is no sample {sample!r} at {uri}")
    for question in sorted(set(questions) - {each["id"] for each in found[0]}):
        raise BadInput(f"sample {sample} has no question {question!r}")
    return table.version


def whole_ids(uri: str, sample: str, question: str | None, options: Options = None) -> tuple[str, str | None]:
    """The ids of the one sample, and of the one of its questions, that begin so. Raises BadInput, NoSample, NoDataset."""
    table = Table.load(uri, options)
    whole = whole_sample_id(table, uri, sample)
    if question is None:
        return whole, None
    typed = checked_beginning(question, "question")
    (questions,) = table.query(f"SELECT questions FROM samples WHERE sample_id = '{whole}'")["questions"].to_pylist()
    found = [each["id"] for each in questions if each["id"].startswith(typed)]
    if len(found) != 1:
        raise BadInput(f"sample {whole} has {'more than one' if found else 'no'} question that begins with {typed}")
    return whole, found[0]


def review_queue(uri: str, order: Order, reviewer: str, options: Options = None) -> list[str]:
    """The samples that the reviewer has said nothing of.

    `random`: by a hash of the id.  `stratified`: one for each kind of question in turn, so that rare kinds come early.
    """
    rows = Table.load(uri, options).query("SELECT sample_id, questions FROM samples").to_pylist()
    seen = {each.sample_id for each in counting_verdicts(uri, options) if each.reviewer == reviewer}
    waiting = sorted((row for row in rows if row["sample_id"] not in seen), key=lambda row: _draw(row["sample_id"]))
    if order == "random":
        return [row["sample_id"] for row in waiting]
    by_kind: dict[str, list[str]] = defaultdict(list)
    for row in waiting:
        for kind in {question["kind"] for question in row["questions"]}:
            by_kind[kind].append(row["sample_id"])
    rare_first = sorted(by_kind.values(), key=len)
    taken = chain.from_iterable(zip_longest(*rare_first))
    return list(dict.fromkeys(one for one in taken if one is not None))


def _draw(sample: str) -> int:
    return derived_seed("review", sample)
