"""The command's root: puts the families together and turns known failures into one line and an exit code.

Exit codes: 0 done, 1 a known failure, 130 interrupted, 2 wrong usage, bad input, or a service that does not answer or does
not let us in.
"""

import os
import sys
import threading
from collections.abc import Sequence

import typer
from pydantic import ValidationError

from monitoring.redaction import hide_in_tracebacks, redacted
from schemas.errors import BadInput, BadKnowledge, NotAdmitted, RetryableError, UserError
from streams.address_redaction import masked
from streams.cli import (
    process_commands,
    rejection_commands,
    replay_commands,
    request_commands,
    service_commands,
    spatial_commands,
    status_commands,
    topic_commands,
    whatif_commands,
)
from streams.cli.dataset_commands import evaluation_commands, gallery_commands, growth_commands, quality_commands
from streams.errors import Misconfigured, Unreachable
from streams.operations.seeds import BadSeeds

EXIT_FAILURE, EXIT_USAGE, EXIT_AWAY = 1, 2, 2

END_S = 15.0
"""How long a process lives on after its command: a thread of a library that hangs would keep it for ever."""

_HELP = """Turns seed concepts into a growing dataset of images and questions with proven answers.

Start with `skg demo`, or `eval "$(skg up)"` and then run the processes yourself.
"""


def build() -> typer.Typer:
    """The whole command."""
    app = typer.Typer(
        name="skg", help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, rich_markup_mode=None,
    )  # fmt: skip
    for family in (
        service_commands,
        process_commands,
        topic_commands,
        replay_commands,
        request_commands,
        status_commands,
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
    app.add_typer(spatial_commands.build(), name="spatial")
    return app


def main() -> None:
    """The entry point of `skg`. The process ends with the command, though something of it hangs."""
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
    """One call of the command; the exit code. Typer itself handles wrong usage (2) and Ctrl-C (130)."""
    try:
        _check_knowledge()
        build()(list(arguments), prog_name="skg")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # our reader has left, as `head` does
    except (BadInput, BadKnowledge, BadSeeds, ValidationError) as error:
        return _say(_plain(error), EXIT_USAGE)
    except (NotAdmitted, Misconfigured, Unreachable, RetryableError) as error:
        return _say(str(error), EXIT_AWAY)
    except UserError as error:
        return _say(str(error), EXIT_FAILURE)
    except OSError as error:  # a folder that may not be written, a full disk
        return _say(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), EXIT_FAILURE)
    return 0


def _check_knowledge() -> None:
    """Knowledge from outside the package is looked at before a command begins: a fault in it ends every command alike."""
    if os.environ.get("SKG_KNOWLEDGE"):
        from spatial.knowledge.knowledge_base import check_knowledge

        check_knowledge()


def _plain(error: BadInput | BadKnowledge | BadSeeds | ValidationError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    name = f"SKG_{where.upper()}" if error.title.endswith("Settings") else where
    given = fault["input"]
    if not isinstance(given, str | int | float):  # all settings together, secrets among them
        return f"{name}: {fault['msg']}" if where else fault["msg"]
    return f"{name}: {fault['msg']} (got {masked(str(given))!r})"


def _say(message: str, code: int) -> int:
    for line in redacted(message).splitlines():
        sys.stderr.write(f"skg: {line}\n")
    return code
