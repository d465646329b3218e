"""What the installer of real services says and reads, without a network."""

import sys
from xml.etree import ElementTree

import pytest

from streams.services.program_cache import KAFKA_VERSION
from tools.services import apt
from tools.services.install import POM

MAVEN = "\x1b[1;31mERROR\x1b[m Some problems were encountered:\n[FATAL] Non-parseable POM pom.xml\n\x1b[0m\x1b[0m\n"


def test_the_list_of_jars_is_well_formed_and_names_the_broker_of_this_version() -> None:
    jars = ElementTree.parse(POM).getroot().iterfind("dependencies/dependency")
    versions = {jar.findtext("artifactId"): jar.findtext("version") for jar in jars}
    assert versions["kafka_2.13"] == KAFKA_VERSION


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (MAVEN, "[FATAL] Non-parseable POM pom.xml"),
        ("Reading package lists...\nE: Unable to locate package maven\nbye", "E: Unable to locate package maven"),
        ("one\ntwo\n", "two"),
        ("", "it said nothing"),
    ],
)
def test_a_program_that_fails_is_quoted_with_its_fault(said: str, named: str) -> None:
    script = f"import sys; sys.stdout.write({said!r}); sys.exit(3)"
    with pytest.raises(apt.NotInstalled) as refused:
        apt.run((sys.executable, "-c", script), 20.0)
    assert str(refused.value) == f"{sys.executable} -c failed: {named}"
