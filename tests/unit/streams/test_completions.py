"""What a shell is offered after an option whose values are names: the names that there are."""

import os
import subprocess
import sys

import pytest

CASES = [
    ("skg dataset export --format l", {"llava", "llama-vision", "lmms-eval"}),
    ("skg render --renderer coll", {"collage"}),
    ("skg demo --renderer sol", {"solid"}),
    ("skg eval --split t", {"train", "test"}),
    ("skg dataset export --split val", {"validation"}),
    ("skg tail skg.im", {"skg.images"}),
    ("skg rejections list --stage ag", {"agents"}),
    ("skg rejections list --reason no_l", {"no_layout"}),
    ("skg review add 3fa9 flag --reason am", {"ambiguous"}),
]


def offered(line: str) -> set[str]:
    """What bash is offered at the end of a line."""
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1), "_SKG_COMPLETE": "complete_bash"}
    command = [sys.executable, "-c", "from streams.cli.root import build; build()(prog_name='skg')"]
    done = subprocess.run(command, env=os.environ | asked, capture_output=True, text=True, check=False)
    return {word.strip() for word in done.stdout.splitlines()}


@pytest.mark.parametrize(("line", "names"), CASES, ids=[line for line, _ in CASES])
def test_names_are_completed(line: str, names: set[str]):
    assert offered(line) == names
