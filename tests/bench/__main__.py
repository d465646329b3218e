"""`python -m tests.bench [PART …]`: measures the factory on this machine, in one run, and prints one table.

Out: bench.json (`{name, value, unit, n, limited_by}`), a line in a history file, and with --page docs/performance.md.
`--compare REF` runs the parts of this tree and of another revision in turns, and says what became slower than the noise.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from tests.bench.figures import Change, Figure, NotHere, changes, machine, page, save, table, written

PARTS: Mapping[str, str] = {
    "spatial": "tests.bench.spatial_core",
    "stages": "tests.bench.stage_cost",
    "efficiency": "tests.bench.efficiency",
    "growth": "tests.bench.growth",
    "scaling": "tests.bench.scaling",
    "age": "tests.bench.age",
    "language": "tests.bench.llm",
    "dataset": "tests.bench.dataset_rows",
    "gallery": "tests.bench.gallery_rows",
    "start": "tests.bench.start",
    "peers": "tests.bench.peers",
}
"""Each has `measured()`, an iterator of figures, which raises NotHere where this machine lacks what it needs."""

MARK = ("<!-- figures -->\n", "<!-- end of figures -->\n")
PAGE = Path("docs/performance.md")


def run(parts: Sequence[str]) -> list[Figure]:
    """The figures of some parts, each printed as it comes."""
    found = []
    for part in parts:
        measured: Callable[[], Iterator[Figure]] = import_module(PARTS[part]).measured
        try:
            for figure in measured():
                found.append(figure)
                sys.stderr.write(f"{figure.name}: {written(figure.value)} {figure.unit}\n")
        except NotHere as lacking:
            sys.stderr.write(f"{part}: not measured here: {lacking}\n")
    return found


def compare(parts: Sequence[str], revision: str, turns: int) -> list[Change]:
    """Runs of another revision and of this tree in turns, each in processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        subprocess.run(["git", "worktree", "add", "--detach", str(other), revision], check=True, capture_output=True)
        try:
            parts = _known_to(other, parts)
            runs: tuple[list[dict[str, Figure]], list[dict[str, Figure]]] = ([], [])
            for turn in range(turns):
                for kept, tree in zip(runs, (other, Path.cwd()), strict=True):
                    kept.append(_run_in(tree, parts, Path(folder) / f"{turn}.json"))
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(other)], check=True, capture_output=True)
    return changes(*runs)


def _known_to(tree: Path, parts: Sequence[str]) -> list[str]:
    """Those of the parts that the tree has too. Raises NotHere where it has none of them."""
    command = [sys.executable, "-c", "from tests.bench.__main__ import PARTS; print(*PARTS)"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    asked = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    known = asked.stdout.split()  # nothing where the revision has no bench
    for part in parts:
        if part not in known:
            sys.stderr.write(f"{part}: not compared: the other revision has no such part\n")
    if not set(parts) & set(known):
        raise NotHere("the other revision has none of these parts")
    return [part for part in parts if part in known]


def _run_in(tree: Path, parts: Sequence[str], out: Path) -> dict[str, Figure]:
    command = [sys.executable, "-m", "tests.bench", *parts, "--out", str(out)]
    subprocess.run(command, cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, check=True, stdout=subprocess.DEVNULL)
    return {row["name"]: Figure(**row) for row in json.loads(out.read_text("utf-8"))}


def main(arguments: Sequence[str]) -> int:
    """Run or compare; 1 where something became slower."""
    given = _parser().parse_args(arguments)
    parts = given.parts or list(PARTS)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        sys.stderr.write(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}\n")
        return 2
    if given.compare:
        try:
            found = compare(parts, given.compare, given.turns)
        except NotHere as lacking:
            sys.stderr.write(f"{lacking}\n")
            return 2
        for each in found:
            told = "SLOWER" if each.is_worse else "      "
            sys.stdout.write(f"{told}  {each.ratio:5.2f} times as good (noise {each.noise:.0%})  {each.name}\n")
        return 1 if any(each.is_worse for each in found) else 0
    on, figures = machine(), run(parts)
    save(figures, on, given.out, given.history)
    sys.stdout.write(table(figures) + "\n")
    if given.page:
        text, (start, end) = PAGE.read_text("utf-8"), MARK
        head, _, rest = text.partition(start)
        PAGE.write_text(f"{head}{start}\n{page(figures, on)}\n{end}{rest.partition(end)[2]}", "utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="file of the figures")
    parser.add_argument("--history", type=Path, help="file to which a line is added")
    parser.add_argument("--page", action="store_true", help=f"write the table into {PAGE}")
    parser.add_argument("--compare", metavar="REVISION", help="compare with another revision, by runs in turns")
    parser.add_argument("--turns", type=int, default=3, help="runs of each with --compare")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
