"""The balance of a run in which things went wrong: what was asked against what came of it, by id.

In: evidence, as plain values read from tables, topics and the bucket.  Out: a line for every fault, and counts.
Pure: talks to nothing, so that its own tests can hand it a lost request and see it say so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

Request = tuple[str, int]
"""A seed's id and the number of one of its graphs."""


@dataclass(frozen=True)
class Twin:
    """A near duplicate that was rejected: the sample that it would have been, and the request that its evidence names as
    the first; None where that is of no picture that was ever announced."""

    sample: str
    first: Request | None


Twins = Mapping[Request, Twin]


@dataclass(frozen=True)
class Undisturbed:
    """What a run in which nothing happened made of each request, as far as it is a sample or a near duplicate."""

    samples: Mapping[Request, str]
    twins: Twins = field(default_factory=dict)


SHOWN = 6
"""Ids that a line names; the number is always there."""


@dataclass(frozen=True)
class Letter:
    """A dead letter: where its message failed for the first time, what it ended, and which stage gave it up."""

    origin: str
    requests: frozenset[Request]
    stage: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a run left behind. `rows` and `rejections` are as often in here as they are in their tables.

    `undisturbed`: the sample of each request in a run in which nothing happened, and the near duplicates that it rejected.
    `twins`: those that this run rejected.  `unnamed`: messages put in that no request can be read from.  `lags`: what each
    group has not committed of each partition, where that is not zero.
    """

    asked: Set[Request]
    rows: Sequence[tuple[Request, str]]
    rejections: Sequence[tuple[Request, str]]
    letters: Sequence[Letter]
    undisturbed: Undisturbed
    twins: Twins = field(default_factory=dict)
    unnamed: int = 0
    announced: Set[str] = frozenset()
    objects: Set[str] = frozenset()
    lags: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Balance:
    """`faults` is empty when all is well. `lost` requests have no outcome, `twice` have more than one.

    `exchanged`: requests with another outcome than undisturbed because their near twin came first, or came later.
    """

    faults: list[str]
    lost: int
    twice: int
    accepted: int
    rejected: int
    dead: int
    unnamed: int
    exchanged: int = 0


def balance(evidence: Evidence) -> Balance:
    """Every promise, held against the evidence."""
    outcomes = _outcomes(evidence)
    lost = evidence.asked - outcomes.keys()
    twice = {request for request, ends in outcomes.items() if len(ends) > 1}
    dead = {request for letter in evidence.letters for request in letter.requests}
    unnamed = {letter.origin for letter in evidence.letters if not letter.requests}
    faults = [
        *_named("requests without any outcome", map(_text, lost)),
        *_named("requests with more than one outcome", (f"{_text(r)} {sorted(outcomes[r])}" for r in twice)),
        *_named("outcomes that nobody asked for", map(_text, outcomes.keys() - evidence.asked)),
        *_named("sample ids more than once in the dataset", _repeated(sample for _, sample in evidence.rows)),
        *_named("rejection ids more than once in their table", _repeated(one for _, one in evidence.rejections)),
        *_samples(evidence, dead, "samples missing from the dataset"),
        *_twins(evidence, dead),
        *_store(evidence),
        *_named("lag at the broker", (f"{where}: {lag}" for where, lag in evidence.lags.items() if lag)),
    ]
    if len(unnamed) != evidence.unnamed:
        faults.append(
            f"{evidence.unnamed} messages without a request were put in, {len(unnamed)} dead letters tell of them"
        )
    counts = [len({request for request, _ in pairs}) for pairs in (evidence.rows, evidence.rejections)]
    exchanged = len(_exchanged(evidence, dead))
    return Balance(faults, len(lost), len(twice), counts[0], counts[1], len(dead), len(unnamed), exchanged)


def missing_after_replay(evidence: Evidence) -> list[str]:
    """Once the fault is gone and all was sent back, the dataset is that of an undisturbed run, each sample once."""
    return [
        *_samples(evidence, frozenset(), "samples that a replay did not bring"),
        *_twins(evidence, frozenset()),
        *_named("sample ids more than once in the dataset", _repeated(sample for _, sample in evidence.rows)),
        *_named("lag at the broker", (f"{where}: {lag}" for where, lag in evidence.lags.items() if lag)),
    ]


def _outcomes(evidence: Evidence) -> dict[Request, set[str]]:
    """The distinct ends of each request. A dead letter that was written twice of one message is one end."""
    ends: dict[Request, set[str]] = defaultdict(set)
    for request, sample in evidence.rows:
        ends[request].add(f"accepted {sample}")
    for request, rejection in evidence.rejections:
        ends[request].add(f"rejected {rejection}")
    for letter in evidence.letters:
        for request in letter.requests:
            ends[request].add("dead letter")
    return ends


def _samples(evidence: Evidence, dead: Set[Request], missing: str) -> list[str]:
    """The dataset against that of the undisturbed run: what differs must be explained by near twins, one by one."""
    found, exchanged = {sample for _, sample in evidence.rows}, _exchanged(evidence, dead)
    wanted = {r: sample for r, sample in evidence.undisturbed.samples.items() if r not in dead}
    unwanted = {r: sample for r, sample in evidence.rows if sample not in wanted.values()}
    return [
        *_named(missing, (sample for r, sample in wanted.items() if sample not in found and r not in exchanged)),
        *_named(
            "samples that an undisturbed run does not have",
            (sample for r, sample in unwanted.items() if r in dead or r not in exchanged),
        ),
    ]


def _exchanged(evidence: Evidence, dead: Set[Request]) -> set[Request]:
    """Requests whose twin came first this time and is kept, and those whose twin came first only the other time."""
    kept, before = dict(evidence.rows), evidence.undisturbed
    lost = {r for r in before.samples if r not in kept and r not in dead and _kept_twin(r, evidence, dead)}
    won = {r for r, twin in before.twins.items() if kept.get(r) == twin.sample and twin.first not in {None, r, *kept}}
    return lost | won


def _kept_twin(request: Request, evidence: Evidence, dead: Set[Request]) -> bool:
    """Whether it was rejected for the sake of another picture, and that one is in the dataset or in a dead letter.

    Of three near ones at the same time, one may have been rejected for another that was rejected itself: it is followed.
    """
    kept, seen = {r for r, _ in evidence.rows}, {request}
    twin = evidence.twins.get(request)
    while twin is not None and twin.first is not None and twin.first not in seen:
        if twin.first in kept or twin.first in dead:
            return True
        seen.add(twin.first)
        twin = evidence.twins.get(twin.first)
    return False


def _twins(evidence: Evidence, dead: Set[Request]) -> list[str]:
    """Every near duplicate was rejected for one that is there; of two near ones not both are."""
    kept, both = {r for r, _ in evidence.rows}, evidence.undisturbed.twins.items()
    return [
        *_named(
            "duplicates whose twin is not there either",
            (_text(r) for r in evidence.twins if r not in kept and not _kept_twin(r, evidence, dead)),
        ),
        *_named(
            "near duplicates that are both in the dataset",
            (f"{_text(r)} and {_text(twin.first)}" for r, twin in both if twin.first and {r, twin.first} <= kept),
        ),
    ]


def _store(evidence: Evidence) -> list[str]:
    return [
        *_named("pictures announced but not in the store", evidence.announced - evidence.objects),
        *_named("objects in the store that no event names", evidence.objects - evidence.announced),
    ]


def _repeated(ids: Iterable[str]) -> list[str]:
    return [one for one, count in Counter(ids).items() if count > 1]


def _text(request: Request) -> str:
    return f"{request[0][:8]}#{request[1]}"


def _named(what: str, ids: Iterable[str]) -> list[str]:
    found = sorted(ids)
    more = " …" if len(found) > SHOWN else ""
    return [f"{len(found)} {what}: {', '.join(found[:SHOWN])}{more}"] if found else []
