"""The command's root: assembles the families and turns known failures into one line and an exit code.

Exit codes: 0 done, 1 it ran and failed, or found what it looks for (faults, a missed goal), 130 interrupted, 2 nothing was
done: an argument, value, setting, file or extra is wrong or missing, or a service does not answer or refuses the login.
"""

import os
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from monitoring.redaction import hide_in_tracebacks, redacted
from schemas.errors import MissingExtra
from streams.address_redaction import passwords_in
from streams.cli import (
    phrase_commands,
    process_commands,
    service_commands,
    spatial_commands,
    status_commands,
    topic_commands,
)
from streams.cli.command_help import NamedCommands
from streams.cli.dataset_commands import (
    evaluation_commands,
    eyes_commands,
    gallery_commands,
    growth_commands,
    quality_commands,
    review_commands,
)
from streams.cli.environments import go_on_with, interpreter_with
from streams.cli.failures import EXIT_FAILURE, FAILURES, report
from streams.cli.recovery_commands import rejection_commands, replay_commands, request_commands, whatif_commands
from streams.cli.seed_commands import ingest_command, knowledge_commands, seed_command
from streams.cli.setup_commands import capacity_command, doctor_command, model_commands
from streams.errors import Misused

DOCTOR = "doctor"

OF_COMPLETION = ("--install-completion", "--show-completion")

END_S = 15.0
"""How long a process lives on after its command: a library's thread that hangs would keep it forever."""

_HELP = """Turns seed concepts into a growing dataset of images and questions with proven answers.

Start with `skg demo`, or `eval "$(skg up)"` and then run the processes yourself.
"""


def build() -> typer.Typer:
    """The whole command."""
    app = typer.Typer(
        name="skg", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, rich_markup_mode=None,
        cls=NamedCommands,
    )  # fmt: skip
    app.callback()(_options)
    for family in (
        service_commands,
        process_commands,
        topic_commands,
        seed_command,
        ingest_command,
        replay_commands,
        request_commands,
        status_commands,
        capacity_command,
        doctor_command,
        gallery_commands,
        evaluation_commands,
        quality_commands,
        whatif_commands,
    ):
        family.register(app)
    of_dataset = growth_commands.build()
    quality_commands.extend(of_dataset)
    app.add_typer(of_dataset, name="dataset")
    app.add_typer(rejection_commands.build(), name="rejections")
    app.add_typer(review_commands.build(), name="review")
    app.add_typer(model_commands.build(), name="models")
    app.add_typer(spatial_commands.build(), name="spatial")
    app.add_typer(knowledge_commands.build(), name="knowledge")
    app.add_typer(phrase_commands.build(), name="phrases")
    app.add_typer(eyes_commands.build(), name="eyes")
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"skg-factory {version('skg-factory')}")
        raise typer.Exit


def _options(
    _: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="show the version")] = False,
) -> None:
    pass


def main() -> None:
    """The entry point of `skg`. The process ends with the command, even if a thread hangs."""
    hide_in_tracebacks()
    code = EXIT_FAILURE
    try:
        code = run(sys.argv[1:])
    finally:
        last = threading.Timer(END_S, os._exit, (code,))
        last.daemon = True
        last.start()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Typer itself handles wrong usage (2) and Ctrl-C (130)."""
    redacted.learn(password for one in arguments if "://" in one for password in passwords_in(one))
    try:
        _refuse_value(arguments)
        if list(arguments[:1]) != [DOCTOR]:  # which says of itself what is wrong with them
            _check_knowledge()
        build()(list(arguments), prog_name="skg")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has closed the pipe, as `head` does
    except MissingExtra as missing:
        python = interpreter_with(missing.extra)
        return report(missing) if python is None else go_on_with(python, missing.extra, arguments)
    except FAILURES as error:
        return report(error)
    return 0


def _refuse_value(arguments: Sequence[str]) -> None:
    """Raise Misused for a word after an option of completion: Typer would do as if it were not there."""
    if len(arguments) > 1 and arguments[0] in OF_COMPLETION and not arguments[1].startswith("-"):
        said = f"it is for the shell that runs it, as bash, zsh or fish (got {arguments[1]!r})"
        raise Misused(f"{arguments[0]} takes no value: {said}")


def _check_knowledge() -> None:
    """Load knowledge folders before a command begins: a fault in them ends every command alike."""
    if os.environ.get("SKG_KNOWLEDGE"):
        from spatial.knowledge.knowledge_base import check_knowledge
        from spatial.questions.wording.paraphrase_gate import require_admitted

        check_knowledge()
        require_admitted()
