"""A real Prometheus with the factory's rules, in which a minute of a rule may be shorter than a minute.

In: a folder, the ports of processes, how many seconds a minute is.  Out: the alerts that fire, and what a query gives.
"""

import json
import re
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

import monitoring
from monitoring.panels.panel_rows import Panel, asked
from streams.services.ports import free_ports
from streams.services.program_cache import find_program
from tests.fakes.services import require
from tests.fakes.wait import until

RULES = Path(monitoring.__file__).parent / "rules" / "skg.yaml"
FIRING = 'ALERTS{alertstate="firing"}'
_MINUTES = re.compile(r"\b(\d+)m\b")
_HOURS = re.compile(r"\b(\d+)h\b")


def shortened(rules: str, minute_s: int) -> str:
    """The rules with minutes of so many seconds: durations, and thresholds that are written as a product with 60."""
    text = _MINUTES.sub(lambda found: f"{int(found[1]) * minute_s}s", rules)
    text = _HOURS.sub(lambda found: f"{int(found[1]) * 60 * minute_s}s", text)
    return text.replace("* 60 * 60", f"* {60 * minute_s}").replace("* 60", f"* {minute_s}")


RATE = "30s"
"""The interval that Grafana would choose for scrapes of a second."""


class Prometheus:
    """A running server."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"

    def ready(self) -> bool:
        """Whether it answers queries."""
        try:
            urllib.request.urlopen(f"{self._address}/-/ready", timeout=2).close()
        except OSError:
            return False
        return True

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """The labels and values of an instant query."""
        asked = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{self._address}/api/v1/query?{asked}", timeout=5) as answer:
            found = json.load(answer)["data"]["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def shown(self, panel: Panel) -> list[tuple[dict[str, str], float]]:
        """What a panel of a dashboard shows at this moment, whatever is chosen."""
        return self.query(asked(panel, RATE))

    def firing(self, name: str = "") -> set[tuple[str, str]]:
        """The name and the stage of each alert that fires; of one name, or of all."""
        found = {(labels["alertname"], labels.get("stage", "")) for labels, _ in self.query(FIRING)}
        return {each for each in found if each[0] == (name or each[0])}

    def fired(self, seconds: int) -> set[str]:
        """The names of all alerts that fired in the last seconds."""
        return {labels["alertname"] for labels, _ in self.query(f"max_over_time({FIRING}[{seconds}s])")}


@contextmanager
def watching(folder: Path, ports: Iterable[int], minute_s: int) -> Iterator[Prometheus]:
    """A Prometheus that scrapes these ports each second."""
    require("prometheus")
    folder.mkdir()
    (folder / "rules.yaml").write_text(shortened(RULES.read_text("utf-8"), minute_s), "utf-8")
    targets = [f"127.0.0.1:{port}" for port in ports]
    settings = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "skg", "static_configs": [{"targets": targets}]}],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    (port,) = free_ports(1)
    command = [
        str(find_program("prometheus")), f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            server = Prometheus(port)
            until(server.ready, 30, f"Prometheus (log: {folder / 'log'})")
            yield server
        finally:
            process.kill()
