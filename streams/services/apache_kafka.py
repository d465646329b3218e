"""A real broker: one Apache Kafka node that is its own controller (KRaft), from Maven's jars.

In: a place.  Out: a command, with formatted storage. It listens after 2 to 9 s.
The data in the folder survives a restart.
"""

import base64
import os
import shutil
import subprocess
import uuid
from pathlib import Path

from streams.services.bound_process import Command
from streams.services.ports import HOST
from streams.services.program_cache import KAFKA_VERSION, kafka_jars
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Place, ServiceSpec

JVM = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
"""A small heap, and a quick start rather than peak speed."""

CLASSES = "classes.jsa"
"""Beside the jars: a class-data archive that saves 1 s of 2.8 s of processor time at each start. Optional; the JVM
ignores an archive that does not fit."""

CHECKPOINT = "bootstrap.checkpoint"
"""What formatting writes besides names: the version's feature levels, the same for every instance. Kept beside the jars,
since determining it takes a JVM."""

FORMAT_S = 60.0
"""How long formatting may take on a busy machine; 1 s on an idle one."""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@{host}:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
# as long as the topic of seeds keeps its records
offsets.retention.minutes=43200
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# a group starts at once, and may notice a dead member within a second
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# a quarter of the small heap would go to the cleaner otherwise
log.cleaner.dedupe.buffer.size=8000000
"""

LOGGING = """\
<Configuration status="warn">
  <Appenders><Console name="out"><PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/></Console></Appenders>
  <Loggers>
    <!-- these two print every setting at every start -->
    <Logger name="org.apache.kafka.common.config.AbstractConfig" level="warn"/>
    <Logger name="kafka.server.KafkaConfig" level="warn"/>
    <Root level="info"><AppenderRef ref="out"/></Root>
  </Loggers>
</Configuration>
"""


def missing() -> str | None:
    """What is missing to run it here; None if nothing is."""
    if shutil.which("java") is None:
        return "Java 17 or newer"
    return None if has_jars() else f"the jars of Apache Kafka {KAFKA_VERSION}"


def has_jars() -> bool:
    """Whether the broker's jars are in the cache."""
    return any(kafka_jars().glob("kafka_2*.jar"))


def _command(place: Place) -> Command:
    archive = kafka_jars() / CLASSES
    return serve(place, (f"-XX:SharedArchiveFile={archive}",) if archive.exists() else ())


def serve(place: Place, options: tuple[str, ...]) -> Command:
    """The command for a broker at this place, with `options` for its JVM. Raises ServiceError when it is not installed."""
    lacking = missing()
    if lacking:
        raise ServiceError(f"Apache Kafka is not installed: {lacking} is missing; run `make services` in a checkout")
    folder = place.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    port, controller = place.ports
    properties.write_text(PROPERTIES.format(host=HOST, port=port, controller=controller, folder=folder))
    (folder / "log4j2.xml").write_text(LOGGING)
    if not (folder / "data" / "meta.properties").exists():
        _format(folder, properties)
    return Command((*_java(folder, options), "kafka.Kafka", str(properties)), folder)


def _java(folder: Path, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    logging = f"-Dlog4j2.configurationFile={folder / 'log4j2.xml'}"
    return ("java", *JVM, *options, logging, "-cp", f"{kafka_jars()}/*")


def _format(folder: Path, properties: Path) -> None:
    """Format as Kafka's own tool does, which is only run the first time."""
    known = kafka_jars() / CHECKPOINT
    if not known.exists():
        _run_format_tool(folder, properties)
        fresh = known.with_name(f".{CHECKPOINT}.{os.getpid()}")
        shutil.copyfile(folder / "data" / CHECKPOINT, fresh)
        fresh.replace(known)
        return
    data = folder / "data"
    data.mkdir(exist_ok=True)
    shutil.copyfile(known, data / CHECKPOINT)
    names = (f"cluster.id={_kafka_uuid()}", f"directory.id={_kafka_uuid()}", "node.id=1", "version=1")
    (data / "meta.properties").write_text("\n".join(names) + "\n")


def _kafka_uuid() -> str:
    """Ids as Kafka writes them: base64, never with a leading dash, which a command line would take for an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    return _kafka_uuid() if text.startswith("-") else text


def _run_format_tool(folder: Path, properties: Path) -> None:
    arguments = ("kafka.tools.StorageTool", "format", f"--cluster-id={_kafka_uuid()}", "-c", str(properties))
    done = subprocess.run(
        [*_java(folder), *arguments], capture_output=True, text=True, timeout=FORMAT_S, check=False, cwd=folder
    )
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no output"]
        raise ServiceError(f"Apache Kafka cannot format {folder / 'data'}: {lines[-1]}")


APACHE = ServiceSpec("Apache Kafka", ports=2, command=_command, start_s=90, stop_s=8)
