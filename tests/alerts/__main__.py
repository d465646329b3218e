"""`python -m tests.alerts services|models --out FILE`: what metrics show while one thing after the other goes wrong.

In: which run.  Out: a recording of `tools.record_series` for the tests of the alerts; 40 minutes, and 19, in true time.
"""

import argparse
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import serving
from tests.alerts.prometheus import RULES
from tests.alerts.watched import UNKNOWN, WatchedFactory, watched
from tests.chaos.disk import SmallDisk
from tests.chaos.model import Model
from tools.record_series import Recording, metrics_in, record

EVERY_S, FEED_S = 15.0, 15.0

BULK, REFUSED = 150, 600
"""Graphs that are asked for at once; graphs of a concept that no scene fits."""

CALL_S = "60"
"""The limit of a call for the renderer that hangs."""

TOKENS = "3000"
"""The budget of the agents that have one."""

Deed = Callable[[WatchedFactory], object]
Deeds = Sequence[tuple[float, str, Deed]]
"""What happens when, in seconds, and the name of the moment; the last one ends the run."""


def _nothing(factory: WatchedFactory) -> None:
    """The end."""


def _poison_and_feed(factory: WatchedFactory) -> None:
    factory.poison()
    factory.ask(BULK)
    factory.ask(REFUSED, UNKNOWN)


@contextmanager
def services(folder: Path) -> Iterator[tuple[WatchedFactory, Deeds]]:
    """A run in which a stage, the store and the broker are taken away, a call hangs and a budget is spent."""
    with serving(lifelike) as stub, watched(folder, FEED_S) as factory:

        def with_budget(_: WatchedFactory) -> None:
            factory.start("agents", SKG_LLM_URL=stub.url, SKG_LLM_MODEL="stub", SKG_LLM_MAX_TOKENS=TOKENS)
            factory.ask(20)

        yield (
            factory,
            (
                (300, "poison, a bulk feed and a concept that no scene fits", _poison_and_feed),
                (600, "render is killed", lambda factory: factory.kill("render")),
                (1020, "render is back", lambda factory: factory.start("render")),
                (1080, "the store dies", WatchedFactory.stop_store),
                (1290, "the store is back", WatchedFactory.start_store),
                (1350, "the broker dies", WatchedFactory.stop_broker),
                (1560, "the broker is back", WatchedFactory.start_broker),
                (1620, "render hangs", lambda factory: factory.start("render", "hang", SKG_CALL_S=CALL_S)),
                (1635, "the agents have a budget", with_budget),
                (2400, "the end", _nothing),
            ),
        )


@contextmanager
def models(folder: Path) -> Iterator[tuple[WatchedFactory, Deeds]]:
    """A run in which the dataset's disk is full, and then the language model is away."""
    model, disk = Model(), SmallDisk(folder / "disk")
    if disk.lacking:
        raise SystemExit(disk.lacking)
    with serving(model) as stub:
        more = {"SKG_LLM_URL": stub.url, "SKG_LLM_MODEL": "stub", "SKG_DATASET_URI": str(disk.folder / "dataset")}
        with watched(folder, FEED_S, **more) as factory:
            yield (
                factory,
                (
                    (120, "the disk fills", lambda _: disk.fill()),
                    (480, "the disk has room", lambda _: disk.empty()),
                    (525, "the model is away", lambda _: model.leave()),
                    (1125, "the end", _nothing),
                ),
            )
        disk.close()


RUNS = {"services": services, "models": models}


def main() -> None:
    """Record a run."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("run", choices=RUNS, help="what goes wrong")
    parser.add_argument("--out", type=Path, required=True, help="the YAML file to write")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="skg-alerts-"))
    recording, stopping = Recording(EVERY_S), threading.Event()
    with RUNS[given.run](folder) as (factory, deeds):
        scraper = threading.Thread(target=record, args=(recording, factory.state, stopping), daemon=True)
        scraper.start()
        for at, name, deed in deeds:
            threading.Event().wait(at - recording.length * EVERY_S)
            recording.mark(name)
            deed(factory)
        stopping.set()
        scraper.join()
    recording.write(given.out, metrics_in(RULES.read_text("utf-8")))


if __name__ == "__main__":
    main()
