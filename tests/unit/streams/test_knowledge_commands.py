"""`skg knowledge` prints the words that the factory knows, for people and as JSON lines."""

import json

import pytest

from streams.cli.root import run


@pytest.mark.parametrize("kind", ["scenes", "categories", "relations", "families", "attributes"])
def test_each_kind_is_listed_as_lines_and_as_json(kind: str, capsys: pytest.CaptureFixture[str]):
    assert run(["knowledge", kind]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert run(["knowledge", kind, "--json"]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.split("  ")[0] for line in lines] == [entry["name"] for entry in entries]


def test_a_search_that_finds_nothing_says_what_there_is(capsys: pytest.CaptureFixture[str]):
    assert run(["knowledge", "scenes", "ktchen"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "skg: no scenes with 'ktchen'; there is 'kitchen'\n")
