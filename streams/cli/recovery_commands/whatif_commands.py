"""`skg whatif`: what would be accepted with other settings, over stored pictures."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from schemas.texts.fault_words import did_you_mean, in_plain_words
from streams.cli.arguments import where
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import Uri
from streams.errors import Misused, Unreachable

if TYPE_CHECKING:
    from streams.demo.left_store import LeftStore
    from streams.recovery.whatif import Verdicts, WhatIf
    from streams.settings import ExamineSettings


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "whatif", whatif)


def whatif(
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="a setting that judges, as in SKG_NSFW_ABOVE=0.8; several times")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="only the newest so many samples and rejections", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object: {reason: {now, then}}")] = False,
    uri: Uri = None,
) -> None:
    """Accepted and rejected, now and with other settings. Example: skg whatif --set SKG_QUESTION_MARGIN=2"""
    from schemas.errors import RetryableError
    from streams.demo.left_store import LeftStore
    from streams.recovery.judged_events import accepted, rejected

    given = _given(changes or [])
    settings, address = _settings(given), where(uri)
    with LeftStore(address[0], settings) as left:
        judging = _judging(settings, left)
        try:
            judging.judge_all(accepted(*address, limit))
            judging.judge_all(rejected(*address, limit))
        except RetryableError as failure:
            raise Unreachable(str(failure)) from failure
    found = judging.verdicts
    typer.echo(json.dumps(found.as_json()) if as_json else _in_words(found, given))


def _given(changes: list[str]) -> dict[str, str]:
    """The changed settings, by name. Raises Misused."""
    from streams.settings import judging

    given = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if name not in judging() or not equals:
            meant = did_you_mean(name, judging())
            known = name in judging()
            fault = f"--set {name} needs a value, as in {name}=…" if known else f"--set {name} does not judge{meant}"
            raise Misused(f"{fault}; the settings that judge are {', '.join(judging())}")
        given[name] = value
    return given


def _settings(given: Mapping[str, str]) -> "ExamineSettings":
    """The settings of the environment with these changes; an empty value is the default. Raises Misused."""
    from streams.settings import ExamineSettings, judging

    fields = {judging()[name]: value for name, value in given.items()}
    defaults = {name: ExamineSettings.model_fields[name].default for name, value in fields.items() if not value}
    try:
        settings = ExamineSettings(**{**fields, **defaults})
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        if name not in fields:
            raise
        raise Misused(f"SKG_{name.upper()}: {in_plain_words(fault)} (got {fault['input']!r})") from None
    weak, firm = settings.detector_weak, settings.detector_firm
    if weak is not None and firm is not None and weak > firm:
        raise Misused("SKG_DETECTOR_WEAK is above SKG_DETECTOR_FIRM")
    return settings


def _judging(settings: "ExamineSettings", left: "LeftStore") -> "WhatIf":
    from gpu_workers.examine import Examiners
    from schemas.errors import require_extras
    from streams.adapters import vision_factories
    from streams.recovery.whatif import OverlayStore, WhatIf
    from streams.storage.s3 import S3Store

    judge = None
    if settings.mllm_url is not None:
        require_extras("llm")
        from streams.llm import factory

        bucket = settings.s3_notes_bucket or f"{settings.s3_bucket}-notes"
        reached = left.reached_by(settings)
        answers = OverlayStore(lambda: S3Store(reached.model_copy(update={"s3_bucket": bucket})))
        judge = factory.make_judge(settings, answers, S3Store(reached).link)
    return WhatIf(
        lambda: S3Store(left.reached_by(settings)),
        Examiners(vision_factories.detector_of(settings), judge),
        vision_factories.policy_of(settings),
    )


def _in_words(found: "Verdicts", given: Mapping[str, str]) -> str:
    """A table, the changes, and why some pictures have no verdict."""
    lines = [f"with {', '.join(f'{name}={value}' for name, value in given.items()) or 'the settings as they are'}"]
    lines.append(f"{'':<22}{'now':>10}{'then':>10}{'':>10}")
    for verdict, counts in found.as_json().items():
        moved = counts["then"] - counts["now"]
        said = f"{moved:+,}" if moved else ""
        lines.append(f"{verdict.replace('_', ' '):<22}{counts['now']:>10,}{counts['then']:>10,}{said:>10}")
    lines += [f"not judged: {count} {why}" for why, count in sorted(found.why.items())]
    return "\n".join(line.rstrip() for line in lines)
