"""Commands for topics: topics, tail."""

import json
import sys
from typing import Annotated

import typer

from schemas.topics import SEEDS, TOPICS
from streams.cli import completions
from streams.cli.command_help import add, family_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    text = "Create or verify the topics. Example: skg topics apply"
    topics = family_of(text)
    add(topics, "apply", topics_apply)
    add(topics, "check", topics_check)
    app.add_typer(topics, name="topics")
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


def tail(
    topic: Annotated[str, typer.Argument(help=f"one of {', '.join(TOPICS)}", autocompletion=completions.topics)] = SEEDS,
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
