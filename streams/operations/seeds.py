"""Requests for seeds, checked before anything is published.

In: a concept with options.  Out: SeedConcept events, or BadSeeds with what is wrong.
Reads no files (`streams.seed_files` does) and does not talk to a broker.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from agents.concepts.concept_reading import read_concept
from schemas.base import Model
from schemas.events import MAX_CONCEPT_CHARS, MAX_GRAPHS_PER_SEED_EVENT, SeedConcept, SeedOptions
from schemas.ids import concept_key, derived_seed, make_seed
from schemas.texts.fault_words import in_plain_words
from schemas.texts.written_text import MAX_SHOWN, Phrase, Prose, each_text, phrase, prose, shown
from streams.errors import BadSeeds

MAX_FAULTS_SHOWN = 10
MAX_GRAPHS = 10_000_000
"""Limit of the graphs of one request: more is probably a typing error; use several requests with different `salt`s."""

DENSE = (6, 12)
"""Fewest and most objects of a dense graph: with few objects there is little to count and to reason about."""

SUPPORTS = 2
"""Objects besides those that a concept names: some stand on others, which it need not name."""

ONE_IN = 3
"""One concept in this many is dense, where its options do not say how many objects."""

SAMPLES = Path(__file__).parent / "samples"
SAMPLE_SEEDS = SAMPLES / "seeds.jsonl"

OF_RENDERERS = {"solid": SAMPLES / "solid_seeds.jsonl"}
"""Samples for renderers that cannot draw every scene of the usual ones."""


def _written_options(given: object) -> object:
    """The options with texts as people should write them; those of a graph may be prose."""
    if not isinstance(given, dict):
        return given
    graph = {"graph": each_text(given["graph"], prose)} if "graph" in given else {}
    return {phrase(str(name)): each_text(value, phrase) for name, value in given.items() if name != "graph"} | graph


class SeedRequest(Model):
    """One request: a concept, the number of its graphs, and options. Numbers are numbers, not texts or true."""

    model_config = ConfigDict(title="seed")

    concept: Phrase
    count: int = Field(1, ge=1, le=MAX_GRAPHS, strict=True)
    first: int = Field(0, ge=0, strict=True)
    context: Prose = ""
    options: Annotated[SeedOptions, BeforeValidator(_written_options)] = SeedOptions()


def expand(request: SeedRequest) -> Iterator[SeedConcept]:
    """The events of a request: no event asks for more graphs than one agent should take at a time.

    Where the options do not say how many objects, a third of the concepts (by their content) get `DENSE` graphs, and of the
    others those that name more than the usual number some more than they name.
    """
    done, options = 0, _with_usual_density(request)
    while done < request.count:
        count = min(MAX_GRAPHS_PER_SEED_EVENT, request.count - done)
        yield make_seed(request.concept, count, request.first + done, request.context, options)
        done += count


def _with_usual_density(request: SeedRequest) -> SeedOptions:
    options, concept = request.options, concept_key(request.concept)
    if {"min_objects", "max_objects"} & options.model_fields_set or options.graph is not None:
        return options
    if derived_seed("density", concept, options.salt) % ONE_IN == 0:
        return options.model_copy(update={"min_objects": DENSE[0], "max_objects": DENSE[1]})
    named = sum(thing.count for thing in read_concept(request.concept).things)
    if named < options.max_objects:
        return options
    return options.model_copy(update={"max_objects": min(named + SUPPORTS, DENSE[1])})


def seeds_of(request: SeedRequest) -> list[SeedConcept]:
    """The events of one request. Raises BadSeeds."""
    try:
        return list(expand(request))
    except ValidationError as error:
        raise BadSeeds(explain(error)) from error


def abridged(lines: Sequence[str], limit: int) -> list[str]:
    """The first of the lines, and how many more there are."""
    more = [f"… and {len(lines) - limit} more"] if len(lines) > limit else []
    return [*lines[:limit], *more]


def explain(error: ValidationError) -> str:
    """What is wrong with a seed, in one line."""
    fault = error.errors()[0]
    where = ".".join(_place(part) for part in fault["loc"]) or "seed"
    if fault["loc"] == ("concept",) and fault["type"] in ("string_too_long", "string_too_short"):
        length = f", this one has {len(str(fault['input']))}" if fault["type"] == "string_too_long" else ""
        return f"concept: must have 1 to {MAX_CONCEPT_CHARS} characters{length}"
    if fault["type"] == "model_type":
        return f"{where}: must be a JSON object"
    return f"{where}: {in_plain_words(fault)}"


def _place(part: int | str) -> str:
    """A part of the address of a fault; names that people gave may hold anything."""
    return part if isinstance(part, str) and part.isidentifier() and len(part) <= MAX_SHOWN else shown(str(part)).strip("'")


def distribute_graphs(seeds: list[SeedConcept], graphs: int) -> list[SeedConcept]:
    """The same concepts with `graphs` graphs in total, distributed evenly; concepts beyond `graphs` are omitted."""
    each, rest = divmod(graphs, len(seeds))
    counts = [each + (1 if place < rest else 0) for place in range(len(seeds))]
    return [seed.model_copy(update={"count": count}) for seed, count in zip(seeds, counts, strict=True) if count]


def requests_of(seeds: Iterable[SeedConcept]) -> set[tuple[str, int]]:
    """Every (seed id, graph index) of the seeds: each ends in exactly one outcome."""
    return {(seed.seed_id, index) for seed in seeds for index in range(seed.first, seed.first + seed.count)}
