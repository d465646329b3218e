"""Counts of objects, relations, density, kinds and answers in the dataset, and the outcome of every request.

In: the table's address; the table of rejections beside it, where there is one.  Out: plain values.
All counting is SQL over small columns (DuckDB); pictures are not read.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dataset.gallery.duckdb_index import UNDERSTOOD, CopySchema, TableCopy
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED, by_outcome
from dataset.review.review_report import Report, review_of
from dataset.table.delta_table import Options, Table
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import NoDataset, NoTable
from schemas.events import STAGES
from schemas.reasons import GATES, REASONS
from schemas.topics import REJECTIONS, TOPICS

TOP = 30
"""Objects and relations that are named; the others are only counted."""

Counts = dict[str, int]

_SAMPLES = CopySchema(
    columns={
        "scene": "scene",
        "split": "split",
        "understood": UNDERSTOOD,
        "categories": "[o.category for o in objects]",
        "predicates": "[r.predicate for r in relations]",
        "asked": "[{'kind': q.kind, 'answer': q.answer} for q in questions]",
    },
    leaves=frozenset(
        {"scene", "split", "provenance", "objects.category", "relations.predicate", "questions.kind", "questions.answer"}
    ),
)


@dataclass(frozen=True)
class Loss:
    """Requests (or single pictures) lost at a stage and gate for a reason. `meaning` is the reason in words."""

    stage: str
    gate: str
    reason: str
    count: int
    meaning: str


@dataclass(frozen=True)
class Stage:
    """Requests that reached a stage, and how many of them passed it."""

    stage: str
    reached: int
    passed: int


@dataclass(frozen=True)
class Statistics:
    """The dataset at one version. `density` is samples by number of visible objects, `answers` are by kind.

    `understood` counts samples by how the planner understood their concept (`schemas.graph.UNDERSTOOD`).

    `review` is what people say of it (`dataset.review.review_report`), None where nobody reviewed it.

    `losses` are requests that ended without a sample, `redrawn` pictures that were given up while their requests went on;
    of several judgements of a request the last counts.
    `objects_in_all` and `relations_in_all` count different ones, the top ones stand in `objects` and `relations`.
    """

    uri: str
    version: int
    samples: int
    questions: int
    splits: Counts
    scenes: Counts
    understood: Counts
    objects: Counts
    objects_in_all: int
    relations: Counts
    relations_in_all: int
    density: Counts
    kinds: Counts
    answers: dict[str, Counts]
    stages: tuple[Stage, ...]
    losses: tuple[Loss, ...]
    redrawn: tuple[Loss, ...]
    review: Report | None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


def statistics(uri: str, storage_options: Options = None) -> Statistics:
    """Count everything. Raises NoDataset, RetryableError."""
    copy = TableCopy(uri, storage_options, _SAMPLES)
    copy.refresh()
    if copy.table is None:
        raise NoTable(uri)
    things, relations = _unnested(copy, "categories"), _unnested(copy, "predicates")
    kinds = _counts(copy, "SELECT a.kind AS word FROM (SELECT unnest(asked) AS a FROM rows)")
    samples = _counts(copy, "SELECT split AS word FROM rows")
    losses, redrawn = _losses(copy.table, rejections_uri(uri), storage_options)
    return Statistics(
        uri=uri,
        version=copy.table.version,
        samples=sum(samples.values()),
        questions=sum(kinds.values()),
        splits=samples,
        scenes=_counts(copy, "SELECT scene AS word FROM rows"),
        understood=_counts(copy, "SELECT understood AS word FROM rows"),
        objects=_top(things),
        objects_in_all=len(things),
        relations=_top(relations),
        relations_in_all=len(relations),
        density=_by_number(_counts(copy, "SELECT len(categories)::VARCHAR AS word FROM rows")),
        kinds=kinds,
        answers=_answers(copy),
        stages=_stages(sum(samples.values()), losses),
        losses=losses,
        redrawn=redrawn,
        review=review_of(uri, storage_options),
    )


def _counts(copy: TableCopy, words: str) -> Counts:
    """How often each word comes, the commonest first."""
    found = copy.query(f"SELECT word, count(*) FROM ({words}) GROUP BY word ORDER BY 2 DESC, 1")
    return {str(word): int(count) for word, count in found}


def _unnested(copy: TableCopy, column: str) -> Counts:
    return _counts(copy, f"SELECT unnest({column}) AS word FROM rows")


def _top(counts: Counts) -> Counts:
    return dict(list(counts.items())[:TOP])


def _by_number(counts: Counts) -> Counts:
    return {word: counts[word] for word in sorted(counts, key=int)}


def _answers(copy: TableCopy) -> dict[str, Counts]:
    """The commonest answers of each kind."""
    rows = copy.query(
        "SELECT a.kind, a.answer, count(*) FROM (SELECT unnest(asked) AS a FROM rows) GROUP BY 1, 2 "
        f"QUALIFY row_number() OVER (PARTITION BY a.kind ORDER BY count(*) DESC, a.answer) <= {TOP} ORDER BY 1, 3 DESC, 2"
    )
    answers: dict[str, Counts] = {}
    for kind, answer, count in rows:
        answers.setdefault(str(kind), {})[str(answer)] = int(count)
    return answers


def _losses(samples: Table, uri: str, options: Options) -> tuple[tuple[Loss, ...], tuple[Loss, ...]]:
    """Losses by stage, gate and reason: final ones, and pictures drawn again. Empty without a table of rejections."""
    try:
        table = Table.load(uri, options)
    except NoDataset:
        return (), ()
    found = by_outcome(samples, table)
    return _by_reason(found[ENDED]), _by_reason(found[DRAWN_AGAIN])


def _by_reason(rejections: Sequence[Mapping[str, Any]]) -> tuple[Loss, ...]:
    counts = Counter((row["stage"], row["gate"], row["reason"]) for row in rejections)
    return tuple(
        Loss(stage, gate, reason, count, REASONS.get(reason) or GATES.get(gate, ""))
        for (stage, gate, reason), count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    )


def _stages(samples: int, losses: tuple[Loss, ...]) -> tuple[Stage, ...]:
    """Yield by stage: every request ends as a sample or as a loss, and stages run in sequence."""
    lost: Mapping[str, int] = {stage: sum(loss.count for loss in losses if loss.stage == stage) for stage in STAGES}
    reached, found = samples + sum(lost.values()), []
    for stage, count in lost.items():
        if count or stage in TOPICS[REJECTIONS].producer:
            found.append(Stage(stage, reached, reached - count))
        reached -= count
    return tuple(found)
