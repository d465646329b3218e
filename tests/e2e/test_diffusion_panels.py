"""The dashboards of a factory on a diffusion model: what is drawn, how long it takes, what is drawn again and why.

A model of noise is judged by what it should show, so every picture is drawn again until its attempts are used up.
"""

import re
from pathlib import Path

import pytest

from monitoring.panels import gpu_panels, stage_panels
from streams.demo.renderer_options import RendererOptions
from tests.alerts.prometheus import watching
from tests.alerts.watched import OF_A_RECORD, watched
from tests.fakes.wait import until

pytest.importorskip("torch", reason="torch is in the gpu extra: make test-gpu")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

MINUTE_S, FEED_S, PATIENCE_S = 2, 3.0, 300.0

DRAWN = [panel for row in gpu_panels.ROWS if row.title == "Pictures" for panel in row.panels]
JUDGED = [panel for row in stage_panels.ROWS if row.title == "Work" for panel in row.panels]


def test_what_a_model_draws_and_draws_again_is_in_every_panel_about_it(tmp_path: Path) -> None:
    with (
        watched(tmp_path, FEED_S, **RendererOptions("gligen", "tiny").environment(tmp_path)) as factory,
        watching(tmp_path / "prometheus", factory.ports.values(), MINUTE_S) as server,
    ):
        wanted = {panel.title for panel in (*DRAWN, *JUDGED)}
        shown: set[str] = set()

        def all_have_shown() -> bool:
            for panel in (*DRAWN, *JUDGED):
                if any(value > 0 for _, value in server.shown(panel)):
                    shown.add(panel.title)
            return shown == wanted

        until(all_have_shown, PATIENCE_S, "every panel has shown more than nothing")
        reasons = {labels["reason"] for labels, value in server.query("skg_redrawn_total") if value > 0}
        assert reasons == {"missing_object"}
        lines = factory.lines()
    assert [line["event"] for line in lines if line["logger"] == "stderr"] == [], "no library writes past the log"
    again = [line for line in lines if line["event"] == "a picture is drawn again"]
    assert again
    assert all(set(line) >= OF_A_RECORD and re.fullmatch("[0-9a-f]{32}", line["trace_id"]) for line in again)
