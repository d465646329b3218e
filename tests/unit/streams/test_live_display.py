"""What a person sees while the demo runs."""

import time
from io import StringIO

from rich.console import Console

from schemas.reference.examples import sample, seed
from streams.demo.live_display import Display, picture, progress_line
from streams.demo.outcome_counts import OutcomeCounts
from streams.operations.seeds import requests_of
from streams.operations.status import StageStatus


def test_stages_bar_and_counts_stand_on_lines_of_their_own():
    outcomes = OutcomeCounts(requests_of([seed()]))
    outcomes.samples[sample().graph.seed_id, 0] = sample().sample_id
    outcomes.open.pop()
    console = Console(file=StringIO(), width=140, color_system=None)
    console.print(
        picture({"render": StageStatus(processes=1, accepted=1, lag=3, rate=2.0)}, outcomes, progress_line(outcomes, 1))
    )
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[-1].strip() == progress_line(outcomes, 1)
    assert set(lines[-2].strip()) <= set("━╸╺ ")
    assert any(line.split()[:1] == ["render"] for line in lines)


def test_the_last_line_of_a_file_is_the_last_state():
    outcomes = OutcomeCounts(requests_of([seed()]))
    console = Console(file=StringIO(), width=140, color_system=None)
    display = Display(console, began=time.monotonic())
    display.show({}, outcomes, 0)
    outcomes.samples[sample().graph.seed_id, 0] = sample().sample_id
    outcomes.open.clear()
    display.show({}, outcomes, 1)
    display.end(outcomes, 1)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert lines[1].startswith(progress_line(outcomes, 1))
