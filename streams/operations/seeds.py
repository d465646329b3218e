"""Seed concepts from arguments or a file, all checked before anything is published.

In: a concept with options, or JSON lines.  Out: SeedConcept events, or BadSeeds that names every faulty line.
Does not talk to a broker.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ConfigDict, Field, ValidationError

from schemas.base import Model
from schemas.events import MAX_CONCEPT_CHARS, MAX_CONTEXT_CHARS, MAX_GRAPHS_PER_SEED_EVENT, SeedConcept, SeedOptions
from schemas.ids import concept_key, derived_seed, make_seed

MAX_FAULTS_SHOWN = 10
MAX_GRAPHS = 10_000_000
"""Limit of the graphs of one request: more is probably a typing error; use several requests with different `salt`s."""

DENSE = (6, 12)
"""Fewest and most objects of a dense graph: with few objects there is little to count and to reason about."""

ONE_IN = 3
"""One concept in this many is dense, where its options do not say how many objects."""

SAMPLE_SEEDS = Path(__file__).parent / "samples" / "seeds.jsonl"


class BadSeeds(ValueError):
    """Nothing was published. The message has one line per fault, with its place and what is wrong."""


class SeedRequest(Model):
    """One line of a seeds file: a concept, the number of its graphs, and options."""

    model_config = ConfigDict(title="seed")

    concept: str
    count: int = Field(1, ge=1, le=MAX_GRAPHS)
    first: int = Field(0, ge=0)
    context: str = ""
    options: SeedOptions = SeedOptions()


def expand(request: SeedRequest) -> Iterator[SeedConcept]:
    """The events of a request: no event asks for more graphs than one agent should take at a time.

    Where the options do not say how many objects, a third of the concepts (by their content) get `DENSE` graphs.
    """
    done, options = 0, _with_usual_density(request)
    while done < request.count:
        count = min(MAX_GRAPHS_PER_SEED_EVENT, request.count - done)
        yield make_seed(request.concept, count, request.first + done, request.context, options)
        done += count


def _with_usual_density(request: SeedRequest) -> SeedOptions:
    options, concept = request.options, concept_key(request.concept)
    counted = {"min_objects", "max_objects"} & options.model_fields_set
    if counted or options.graph is not None or derived_seed("density", concept, options.salt) % ONE_IN:
        return options
    return options.model_copy(update={"min_objects": DENSE[0], "max_objects": DENSE[1]})


def seeds_of(request: SeedRequest) -> list[SeedConcept]:
    """The events of one request. Raises BadSeeds."""
    try:
        return list(expand(request))
    except ValidationError as error:
        raise BadSeeds(explain(error)) from error


def read_seeds(path: Path) -> list[SeedConcept]:
    """The events of a seeds file (JSON lines; empty lines and lines that start with # are skipped). Raises BadSeeds."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadSeeds(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadSeeds(f"{path}: not UTF-8 text (byte {error.start})") from error
    return parse_seeds(text.splitlines(), str(path))


def read_context(path: Path) -> str:
    """The text of a context file. Raises BadSeeds for one that cannot be read, is empty or too long."""
    try:
        text = path.read_text("utf-8").strip()
    except OSError as error:
        raise BadSeeds(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadSeeds(f"{path}: not UTF-8 text (byte {error.start})") from error
    if not 1 <= len(text) <= MAX_CONTEXT_CHARS:
        raise BadSeeds(f"{path}: a context has 1 to {MAX_CONTEXT_CHARS} characters, this one has {len(text)}")
    return text


def parse_seeds(lines: Iterable[str], name: str) -> list[SeedConcept]:
    """The events of JSON lines; `name` is the file's name in faults. Raises BadSeeds with all faulty lines."""
    seeds: list[SeedConcept] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            seeds.extend(expand(SeedRequest.model_validate(json.loads(line))))
        except json.JSONDecodeError as error:
            faults.append(f"{name}, line {number}: not JSON: {error.msg} at column {error.colno}")
        except RecursionError:
            faults.append(f"{name}, line {number}: nested too deeply")
        except ValidationError as error:
            faults.append(f"{name}, line {number}: {explain(error)}")
    if faults:
        raise BadSeeds("\n".join(abridged(faults, MAX_FAULTS_SHOWN)))
    if not seeds:
        raise BadSeeds(f"{name}: holds no seeds")
    return seeds


def abridged(lines: Sequence[str], limit: int) -> list[str]:
    """The first of the lines, and how many more there are."""
    more = [f"… and {len(lines) - limit} more"] if len(lines) > limit else []
    return [*lines[:limit], *more]


def explain(error: ValidationError) -> str:
    """What is wrong with a seed, in one line."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"]) or "seed"
    if fault["loc"] == ("concept",) and fault["type"] in ("string_too_long", "string_too_short"):
        length = f", this one has {len(str(fault['input']))}" if fault["type"] == "string_too_long" else ""
        return f"concept: must have 1 to {MAX_CONCEPT_CHARS} characters{length}"
    if fault["type"] == "model_type":
        return f"{where}: must be a JSON object"
    return f"{where}: {fault['msg']}"


def distribute_graphs(seeds: list[SeedConcept], graphs: int) -> list[SeedConcept]:
    """The same concepts with `graphs` graphs in total, distributed evenly; concepts beyond `graphs` are omitted."""
    each, rest = divmod(graphs, len(seeds))
    counts = [each + (1 if place < rest else 0) for place in range(len(seeds))]
    return [seed.model_copy(update={"count": count}) for seed, count in zip(seeds, counts, strict=True) if count]


def requests_of(seeds: Iterable[SeedConcept]) -> set[tuple[str, int]]:
    """Every (seed id, graph index) of the seeds: each ends in exactly one outcome."""
    return {(seed.seed_id, index) for seed in seeds for index in range(seed.first, seed.first + seed.count)}
