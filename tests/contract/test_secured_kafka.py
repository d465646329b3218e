"""A broker with TLS and logins: every client and command works as a user sets it up, or says in one line what to set."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from dataset.table.delta_table import Table
from dataset.table.table_errors import NoDataset
from monitoring.traces import child_of
from schemas.codec import Message, to_message
from schemas.events import STAGES, SeedConcept
from schemas.ids import make_seed
from schemas.topics import GRAPHS, IMAGES, QA, REJECTIONS, SEEDS
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection, connection_of
from streams.broker.group_admin import GroupAdmin
from streams.broker.membership.consumer import GroupConsumer, GroupSettings
from streams.broker.reachability import ServiceAway, probe
from streams.broker.records import Partition
from streams.broker.topic_admin import TopicAdmin
from streams.errors import AccessDenied
from streams.settings import KafkaSettings, StoreSettings
from tests.fakes import secured_kafka
from tests.fakes.carrier import SESSION_S
from tests.fakes.certificates import KEY_PASSWORD
from tests.fakes.secured_kafka import BRIEF_S, PASSWORD, WRONG, SecuredKafka, token
from tests.fakes.slow_params import slow
from tests.fakes.stage_process import REPOSITORY, StageProcess
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

CONNECT_TIMEOUT_S = 3.0
"""The default of what commands wait."""

COMMAND_S = 15.0
"""Until a command ends on two busy cores, most of which is its own start; 2 s when they are free."""

WAYS = [
    ("login", "SCRAM-SHA-256"),
    ("login", "SCRAM-SHA-512"),
    ("login", "PLAIN"),
    ("login", "OAUTHBEARER"),
    ("bare", "SCRAM-SHA-256"),
    ("bare", "OAUTHBEARER"),
    ("mutual", ""),
]


@dataclass(frozen=True)
class Fault:
    """A user's mistake: a listener, a mechanism, what is set instead of what is right, and what the line must name."""

    listener: str
    says: str
    mechanism: str = "SCRAM-SHA-512"
    instead: Mapping[str, str] = field(default_factory=dict)


