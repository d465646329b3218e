"""`skg seed`: asks the factory for pictures of a concept, once it is said how the concept is understood."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add

if TYPE_CHECKING:
    from schemas.events import SeedConcept


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "seed", seed)


DENSITY = "[default: 2 to 5, of a third of the seeds 6 to 12, more where more are named]"


def seed(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    concept: Annotated[str | None, typer.Argument(help="what the pictures should be of, 1 to 200 characters")] = None,
    file: Annotated[Path | None, typer.Option(help="JSON lines, CSV or TSV with a header, or concepts")] = None,
    count: Annotated[int, typer.Option(help="graphs of this concept", min=1)] = 1,
    min_objects: Annotated[int | None, typer.Option(help=f"fewest objects of a graph {DENSITY}", min=1, max=12)] = None,
    max_objects: Annotated[int | None, typer.Option(help="most objects of a graph", min=1, max=12)] = None,
    require: Annotated[list[str] | None, typer.Option(help="a category that must be there")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="a category that must not be there")] = None,
    family: Annotated[list[str] | None, typer.Option(help="a weighed relation family, as in direction=2")] = None,
    salt: Annotated[str, typer.Option(help="any text: asks for other graphs of the same concept")] = "",
    context_file: Annotated[
        Path | None, typer.Option(help="text about the concept that a language model may draw on, UTF-8")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say how it is understood, and publish nothing")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="publish what must be rejected, too")] = False,
) -> None:
    """Publish seed concepts; print their ids. Example: skg seed "street market" --count 20"""
    from streams.errors import BadSeeds
    from streams.operations.seeds import SeedRequest, seeds_of
    from streams.seed_files.seed_reading import is_seed_file, read_context, read_seeds

    if (concept is None) == (file is None):
        raise BadSeeds("give either a concept or --file")
    if concept is not None and is_seed_file(concept):
        file, concept = Path(concept), None
    if file is not None:
        _require_none(
            {
                "--count": count != 1, "--min-objects": min_objects, "--max-objects": max_objects, "--require": require,
                "--exclude": exclude, "--family": family, "--salt": salt, "--context-file": context_file,
            }
        )  # fmt: skip
        seeds = read_seeds(file)
    else:
        sizes = {"min_objects": min_objects, "max_objects": max_objects}
        options = {
            **{name: number for name, number in sizes.items() if number is not None},
            "salt": salt, "families": _weights(family or []),
            "required_objects": tuple(require or ()), "excluded": tuple(exclude or ()),
        }  # fmt: skip
        context = "" if context_file is None else read_context(context_file)
        values = {"concept": concept, "count": count, "context": context, "options": options}
        seeds = seeds_of(SeedRequest.model_validate(values))
    _say_readings(seeds, dry_run, anyway)
    if not dry_run:
        _publish(seeds)


def _require_none(given: dict[str, object]) -> None:
    """Raise BadSeeds for options beside a seeds file, which would not apply to its lines."""
    from streams.errors import BadSeeds

    said = [name for name, value in given.items() if value]
    if said:
        raise BadSeeds(f"{', '.join(said)}: options of a concept; in a seeds file each line has its own")


def _say_readings(seeds: list["SeedConcept"], dry_run: bool, anyway: bool) -> None:
    """Say how each seed is understood. Raises BadSeeds for those that must be rejected, unless they are wanted anyway."""
    from streams.readings.concept_readings import faults_of, readings_of

    readings = readings_of(seeds)
    for line in readings.lines(all_of_them=dry_run):
        typer.echo(line, err=not dry_run)
    if not anyway:
        faults_of(readings)


def _publish(seeds: list["SeedConcept"]) -> None:
    from monitoring.otel_export import exporting
    from streams.operations.seed_publisher import publish_seeds
    from streams.settings import KafkaSettings

    with exporting("seed"):
        publish_seeds(KafkaSettings(), seeds)
    for one in dict.fromkeys(seed.seed_id for seed in seeds):
        typer.echo(one)
    graphs = sum(seed.count for seed in seeds)
    typer.echo(
        f"skg: published, {graphs} graph{'' if graphs == 1 else 's'} wanted; skg status --watch follows them", err=True
    )


def _weights(pairs: list[str]) -> dict[str, float]:
    from streams.errors import BadSeeds

    weights: dict[str, float] = {}
    for pair in pairs:
        name, equals, weight = pair.partition("=")
        if name in weights:
            raise BadSeeds(f"--family {name} is given twice")
        try:
            weights[name] = float(weight) if equals else 1.0
        except ValueError:
            raise BadSeeds(f"--family {pair}: {weight!r} is not a number") from None
    return weights
