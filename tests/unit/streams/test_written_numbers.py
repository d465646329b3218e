"""Numbers that people write into arguments, settings and files: read, or refused in one line."""

from pathlib import Path

import pytest

from schemas.errors import BadInput
from schemas.texts.fault_words import counted
from schemas.texts.written_text import whole_number
from streams.broker.connection import KafkaConnection
from streams.broker.topic_partitions import parse_partitions
from streams.cli.root import run
from streams.errors import Misconfigured
from tests.fakes.events import make_qa
from tests.fakes.gallery import store_samples

NO_NUMBERS = ["\u00b2", "\u0663", "9" * 5000, "", "-3", "1e3", "3.0", "0x1"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_only_digits_that_fit_are_a_number(text: str):
    assert whole_number(text) is None
    assert whole_number("0123") == 123


@pytest.fixture
def table(tmp_path: Path) -> str:
    store_samples(str(tmp_path / "table"), [make_qa()])
    return str(tmp_path / "table")


@pytest.mark.parametrize("text", ["\u00b2", "9" * 5000])
def test_a_number_that_is_none_is_refused_in_one_line(table: str, text: str, capsys: pytest.CaptureFixture[str]):
    state = Path(table).with_name("state")
    state.write_text(text, "utf-8")
    for arguments in (
        ["info", table, "--version", text],
        ["subset", table, "--density", f"{text}-6", "--out", f"{table}-part"],
        ["follow", table, "--state", str(state), "--once"],
    ):
        assert run(["dataset", *arguments]) in (1, 2)
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines()), len(said.err) < 400) == ("", 1, True)


@pytest.mark.parametrize("text", ["\u00b2", "9" * 5000])
def test_settings_with_such_numbers_are_refused(text: str):
    with pytest.raises(Misconfigured, match="needs host:port"):
        _ = KafkaConnection.plain(f"broker:{text}").addresses
    with pytest.raises((ValueError, BadInput), match="is no number of partitions"):
        parse_partitions([f"skg.qa={text}"])


@pytest.mark.parametrize(("number", "said"), [(0, "0 samples"), (1, "1 sample"), (2, "2 samples"), (2000, "2,000 samples")])
def test_what_is_counted_is_said_as_people_say_it(number: int, said: str):
    assert counted(number, "sample") == said
