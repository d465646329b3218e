"""`skg spatial` as a filter that another program holds a conversation with."""

import json
import os
import select
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-c", "from streams.cli import main; main()", "spatial", "normalise"]

PATIENCE_S = 20
"""Seconds for a process to start and answer: starting takes a fraction of one."""


@pytest.mark.thorough
def test_a_line_is_answered_before_the_next_one_is_sent():
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write('{"phrase": "near"}\n')
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        process.stdin.close()
        assert ready
        assert json.loads(process.stdout.readline()) == {"predicates": ["near"]}


@pytest.mark.thorough
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_bytes_that_are_no_text_and_ambiguous_json_make_faulty_lines(locale: str):
    lines = (
        b'\xff\n{"phrase": "near", "phrase": "on"}\n{"phrase": "\xff\\ud800"}\n' + b"[" * 5000 + b'\n{"phrase": "near"}\n'
    )
    environment = {**os.environ, "LC_ALL": locale, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(COMMAND, input=lines, capture_output=True, check=True, env=environment, timeout=PATIENCE_S)
    *faulty, last = map(json.loads, done.stdout.splitlines())
    assert [list(line) for line in faulty] == [["error"]] * 4
    assert faulty[1]["error"] == "the key 'phrase' is there twice"
    assert (last, done.stderr) == ({"predicates": ["near"]}, b"")
