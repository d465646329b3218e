"""A dashboard's own chart: its queries are asked with everything chosen, and what they give is drawn."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from monitoring.dashboard import DASHBOARDS
from monitoring.panels.panel_rows import Panel
from tools import dashboard_chart
from tools.dashboard_chart import legend_of, main, series_of

PANEL = Panel("Lag", "short", "{{stage}} {{topic}}", 'sum by (stage) (rate(x{job=~"$job"}[$__rate_interval]))', "Unread.")
END = 1000.0


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(query)  # type: ignore[attr-defined]
        values = [[940.0, "1"], [970.0, "2.5"], [1000.0, "4"]]
        body = json.dumps({"data": {"result": [{"metric": {"stage": "render"}, "values": values}]}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A Prometheus that gives one series to every query."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    running.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_panel_is_asked_for_with_everything_chosen_and_its_series_have_their_legend(server: ThreadingHTTPServer) -> None:
    (series,) = series_of(PANEL, address(server), END, minutes=2)
    assert series == dashboard_chart.Series("render", (-1.0, -0.5, 0.0), (1.0, 2.5, 4.0))
    (query,) = server.asked  # type: ignore[attr-defined]
    assert query["query"] == ['sum by (stage) (rate(x{job=~".*"}[60s]))']
    assert (query["start"], query["end"]) == (["880.0"], ["1000.0"])


def test_a_legend_has_the_labels_that_are_there() -> None:
    assert legend_of("{{stage}}: {{ reason }}", {"stage": "render"}) == "render:"


def test_every_panel_of_a_dashboard_is_drawn(
    server: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "chart.png"
    arguments = ["skg-factory", "--prometheus", address(server), "--out", str(file)]
    monkeypatch.setattr(sys, "argv", ["dashboard_chart", *arguments])
    assert main() == 0
    with Image.open(file) as picture:
        assert picture.width > 800
    panels = [panel for row in DASHBOARDS["skg-factory"][1] for panel in row.panels]
    assert len(server.asked) == len(panels)  # type: ignore[attr-defined]


def test_a_server_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = "http://127.0.0.1:1"
    monkeypatch.setattr(sys, "argv", ["chart", "skg-gpu", "--prometheus", where, "--out", str(tmp_path / "c.png")])
    assert main() == 2
    assert where in capsys.readouterr().err
