"""`python -m tests.alerts services|models|waits|bulk --out FILE`: what metrics show while things go wrong.

In: which run.  Out: a recording of `tools.record_series` for the tests of the alerts; 40, 36, 43 and 30 minutes in true
time.
"""

import argparse
import tempfile
import threading
from pathlib import Path

from tests.alerts.prometheus import RULES
from tests.alerts.runs import RUNS
from tools.record_series import Recording, metrics_in, record

EVERY_S = 15.0


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