NONE = {"SKG_KAFKA_SASL_MECHANISM": "PLAIN", "SKG_KAFKA_USERNAME": "", "SKG_KAFKA_PASSWORD": ""}
FAULTS = {
    "wrong password": Fault("login", "SKG_KAFKA_PASSWORD", instead={"SKG_KAFKA_PASSWORD": WRONG}),
    "wrong password, plain": Fault("login", "SKG_KAFKA_PASSWORD", "PLAIN", {"SKG_KAFKA_PASSWORD": WRONG}),
    "wrong password, no TLS": Fault("bare", "SKG_KAFKA_PASSWORD", "SCRAM-SHA-256", {"SKG_KAFKA_PASSWORD": WRONG}),
    "unknown user": Fault("login", "SKG_KAFKA_USERNAME=nobody", instead={"SKG_KAFKA_USERNAME": "nobody"}),
    "mechanism not offered": Fault("bare", "SKG_KAFKA_SASL_MECHANISM=SCRAM-SHA-512 .*it offers SCRAM-SHA-256"),
    "untrusted certificate": Fault("login", "SKG_KAFKA_CA_FILE", instead={"SKG_KAFKA_CA_FILE": "{made}/stranger.pem"}),
    "certificate of another host": Fault("elsewhere", r"'127\.0\.0\.1' .*SKG_KAFKA_CHECK_HOSTNAME"),
    "no client certificate": Fault(
        "mutual", "SKG_KAFKA_CERT_FILE", instead={"SKG_KAFKA_CERT_FILE": "", "SKG_KAFKA_KEY_FILE": ""}
    ),
    "a stranger's client certificate": Fault(
        "mutual",
        "SKG_KAFKA_CERT_FILE",
        instead={"SKG_KAFKA_CERT_FILE": "{made}/stranger.pem", "SKG_KAFKA_KEY_FILE": "{made}/stranger.key"},
    ),
    "no TLS": Fault(
        "login", "SKG_KAFKA_SECURITY=PLAINTEXT", instead=NONE | {"SKG_KAFKA_SECURITY": "PLAINTEXT", "SKG_KAFKA_CA_FILE": ""}
    ),
    "a login where none is": Fault("mutual", "SKG_KAFKA_SECURITY=SASL_SSL", instead={
        "SKG_KAFKA_SECURITY": "SASL_SSL", "SKG_KAFKA_USERNAME": "me", "SKG_KAFKA_PASSWORD": WRONG,
    }),
    "an old token": Fault("login", "SKG_KAFKA_TOKEN_FILE", "OAUTHBEARER", {"SKG_KAFKA_TOKEN_FILE": "{made}/old-token"}),
    "no token": Fault("bare", "SKG_KAFKA_TOKEN_FILE", "OAUTHBEARER", {"SKG_KAFKA_TOKEN_FILE": "{made}/odd-token"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    folder = tmp_path_factory.mktemp("secured")
    (folder / "old-token").write_text(token(lives_s=-5.0))
    (folder / "odd-token").write_text(WRONG)
    kafka = secured_kafka.start(folder)
    try:
        with TopicAdmin(KafkaConnection.plain(kafka.at("plain"))) as admin:
            admin.apply(1)
        yield kafka
    finally:
        kafka.running.stop(0)


def mistaken(kafka: SecuredKafka, fault: Fault) -> dict[str, str]:
    instead = {name: value.format(made=kafka.made.authority.parent) for name, value in fault.instead.items()}
    return kafka.environment(fault.listener, fault.mechanism) | instead


def connection(environment: Mapping[str, str]) -> KafkaConnection:
    """As the process of a user makes it."""
    values = {name.removeprefix("SKG_").lower(): value for name, value in environment.items() if value}
    return connection_of(KafkaSettings.model_validate(values))


def skg(folder: Path, environment: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """The command with what the user sets, and nothing of ours."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SKG_")}
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *command],
        env={**ours, "SKG_STATE_DIR": str(folder / "state"), **environment},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def seed() -> Message:
    """A new one each time."""
    return to_message(make_seed(f"a cat {uuid4().hex[:6]}", 1), "test", child_of(None), datetime.now(UTC))


def values_in(link: KafkaConnection, topic: str) -> list[bytes | None]:
    found: list[bytes | None] = []
    with closing(Reader(link, [topic])) as reader:
        until(lambda: found.extend(r.value for r in reader.poll(0.2)) or reader.at_end(), what=f"all of {topic}")
    return found


class FromTheBeginning:
    """Where members of a new group start."""

    def assign(self, partitions: object) -> dict[Partition, int | None]:
        return {}

    def revoke(self, partitions: object) -> None: ...


@pytest.mark.parametrize(("listener", "mechanism"), WAYS)
def test_every_client_goes_in(kafka: SecuredKafka, listener: str, mechanism: str) -> None:
    link, sent = connection(kafka.environment(listener, mechanism)), seed()
    with TopicAdmin(link) as topics:
        assert topics.check() == []
    with closing(Publisher(link)) as publisher:
        publisher.publish([sent])
    assert sent.value in values_in(link, SEEDS)
    group = f"g-{uuid4().hex[:8]}"
    with (
        closing(GroupConsumer(GroupSettings(link, group, SESSION_S), SEEDS, FromTheBeginning())) as member,
        GroupAdmin(link, "skg-status-test-1", 10.0) as groups,
    ):
        record = until(lambda: member.poll(0.2), what="a record")[0]
        assert member.commit({record.partition: record.offset + 1})
        assert len(groups.members([group])[group]) == 1
        read = groups.committed(group)
        assert read == {record.partition: record.offset + 1}
        assert sum(left.events for left in groups.unread(dict(read)).values()) >= 0


def test_a_client_shows_a_certificate_whose_key_is_encrypted(kafka: SecuredKafka) -> None:
    key = {"SKG_KAFKA_KEY_FILE": str(kafka.made.locked_key), "SKG_KAFKA_KEY_PASSWORD": KEY_PASSWORD}
    with closing(Publisher(connection(kafka.environment("mutual") | key))) as publisher:
        publisher.publish([seed()])


def test_a_certificate_of_another_host_is_taken_where_hosts_are_not_checked(kafka: SecuredKafka) -> None:
    link = connection(kafka.environment("elsewhere") | {"SKG_KAFKA_CHECK_HOSTNAME": "false"})
    with closing(Publisher(link)) as publisher:
        publisher.publish([seed()])


def test_a_token_that_was_renewed_is_used_by_the_next_login(kafka: SecuredKafka, tmp_path: Path) -> None:
    mine = tmp_path / "token"
    mine.write_text(token(lives_s=-5.0))
    link = connection(kafka.environment("login", "OAUTHBEARER") | {"SKG_KAFKA_TOKEN_FILE": str(mine)})
    with pytest.raises(AccessDenied):
        Publisher(link)
    mine.write_text(token())
    with closing(Publisher(link)) as publisher:
        publisher.publish([seed()])


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_is_told_at_once_in_one_line_that_names_the_setting(kafka: SecuredKafka, name: str) -> None:
    fault, began = FAULTS[name], time.monotonic()
    with pytest.raises(AccessDenied, match=fault.says) as told:
        probe(connection(mistaken(kafka, fault)))
    assert time.monotonic() - began < CONNECT_TIMEOUT_S
    _says_no_secret(str(told.value))
    assert "\n" not in str(told.value)


def test_what_cannot_be_told_from_an_outage_names_the_setting_too(kafka: SecuredKafka) -> None:
    """Brokers close the connection on those who ask before they have logged in, and on TLS where they speak none."""
    for listener, security in (("bare", "PLAINTEXT"), ("plain", "SSL")):
        with pytest.raises(ServiceAway, match=f"SKG_KAFKA_SECURITY={security}"):
            probe(KafkaConnection(kafka.at(listener), security))


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("wrong password", ("topics", "apply")),
        ("wrong password", ("status", "--json")),
        ("wrong password", ("seed", "kitchen")),
        ("untrusted certificate", ("topics", "apply")),
        ("certificate of another host", ("seed", "kitchen")),
        ("no client certificate", ("status", "--json")),
        ("wrong password", ("render",)),
        ("wrong password", ("agents",)),
    ],
)
def test_a_command_with_a_mistake_ends_in_one_line(
    kafka: SecuredKafka, tmp_path: Path, name: str, command: tuple[str, ...]
) -> None:
    began = time.monotonic()
    done = skg(tmp_path, mistaken(kafka, FAULTS[name]), *command)
    assert time.monotonic() - began < COMMAND_S
    assert done.returncode == 2, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("skg: ") or '"level": "error"' in line]
    assert len(told) == 1, done.stderr
    assert FAULTS[name].says.rpartition("*")[2] in told[0]
    assert "Traceback" not in done.stdout + done.stderr
    _says_no_secret(done.stdout + done.stderr)


def test_commands_work_as_a_user_sets_them_up(kafka: SecuredKafka, tmp_path: Path) -> None:
    environment, before = kafka.environment("login"), len(values_in(KafkaConnection.plain(kafka.at("plain")), SEEDS))
    for command, code in ((("topics", "apply"), 0), (("seed", "kitchen"), 0), (("status", "--json"), 1)):
        done = skg(tmp_path, environment, *command)
        assert done.returncode == code, done.stderr  # nobody is in the agents' group, and seeds are unread
        _says_no_secret(done.stdout + done.stderr)
    assert len(values_in(KafkaConnection.plain(kafka.at("plain")), SEEDS)) == before + 1


Started = Callable[[str, Mapping[str, str]], StageProcess]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts processes of stages, each in a group of its own."""
    with ExitStack() as running:

        def start(kind: str, environment: Mapping[str, str]) -> StageProcess:
            group = {f"SKG_{kind.upper()}_GROUP": f"{kind}-{uuid4().hex[:8]}"}
            process = StageProcess(kind, tmp_path, {**environment, **group})
            running.callback(process.kill)
            return process

        yield start


def outcome(kafka: SecuredKafka, asked: SeedConcept, *topics: str) -> bool:
    """Whether a seed comes to something on the topics."""
    link = KafkaConnection.plain(kafka.at("plain"))
    with closing(Publisher(link)) as publisher, closing(Reader(link, topics)) as reader:
        publisher.publish([to_message(asked, "test", child_of(None), datetime.now(UTC))])
        until(lambda: any(asked.seed_id.encode() in (r.value or b"") for r in reader.poll(0.2)), 30, "the seed's outcome")
    return True


@pytest.mark.parametrize(
    ("listener", "mechanism"), [slow("login", "SCRAM-SHA-512"), ("login", "OAUTHBEARER"), slow("mutual", "")]
)
def test_agents_plan_over_a_secured_broker(kafka: SecuredKafka, started: Started, listener: str, mechanism: str) -> None:
    process = started("agents", kafka.environment(listener, mechanism))
    assert outcome(kafka, make_seed(f"kitchen {uuid4().hex[:6]}", 1), GRAPHS, REJECTIONS)
    assert process.stop(30) == 0
    _says_no_secret(process.log())


def test_the_whole_line_runs_over_a_secured_broker(
    kafka: SecuredKafka, started: Started, minio_store: StoreSettings, tmp_path: Path
) -> None:
    environment = kafka.environment("login") | _at(minio_store) | {"SKG_DATASET_URI": str(tmp_path / "dataset")}
    processes = [started(kind, environment | {"SKG_WRITE_EVERY_S": "0.5"}) for kind in STAGES]
    for process in processes:
        process.becomes("/readyz", 200)
    assert outcome(kafka, make_seed("a kitchen for the whole line", 4), QA)  # of any one graph, nothing may be to ask
    until(lambda: _rows(tmp_path / "dataset"), 30, "a row of the dataset")
    for process in processes:
        assert process.stop(30) == 0, process.log()
        _says_no_secret(process.log())


def _at(store: StoreSettings) -> dict[str, str]:
    return {
        "SKG_S3_ENDPOINT": store.s3_endpoint,
        "SKG_S3_BUCKET": store.s3_bucket,
        "SKG_S3_ACCESS_KEY": store.s3_access_key.get_secret_value(),
        "SKG_S3_SECRET_KEY": store.s3_secret_key.get_secret_value(),
    }


def _rows(folder: Path) -> int:
    try:
        return Table.load(str(folder)).query("SELECT sample_id FROM samples").num_rows
    except NoDataset:
        return 0


def test_processes_go_on_while_logins_are_brief_and_end_in_one_line_once_theirs_is_refused(
    kafka: SecuredKafka, started: Started, minio_store: StoreSettings
) -> None:
    kafka.sets_password("changing", PASSWORD)
    environment = kafka.environment("brief", "SCRAM-SHA-256") | {"SKG_KAFKA_USERNAME": "changing", **_at(minio_store)}
    processes = [started(kind, environment) for kind in ("agents", "render")]
    for process in processes:
        process.becomes("/readyz", 200)
    began = time.monotonic()
    while time.monotonic() - began < 3 * BRIEF_S:
        assert outcome(kafka, make_seed(f"kitchen {uuid4().hex[:6]}", 1), IMAGES)
    kafka.sets_password("changing", WRONG)
    for process in processes:
        assert process.ended(30) == 2, process.log()
        (told,) = process.lines("and SKG_KAFKA_PASSWORD")
        assert "SKG_KAFKA_USERNAME=changing and SKG_KAFKA_PASSWORD" in told
        assert "Traceback" not in process.log()
        _says_no_secret(process.log())


def _says_no_secret(text: str) -> None:
    for secret in (PASSWORD, WRONG, KEY_PASSWORD, token().split(".")[0] + "."):
        assert secret not in text
