"""No secret is told: planted in every secret setting and every address, searched for in all that leaves the processes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, StoreSettings
from tests.fakes.planted import (
    command,
    echoing,
    files_below,
    planted,
    planted_addresses,
    planted_files,
    process_list,
    secret_names,
    told,
)
from tests.fakes.slow_params import slow
from tests.fakes.stage_process import StageProcess
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

COMMANDS = (
    ("config",),
    ("status", "--json"),
    ("seed", "street market"),
    ("topics", "check"),
    ("tail", "skg.dead-letters"),
    ("replay", "--all"),
    ("requests",),
    ("rejections", "list"),
    ("dataset", "info"),
    ("audit", "s3://bucket/dataset"),
    ("whatif",),
)
FEW = tuple(one for one in COMMANDS if one[0] in {"config", "seed", "dataset", "rejections", "whatif"})
"""What reads every kind of setting; starting all commands once is enough."""

KAFKA = {"SKG_KAFKA_SECURITY": "SASL_PLAINTEXT", "SKG_KAFKA_USERNAME": "me"}
AWAY = {
    "SKG_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "SKG_S3_ENDPOINT": "http://127.0.0.1:9",
    "SKG_DATASET_URI": "s3://bucket/dataset",
    "SKG_LLM_URL": "http://127.0.0.1:9/v1",
    "SKG_MLLM_URL": "http://127.0.0.1:9/v1",
    "SKG_MLLM_SAME_MODEL": "true",
}
Stage = Callable[..., StageProcess]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Starts processes that do not outlive the test."""
    started: list[StageProcess] = []

    def start(kind: str, environment: Mapping[str, str]) -> StageProcess:
        folder = tmp_path / f"{kind}-{len(started)}"
        folder.mkdir()
        started.append(StageProcess(kind, folder, environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def without(environment: Mapping[str, str], *prefixes: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(prefixes)}


def of(environment: Mapping[str, str], *prefixes: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(prefixes)}


def all_said(environment: Mapping[str, str], folder: Path, commands: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """What the commands say and leave behind."""
    with ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(lambda arguments: command(arguments, environment, folder / "state"), commands))
    return {place: text for one in texts for place, text in one.items()} | files_below(folder)


def shown(process: StageProcess) -> dict[str, str]:
    """What a process shows: its probes, its metrics, its log, its files, and what the list of processes shows of it."""
    asked = {path: process.ask(path)[1] for path in ("/metrics", "/healthz", "/readyz")}
    assert "skg_" in asked["/metrics"]
    return asked | files_below(process.folder) | {"process list": process_list()}


def test_a_secret_is_planted_for_every_service():
    assert {"kafka_password", "s3_secret_key", "llm_api_key", "mllm_api_key"} <= set(secret_names())
    assert len(set(planted().values())) == len(secret_names())


@pytest.mark.parametrize("where", ["variables", slow("files"), slow("addresses")])
def test_commands_tell_no_secret_where_nothing_answers(where: str, tmp_path: Path):
    if where == "addresses":
        environment = planted_addresses()
    else:
        found = planted() if where == "variables" else planted_files(tmp_path / "secrets")
        environment = {**AWAY, **KAFKA, **without(found, "SKG_KAFKA_KEY_PASSWORD")}
    (tmp_path / "out").mkdir()
    commands = COMMANDS if where == "variables" else FEW
    assert told(all_said(environment, tmp_path / "out", commands)) == []


def test_commands_tell_no_secret_where_the_store_refuses_the_keys(
    tansu_broker: str, minio_store: StoreSettings, tmp_path: Path
):
    there = {"SKG_KAFKA_BOOTSTRAP": tansu_broker, "SKG_S3_ENDPOINT": minio_store.s3_endpoint}
    environment = {**AWAY, **there, **without(planted(), "SKG_KAFKA")}
    assert told(all_said(environment, tmp_path, (*FEW, ("audit", "s3://bucket/dataset")))) == []
    damaged = {**environment, "SKG_S3_SECRET_KEY": ""}  # half of the keys, an error of settings
    assert told(command(("dataset", "info"), damaged, tmp_path)) == []


def test_an_error_of_all_settings_together_shows_none_of_them(tmp_path: Path):
    environment = {**AWAY, **planted(), "SKG_KAFKA_INSTANCE": "a", "SKG_KAFKA_SESSION_S": "60"}
    said = command(("render",), environment, tmp_path)
    assert "SKG_KAFKA_INSTANCE needs SKG_KAFKA_SESSION_S" in said["stderr of render"]
    assert told(said) == []


@pytest.mark.parametrize("kind", ["agents", "render", "examine", "write"])
def test_processes_without_their_broker_tell_no_secret(stage: Stage, kind: str):
    process = stage(kind, {**AWAY, **KAFKA, **without(planted(), "SKG_KAFKA_KEY_PASSWORD")})
    process.says("waiting for Kafka")
    assert told(shown(process)) == []
    process.stop(20)
    assert told(files_below(process.folder)) == []


@pytest.mark.parametrize("kind", ["render", "examine", "write"])
def test_processes_that_the_store_refuses_tell_no_secret(
    stage: Stage, kind: str, tansu_broker: str, minio_store: StoreSettings
):
    apply(KafkaSettings(kafka_bootstrap=tansu_broker))
    there = {"SKG_KAFKA_BOOTSTRAP": tansu_broker, "SKG_S3_ENDPOINT": minio_store.s3_endpoint}
    process = stage(kind, {**AWAY, **there, **without(planted(), "SKG_KAFKA")})
    assert process.ended(40) != 0
    assert "refused" in process.log()
    assert told(files_below(process.folder)) == []


@pytest.mark.parametrize("status", [401, slow(400)])
def test_a_language_model_that_repeats_the_key_is_not_repeated(
    stage: Stage, status: int, minio_store: StoreSettings, fresh_broker: Callable[..., object], tmp_path: Path
):
    bootstrap = str(fresh_broker("tansu").bootstrap)
    apply(KafkaSettings(kafka_bootstrap=bootstrap))
    keys = {
        "SKG_S3_ACCESS_KEY": minio_store.s3_access_key.get_secret_value(),
        "SKG_S3_SECRET_KEY": minio_store.s3_secret_key.get_secret_value(),
        "SKG_S3_BUCKET": minio_store.s3_bucket,
    }
    there = {"SKG_KAFKA_BOOTSTRAP": bootstrap, "SKG_S3_ENDPOINT": minio_store.s3_endpoint, "SKG_KAFKA_SESSION_S": "6"}
    with echoing(status) as url:
        environment = {**AWAY, **there, **keys, **of(planted(), "SKG_LLM"), "SKG_LLM_URL": url}
        said = command(("seed", "street market"), environment, tmp_path / "state")
        process = stage("agents", environment)
        if status == 401:
            assert process.ended(60) != 0
            assert "incorrect API key" in process.log() or "refused" in process.log()
        else:
            letters = lambda: command(("tail", "skg.dead-letters"), environment, tmp_path / "state")  # noqa: E731
            until(lambda: "does not take this request" in letters()["stdout of tail skg.dead-letters"], 60, "a dead letter")
            said |= letters() | shown(process)
    assert told(said | files_below(process.folder)) == []
