"""Records the metrics of a running factory as series for promtool, so that alerts are tested on what a real run shows.

In: a state folder with running processes.  Out: a YAML file of series in promtool's notation, the interval between two
values, and the moments that were named while it ran.
Does what a Prometheus does: a process that does not answer has stale series.
"""

import argparse
import re
import signal
import threading
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import yaml

from streams.operations.status import registered, scrape

PREFIX = "skg_"
STALE, MISSING = "stale", "_"


@dataclass
class Recording:
    """Values of each series, one every `interval_s` seconds, None where it was not there; named moments in seconds."""

    interval_s: float
    values: dict[str, list[float | None]] = field(default_factory=dict)
    moments: dict[str, float] = field(default_factory=dict)
    length: int = 0

    def add(self, shown: Mapping[str, float]) -> None:
        """One scrape of everything."""
        for name in set(self.values) | set(shown):
            self.values.setdefault(name, [None] * self.length).append(shown.get(name))
        self.length += 1

    def mark(self, moment: str) -> None:
        """Name the present moment."""
        self.moments[moment] = self.length * self.interval_s

    def write(self, file: Path, names: Container[str] | None = None) -> None:
        """Write the series in promtool's notation; only those of these metrics, if there are any."""
        chosen = {each for each in self.values if names is None or each.partition("{")[0] in names}
        series = [{"series": each, "values": notation(self.values[each])} for each in sorted(chosen)]
        content = {"interval_s": self.interval_s, "moments": self.moments, "series": series}
        file.write_text(yaml.safe_dump(content, width=10**6, sort_keys=False), "utf-8")


def notation(values: Sequence[float | None]) -> str:
    """The values in promtool's notation, equal ones as a run; the first of a gap is stale."""
    words: list[str] = []
    for value, run in groupby(values):
        count = len(list(run))
        if value is None:
            words += [STALE] if words else [MISSING]
            words += [f"{MISSING}x{count - 1}"] if count > 1 else []
        else:
            words.append(f"{value:.6g}x{count - 1}" if count > 1 else f"{value:.6g}")
    return " ".join(words)


def shown(state_dir: Path) -> dict[str, float]:
    """The series of all processes that are registered in the folder, each with its instance."""
    found: dict[str, float] = {}
    for _, port in registered(state_dir):
        for name, labels, value in scrape(port) or ():
            if name.startswith(PREFIX) and not name.endswith("_created"):
                found[_series(name, {**labels, "instance": f"127.0.0.1:{port}"}.items())] = value
    return found


def _series(name: str, labels: Iterable[tuple[str, str]]) -> str:
    pairs = ",".join(f'{label}="{value}"' for label, value in sorted(labels))
    return f"{name}{{{pairs}}}"


def metrics_in(rules: str) -> frozenset[str]:
    """The metrics that rules ask for."""
    return frozenset(re.findall(rf"\b{PREFIX}\w+", rules))


def record(recording: Recording, state_dir: Path, stopping: threading.Event) -> None:
    """Scrape every `interval_s` until `stopping` is set; a late scrape shifts no later one."""
    began = time.monotonic()
    while not stopping.wait(max(0.0, began + recording.length * recording.interval_s - time.monotonic())):
        recording.add(shown(state_dir))


def main() -> None:
    """Record until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--state", type=Path, default=Path(".skg"), help="SKG_STATE_DIR of the factory")
    parser.add_argument("--every", type=float, default=15.0, help="seconds between two scrapes")
    parser.add_argument("--rules", type=Path, help="a file of rules: only the metrics that it names are kept")
    parser.add_argument("--out", type=Path, required=True, help="the YAML file to write")
    given = parser.parse_args()
    recording, stopping = Recording(given.every), threading.Event()
    names = metrics_in(given.rules.read_text("utf-8")) if given.rules else None
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stopping.set())
    record(recording, given.state, stopping)
    recording.write(given.out, names)


if __name__ == "__main__":
    main()
