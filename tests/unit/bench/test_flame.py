"""A flame graph shows who called what, and how much of the processor's time that took."""

import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench.flame import Node, folded, main, sampled, svg, tree

SEEN = Counter({("run", "work", "inner"): 6, ("run", "work"): 1, ("run", "rest; and more"): 3})


def burn(seconds: float) -> None:
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        pass


def test_folded_stacks_have_a_line_each():
    assert folded(SEEN) == "run;rest, and more 3\nrun;work 1\nrun;work;inner 6\n"


def test_the_tree_counts_calls_with_all_that_they_call():
    root = tree(SEEN)
    assert (root.name, root.count) == ("run", 10)
    assert {name: child.count for name, child in root.children.items()} == {"work": 7, "rest; and more": 3}


def test_the_picture_is_as_wide_as_the_share_and_names_what_is_hidden():
    picture = ElementTree.fromstring(svg(tree(SEEN), "draw <now>"))
    titles = [title.text for title in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert "work: 70.0 %" in titles
    assert "rest; and more: 30.0 %" in titles
    widths = [float(rect.get("width", "0")) for rect in picture.findall(".//{*}g/{*}rect")]
    assert widths[0] == pytest.approx(1200)
    assert sorted(widths)[1] == pytest.approx(720)


def test_a_call_too_narrow_to_see_is_left_out():
    root = Node("all", 10_000, {"wide": Node("wide", 9_999), "narrow": Node("narrow", 1)})
    assert "narrow" not in svg(root, "")


def test_a_thread_is_sampled_by_the_processor_time_that_it_takes():
    with sampled() as seen:
        burn(0.3)
    inside = sum(count for stack, count in seen.items() if any(name.startswith("burn ") for name in stack))
    assert inside >= 20
    assert inside >= 0.9 * sum(seen.values())
    after = sum(seen.values())
    burn(0.05)
    assert sum(seen.values()) == after


def test_an_unknown_part_is_named_with_those_that_there_are(capsys: pytest.CaptureFixture[str]):
    assert main(["nothing"]) == 2
    assert "there is no part 'nothing'; there are plan, draw" in capsys.readouterr().err


def test_a_stage_becomes_stacks_and_a_picture(tmp_path: Path):
    assert main(["plan", "--seconds", "0.3", "--out", str(tmp_path)]) == 0
    assert "RulePlanner.plan_now" in (tmp_path / "plan.folded").read_text()
    ElementTree.fromstring((tmp_path / "plan.svg").read_text())
