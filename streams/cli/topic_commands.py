"""Commands around the topics: seed, tail, replay, topics."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.topics import SEEDS, TOPICS
from streams.cli.command_help import add


def register(app: typer.Typer) -> None:
    """Add the commands."""
    text = "Create or verify the topics. Example: skg topics apply"
    topics = typer.Typer(help=text, short_help=text, no_args_is_help=True)
    add(topics, "apply", topics_apply)
    add(topics, "check", topics_check)
    app.add_typer(topics, name="topics")
    add(app, "seed", seed)
    add(app, "tail", tail)


def topics_apply(
    partitions: Annotated[
        list[str] | None, typer.Option(help="TOPIC=N: create it with so many partitions, or grow it; may be repeated")
    ] = None,
) -> None:
    """Create the topics that are missing. Example: skg topics apply --partitions skg.graphs=64"""
    from streams.broker.topic_admin import apply, grow
    from streams.broker.topic_partitions import parse_partitions
    from streams.errors import Misused
    from streams.settings import KafkaSettings

    try:
        asked = parse_partitions(partitions or ())
    except ValueError as error:
        raise Misused(f"--partitions: {error}") from error
    settings = KafkaSettings()
    lines = [f"{name} grew from {before} to {now} partitions" for name, (before, now) in grow(settings, asked).items()]
    lines += [f"created {name}" for name in apply(settings, asked)]
    typer.echo("\n".join(lines) or "all topics are there")


def topics_check() -> None:
    """Compare the broker's topics with the table; exit 1 where they differ. Example: skg topics check"""
    from streams.broker.topic_admin import check
    from streams.settings import KafkaSettings

    differences = check(KafkaSettings())
    typer.echo("\n".join(differences) or "all topics are as they should be")
    raise typer.Exit(1 if differences else 0)


def seed(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    concept: Annotated[str | None, typer.Argument(help="what the pictures should be of, 1 to 200 characters")] = None,
    file: Annotated[Path | None, typer.Option(help="JSON lines: concept, count, first, context, options")] = None,
    count: Annotated[int, typer.Option(help="graphs of this concept", min=1)] = 1,
    min_objects: Annotated[int, typer.Option(help="fewest objects of a graph", min=1, max=12)] = 2,
    max_objects: Annotated[int, typer.Option(help="most objects of a graph", min=1, max=12)] = 5,
    require: Annotated[list[str] | None, typer.Option(help="a category that must be there")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="a category that must not be there")] = None,
    family: Annotated[list[str] | None, typer.Option(help="a weighed relation family, as in direction=2")] = None,
    salt: Annotated[str, typer.Option(help="any text: asks for other graphs of the same concept")] = "",
    context_file: Annotated[
        Path | None, typer.Option(help="text about the concept that a language model may draw on, UTF-8")
    ] = None,
) -> None:
    """Publish seed concepts; print their ids. Example: skg seed "street market" --count 20"""
    from monitoring.otel_export import exporting
    from streams.operations.seed_publisher import publish_seeds
    from streams.operations.seeds import BadSeeds, SeedRequest, read_context, read_seeds, seeds_of
    from streams.settings import KafkaSettings

    if (concept is None) == (file is None):
        raise BadSeeds("give either a concept or --file")
    if file is not None and context_file is not None:
        raise BadSeeds("--context-file goes with a concept; in a seeds file each line has its own `context`")
    if file is not None:
        seeds = read_seeds(file)
    else:
        options = {
            "min_objects": min_objects, "max_objects": max_objects, "salt": salt, "families": _weights(family or []),
            "required_objects": tuple(require or ()), "excluded": tuple(exclude or ()),
        }  # fmt: skip
        context = "" if context_file is None else read_context(context_file)
        wish = {"concept": concept, "count": count, "context": context, "options": options}
        seeds = seeds_of(SeedRequest.model_validate(wish))
    with exporting("seed"):
        publish_seeds(KafkaSettings(), seeds)
    for one in dict.fromkeys(seed.seed_id for seed in seeds):
        typer.echo(one)


def _weights(pairs: list[str]) -> dict[str, float]:
    from streams.operations.seeds import BadSeeds

    weights = {}
    for pair in pairs:
        name, equals, weight = pair.partition("=")
        try:
            weights[name] = float(weight) if equals else 1.0
        except ValueError:
            raise BadSeeds(f"--family {pair}: {weight!r} is not a number") from None
    return weights


def tail(
    topic: Annotated[str, typer.Argument(help=f"one of {', '.join(TOPICS)}")] = SEEDS,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="wait for more until Ctrl-C")] = False,
    meta: Annotated[bool, typer.Option("--meta", help="wrap each event with its partition, offset, key, headers")] = False,
) -> None:
    """Decoded events as JSON lines. Example: skg tail skg.qa | jq .questions[].question"""
    from streams.operations.topic_tail import lines
    from streams.settings import KafkaSettings

    if topic not in TOPICS:
        raise typer.BadParameter(f"{topic!r} is no topic; there are {', '.join(TOPICS)}")
    for line in lines(KafkaSettings(), topic, follow=follow, meta=meta):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
