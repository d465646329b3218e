"""Secrets are hidden in every form that they are written in."""

import json
import logging
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.logs import set_up
from monitoring.redaction import LEAST_CHARS, Redactor, redacted

SECRET = 'pl"anted+/ säcret'


@given(st.text(min_size=LEAST_CHARS), st.text(), st.text())
def test_a_secret_that_is_known_is_in_no_text(secret: str, before: str, after: str):
    hide = Redactor()
    hide.learn([secret])
    for form in (secret, quote(secret, safe=""), json.dumps(secret), repr(secret)):
        assert "***" in hide(f"{before}{form}{after}")


def test_of_two_secrets_the_longer_is_hidden_whole():
    hide = Redactor()
    hide.learn(["sesame"])
    hide.learn(["sesame-open"])
    assert hide("sesame-open sesame") == "*** ***"


def test_short_and_empty_secrets_hide_nothing():
    hide = Redactor()
    hide.learn(["", "skg"])
    assert hide("skg.graphs") == "skg.graphs"


def test_logs_of_ours_and_of_libraries_and_their_tracebacks_hold_no_secret(capfd: pytest.CaptureFixture[str]):
    redacted.learn([SECRET])
    set_up("json", "test")
    logging.getLogger("somebody").error("with %s", SECRET)
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("somebody").exception("failed")
    said = capfd.readouterr().err
    assert "Traceback" in said
    assert "with ***" in said
    assert "ValueError: ***" in said
    assert SECRET not in said
    assert json.dumps(SECRET)[1:-1] not in said


@pytest.mark.parametrize("where", ["main", "thread"])
def test_what_ends_a_process_unexpectedly_is_told_without_secrets(where: str):
    code = (
        "import threading; from monitoring.redaction import *; hide_in_tracebacks(); redacted.learn(['planted-secret'])\n"
        "def fail(): raise RuntimeError('planted-secret')\n"
        f"fail() if {where == 'main'} else threading.Thread(target=fail).start()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "RuntimeError: ***" in done.stderr
    assert "planted-secret" not in done.stderr.replace(code, "").replace("raise RuntimeError('planted-secret')", "")
