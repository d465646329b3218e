"""A client id tells stage, host and process."""

import os
import socket

import pytest
from pydantic import ValidationError

from streams.broker.client_id import client_id, parse_client_id
from streams.settings import RenderSettings


def test_a_client_id_names_stage_host_and_process() -> None:
    said = parse_client_id(client_id("render"))
    assert said is not None
    assert (said.stage, said.pid) == ("render", os.getpid())
    assert len(said.host) == len(socket.gethostname())


def test_hosts_may_hold_dashes() -> None:
    said = parse_client_id("skg-render-gpu-node-3-17")
    assert said is not None
    assert (said.stage, said.host, said.pid) == ("render", "gpu-node-3", 17)


def test_other_programs_are_not_taken_for_ours() -> None:
    assert parse_client_id("kafka-python-3.0.12") is None


def test_a_static_member_has_a_short_session() -> None:
    assert RenderSettings(kafka_instance="render-0", kafka_session_s=15).kafka_instance == "render-0"
    with pytest.raises(ValidationError, match="at most 15"):
        RenderSettings(kafka_instance="render-0", kafka_session_s=16)
