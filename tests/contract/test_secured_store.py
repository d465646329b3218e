"""The store over TLS with an authority of its own: pictures, links, tables, commands; temporary keys; the chain."""

import os
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
import urllib3
from minio.credentials.providers import AssumeRoleProvider
from pydantic import SecretStr

from dataset.audit.locations import folder_at
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.row_encoding import rows_of
from dataset.table.table_errors import NoAccess
from schemas.interfaces import Sample, StoredObject
from streams.cli.root import run
from streams.errors import AccessDenied
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store, connect, storage_options
from tests.fakes.certificates import Certificates, certificates
from tests.fakes.events import make_picture, make_samples
from tests.fakes.secured_minio import PASSWORD, USER, secured_minio, usable

pytestmark = pytest.mark.contract

PICTURE = StoredObject(b"picture", "image/webp", {"truth": "abc"})
Skg = Callable[..., tuple[int, str]]


class Stores(NamedTuple):
    """One whose certificate is right, one with a certificate for another host, and the certificates."""

    right: StoreSettings
    elsewhere: StoreSettings
    certificates: Certificates


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("secured")
    made = certificates(folder)
    with ExitStack() as stack:
        right = stack.enter_context(secured_minio(folder / "right", made.server, made.authority))
        elsewhere = stack.enter_context(secured_minio(folder / "elsewhere", made.elsewhere, made.authority))
        yield Stores(usable(right), elsewhere, made)


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys but those of the test."""
    for name in os.environ:
        if name.startswith(("SKG_S3", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str], stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Skg:
    """Commands that are told of the right store; the exit code and what they say."""
    for name, value in told(stores.right).items():
        monkeypatch.setenv(name, value)

    def call(*arguments: object) -> tuple[int, str]:
        code = run(list(map(str, arguments)))
        said, fault = capfd.readouterr()
        return code, said + fault

    return call


def told(settings: StoreSettings) -> dict[str, str]:
    return {
        "SKG_S3_ENDPOINT": settings.s3_endpoint,
        "SKG_S3_BUCKET": settings.s3_bucket,
        "SKG_S3_CA_FILE": str(settings.s3_ca_file),
        "SKG_S3_ACCESS_KEY": USER,
        "SKG_S3_SECRET_KEY": PASSWORD,
    }


def keyless(settings: StoreSettings) -> StoreSettings:
    return settings.model_copy(update={"s3_access_key": SecretStr(""), "s3_secret_key": SecretStr("")})


def filled(uri: str, options: dict[str, str]) -> Table:
    """A table with three samples."""
    samples = [Sample(event, make_picture(event.graph)) for event in make_samples(3)]
    table = Table.create(uri, COLUMNS, options)
    table.append(rows_of(samples), {})
    return table


def test_pictures_are_kept_and_read_and_a_link_opens_for_anybody_who_trusts_the_authority(stores: Stores):
    store = S3Store(stores.right)
    assert store.put_if_absent("images/a/1", PICTURE)
    assert not store.put_if_absent("images/a/1", PICTURE)
    assert store.get("images/a/1") == PICTURE
    link = store.link("images/a/1", 60)
    assert link.startswith(f"{stores.right.s3_endpoint}/{stores.right.s3_bucket}/")
    trusting = ssl.create_default_context(cafile=stores.right.s3_ca_file)
    with urllib.request.urlopen(link, context=trusting) as answer:
        assert answer.read() == PICTURE.data


def test_a_table_is_written_read_joined_and_audited(stores: Stores):
    uri, options = f"s3://{stores.right.s3_bucket}/dataset", storage_options(stores.right)
    filled(uri, options)
    table = Table.load(uri, options)
    assert len(table.files()) == 1
    table.refresh()
    assert table.query("SELECT count(*) AS n FROM samples")["n"].to_pylist() == [3]
    assert len(table.history()) == 2
    assert table.folder(table.files()).get_file_info(table.files()[0].path).size == table.files()[0].size
    assert table.compact(1 << 20) == (0, 0)
    assert folder_at(uri, options).get_file_info("_delta_log").is_file is False


def test_building_a_client_of_a_table_leaves_what_others_trust_as_it_was(stores: Stores):
    options = storage_options(stores.right)
    filled(f"s3://{stores.right.s3_bucket}/trusted", options)
    assert "SSL_CERT_FILE" not in os.environ
    untrusting = {name: value for name, value in options.items() if name != "AWS_CA_BUNDLE"}
    with pytest.raises(NoAccess, match=r"certificate not accepted: UnknownIssuer \(SKG_S3_CA_FILE\)"):
        Table.load(f"s3://{stores.right.s3_bucket}/trusted", untrusting)


@pytest.mark.parametrize("fault", ["unknown authority", "another host"])
def test_a_certificate_that_is_not_trusted_is_refused_in_a_line_that_names_the_setting(stores: Stores, fault: str):
    stranger = stores.right.model_copy(update={"s3_ca_file": stores.certificates.stranger.certificate})
    settings = stranger if fault == "unknown authority" else stores.elsewhere
    with pytest.raises(AccessDenied, match=r"certificate not accepted: .*; SKG_S3_CA_FILE") as caught:
        connect(settings, 20)
    assert "\n" not in str(caught.value)
    assert settings.s3_endpoint in str(caught.value)
    with pytest.raises(NoAccess, match=r"certificate not accepted: .*\(SKG_S3_CA_FILE\)"):
        Table.load("s3://secured/dataset", storage_options(settings))


def test_a_command_that_trusts_the_authority_does_its_work(skg: Skg, stores: Stores):
    uri = f"s3://{stores.right.s3_bucket}/told"
    filled(uri, storage_options(stores.right))
    code, said = skg("dataset", "info", uri)
    assert (code, "rows:       3\n" in said) == (0, True), said
    code, said = skg("audit", uri)
    assert code in {0, 1}, said
    assert "3 samples" in said or "samples" in said


@pytest.mark.parametrize("command", [("dataset", "info"), ("audit",), ("dataset", "stats", "--out", "unused")])
def test_a_command_without_the_authority_names_the_setting(
    skg: Skg, stores: Stores, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
):
    monkeypatch.delenv("SKG_S3_CA_FILE")
    code, said = skg(*command, f"s3://{stores.right.s3_bucket}/told")
    assert code == 2, said
    (line,) = said.strip().splitlines()
    assert "SKG_S3_CA_FILE" in line
    assert stores.right.s3_endpoint in line


def test_a_command_at_a_store_that_shows_another_hosts_certificate_says_so(
    skg: Skg, stores: Stores, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SKG_S3_ENDPOINT", stores.elsewhere.s3_endpoint)
    code, said = skg("dataset", "info", "s3://secured/told")
    assert code == 2
    assert "certificate not accepted" in said
    assert len(said.strip().splitlines()) == 1


def temporary(settings: StoreSettings) -> StoreSettings:
    """Keys for an hour, from the store itself."""
    pool = urllib3.PoolManager(ca_certs=str(settings.s3_ca_file))
    found = AssumeRoleProvider(
        sts_endpoint=settings.s3_endpoint, access_key=USER, secret_key=PASSWORD, http_client=pool
    ).retrieve()
    keys = {"s3_access_key": found.access_key, "s3_secret_key": found.secret_key, "s3_session_token": found.session_token}
    return settings.model_copy(update={name: SecretStr(value or "") for name, value in keys.items()})


def test_temporary_keys_are_of_use_with_their_token_alone(stores: Stores):
    settings = temporary(stores.right)
    assert S3Store(settings).put_if_absent("images/t/1", PICTURE)
    options = storage_options(settings)
    uri = f"s3://{settings.s3_bucket}/temporary"
    assert filled(uri, options).version == 1
    assert folder_at(uri, options).get_file_info("_delta_log").is_file is False
    with pytest.raises(NoAccess):
        Table.load(uri, {name: value for name, value in options.items() if name != "AWS_SESSION_TOKEN"})


def test_keys_of_the_settings_are_not_mixed_with_a_token_of_the_environment(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "somebody-elses")
    assert filled(f"s3://{stores.right.s3_bucket}/unmixed", storage_options(stores.right)).version == 1
    assert S3Store(stores.right).get("nothing") is None


@pytest.mark.parametrize("source", ["variables", "profile", "temporary profile"])
def test_without_keys_the_usual_chain_finds_them_for_pictures_tables_and_commands(
    skg: Skg, stores: Stores, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
):
    for name in ("SKG_S3_ACCESS_KEY", "SKG_S3_SECRET_KEY"):
        monkeypatch.setenv(name, "")
    if source == "variables":
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", USER)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", PASSWORD)
    else:
        keys = stores.right if source == "profile" else temporary(stores.right)
        (tmp_path / ".aws").mkdir()
        lines = [f"aws_access_key_id={keys.s3_access_key.get_secret_value()}"]
        lines += [f"aws_secret_access_key={keys.s3_secret_key.get_secret_value()}"]
        lines += [f"aws_session_token={token}"] if (token := keys.s3_session_token.get_secret_value()) else []
        (tmp_path / ".aws" / "credentials").write_text("\n".join(["[mine]", *lines]))
        monkeypatch.setenv("AWS_PROFILE", "mine")
    settings = keyless(stores.right)
    key = f"images/chain/{source}"
    assert S3Store(settings).put_if_absent(key, PICTURE)
    assert f"X-Amz-Credential={'' if source.startswith('temporary') else USER}" in S3Store(settings).link(key, 60)
    uri = f"s3://{settings.s3_bucket}/{source.replace(' ', '-')}"
    assert filled(uri, storage_options(settings)).version == 1
    assert folder_at(uri, storage_options(settings)).get_file_info("_delta_log").is_file is False
    code, said = skg("dataset", "info", uri)
    assert code == 0, said
    assert "WARN" not in said


def test_where_the_chain_finds_nothing_a_command_says_what_to_set(skg: Skg, monkeypatch: pytest.MonkeyPatch):
    for name in ("SKG_S3_ACCESS_KEY", "SKG_S3_SECRET_KEY"):
        monkeypatch.setenv(name, "")
    code, said = skg("dataset", "info", "s3://secured/told")
    assert code == 2
    (line,) = said.strip().splitlines()
    assert "SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY" in line
    assert "chain" in line
