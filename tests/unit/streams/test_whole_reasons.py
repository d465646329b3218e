"""Neither a narrow terminal's setting nor a pipe cuts or breaks a reason."""

import pytest
from rich.text import Text

from schemas.errors import PermanentError
from schemas.reference.examples import seed
from streams.cli.arguments import console_of_output
from streams.cli.recovery_commands.replay_commands import line
from streams.recovery.dead_letter_selection import Letter
from streams.steps.dead_letters import dead_letter
from tests.fakes.steps import record_of

REASON = "the store at http://127.0.0.1:9000 refused the key " + 60 * "again and " + "the last word"


def test_a_dead_letter_is_listed_with_its_whole_reason() -> None:
    letter = dead_letter(record_of(seed()), "agents", PermanentError("failed", REASON))
    assert line(Letter(letter, 0, None)).endswith(REASON)


def test_a_reason_in_a_pipe_stays_on_its_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    console_of_output().print(Text(REASON, style="bold red"))
    assert capsys.readouterr().out == f"{REASON}\n"
