"""What the builder of a cluster writes and how it says what it left out, without a network."""

from pathlib import Path

import pytest

from tools.cluster import install
from tools.cluster.install import main_module

KUBERNETES = """module k8s.io/kubernetes

go 1.24.0

require k8s.io/api v0.0.0

replace (
\tk8s.io/api => ./staging/src/k8s.io/api
\tk8s.io/mount-utils => ./staging/src/k8s.io/mount-utils
\texample.com/other => example.com/fork v1.0.0
)
"""


def test_parts_that_only_kubernetes_own_folder_has_are_taken_from_their_modules():
    lines = main_module(KUBERNETES).splitlines()
    assert f"require k8s.io/kubernetes {install.KUBERNETES}" in lines
    replaced = [line.strip() for line in lines if "=>" in line]
    assert replaced == [
        f"k8s.io/api => k8s.io/api {install.STAGING}",
        f"k8s.io/mount-utils => k8s.io/mount-utils {install.STAGING}",
    ]


def test_versions_of_kubernetes_and_of_its_parts_go_together():
    assert install.KUBERNETES.removeprefix("v1.") == install.STAGING.removeprefix("v0.")
    assert f"gitVersion={install.KUBERNETES}" in install.STAMP
    assert f"gitMinor={install.KUBERNETES.split('.')[1]}" in install.STAMP


def test_a_failed_build_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    failing = tmp_path / "go"
    failing.write_text("#!/bin/sh\necho 'fatal: no network' >&2; exit 1\n")
    failing.chmod(0o755)
    said = install.left_out("etcd", install.build_etcd, failing)
    assert said == f"left out etcd: {failing} -C failed: fatal: no network"
