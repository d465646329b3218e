"""`python -m tests.alerts --out FILE`: what a factory's metrics show while one thing after the other goes wrong.

In: nothing.  Out: a recording of `tools.record_series` for the tests of the alerts; 40 minutes in true time.
"""

import argparse
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import serving
from tests.alerts.prometheus import RULES
from tests.alerts.watched import UNKNOWN, WatchedFactory, watched
from tools.record_series import Recording, metrics_in, record

EVERY_S, FEED_S = 15.0, 15.0
END_S = 2400.0

BULK, REFUSED = 150, 600
"""Graphs that are asked for at once; graphs of a concept that no scene fits."""

CALL_S = "60"
"""The limit of a call for the renderer that hangs."""

TOKENS = "3000"
"""The budget of the agents that have one."""

Deed = Callable[[WatchedFactory], None]


def deeds(model: str) -> Sequence[tuple[float, str, Deed]]:
    """What happens when, in seconds; the name of the moment."""

    def with_budget(factory: WatchedFactory) -> None:
        factory.start("agents", SKG_LLM_URL=model, SKG_LLM_MODEL="stub", SKG_LLM_MAX_TOKENS=TOKENS)
        factory.ask(20)

    return (
        (300, "poison, a bulk feed and a concept that no scene fits", _poison_and_feed),
        (600, "render is killed", lambda factory: factory.kill("render")),
        (1020, "render is back", lambda factory: factory.start("render")),
        (1080, "the store dies", WatchedFactory.stop_store),
        (1290, "the store is back", WatchedFactory.start_store),
        (1350, "the broker dies", WatchedFactory.stop_broker),
        (1560, "the broker is back", WatchedFactory.start_broker),
        (1620, "render hangs", lambda factory: factory.start("render", "hang", SKG_CALL_S=CALL_S)),
        (1635, "the agents have a budget", with_budget),
    )


def _poison_and_feed(factory: WatchedFactory) -> None:
    factory.poison()
    factory.ask(BULK)
    factory.ask(REFUSED, UNKNOWN)


def main() -> None:
    """Record a run."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the YAML file to write")
    out = parser.parse_args().out
    folder = Path(tempfile.mkdtemp(prefix="skg-alerts-"))
    recording, stopping = Recording(EVERY_S), threading.Event()
    with serving(lifelike) as stub, watched(folder, FEED_S) as factory:
        scraper = threading.Thread(target=record, args=(recording, factory.state, stopping), daemon=True)
        scraper.start()
        for at, name, deed in deeds(stub.url):
            threading.Event().wait(at - recording.length * EVERY_S)
            recording.mark(name)
            deed(factory)
        threading.Event().wait(END_S - recording.length * EVERY_S)
        stopping.set()
        scraper.join()
    recording.write(out, metrics_in(RULES.read_text("utf-8")))


if __name__ == "__main__":
    main()
