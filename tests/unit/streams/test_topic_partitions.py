"""Numbers of partitions: given by option and setting, refused with what is wrong before any broker is asked."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.topics import GRAPHS, IMAGES, TOPICS
from streams.broker.topic_partitions import MOST, parse_partitions
from streams.cli.root import run
from streams.settings import KafkaSettings

WRONG = {
    "skg.graphs": "TOPIC=NUMBER",
    "skg.pictures=4": "'skg.pictures' is no topic; there are skg.seeds",
    "skg.graphs=": "'' is no number of partitions",
    "skg.graphs=many": "'many' is no number of partitions",
    "skg.graphs=0": "give 1 to 10,000",
    "skg.graphs=-4": "give 1 to 10,000",
    "skg.graphs=4.5": "'4.5' is no number",
    "skg.graphs=10001": "give 1 to 10,000",
    "skg.graphs=4,skg.graphs=8": "skg.graphs is given 4 and 8 partitions",
}


def test_options_may_be_repeated_and_hold_several() -> None:
    assert parse_partitions([f"{GRAPHS}=64, {IMAGES} = 32", f"{GRAPHS}=64", ""]) == {GRAPHS: 64, IMAGES: 32}


@pytest.mark.thorough
@given(st.dictionaries(st.sampled_from(list(TOPICS)), st.integers(1, MOST)))
def test_what_is_written_down_is_read_back(wanted: dict[str, int]) -> None:
    assert parse_partitions([",".join(f"{name}={number}" for name, number in wanted.items())]) == wanted


@given(st.text(max_size=40))
def test_no_text_gives_anything_but_topics_or_a_reason(text: str) -> None:
    with suppress(ValueError):
        assert set(parse_partitions([text])) <= set(TOPICS)


@pytest.mark.thorough
@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_what_makes_no_sense_is_named_in_option_and_setting(
    text: str, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["topics", "apply", "--partitions", text]) == 2
    assert says in capsys.readouterr().err
    with pytest.raises(ValidationError, match="topic_partitions"):
        KafkaSettings(topic_partitions=text)
    monkeypatch.setenv("SKG_TOPIC_PARTITIONS", text)
    assert run(["topics", "check"]) == 2
    assert "SKG_TOPIC_PARTITIONS" in capsys.readouterr().err
