"""Certificates for tests of TLS: an authority, a server of this machine, one of another host, a client, made by openssl.

In: a folder.  Out: PEM files in it.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.services import require

KEY_PASSWORD = "planted-key-secret"
CURVE = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
LOCAL = "DNS:localhost,IP:127.0.0.1"


@dataclass(frozen=True)
class Signed:
    """A certificate, its key (PKCS#8), and both in one file as brokers take them."""

    certificate: Path
    key: Path
    both: Path


@dataclass(frozen=True)
class Certificates:
    """`server` is signed for this machine, `elsewhere` for another host; nobody knows `stranger`."""

    authority: Path
    stranger: Signed
    server: Signed
    elsewhere: Signed
    client: Signed
    locked_key: Path
    """The client's key, encrypted with KEY_PASSWORD."""


def certificates(folder: Path) -> Certificates:
    """Make them; takes 0.2 s."""
    require("openssl")
    authority, key = _authority(folder, "authority")
    client = _signed(folder, "client", "DNS:client", (authority, key))
    locked = folder / "client-locked.key"
    _openssl("pkcs8", "-topk8", "-in", client.key, "-out", locked, "-passout", f"pass:{KEY_PASSWORD}")
    return Certificates(
        authority,
        _stranger(folder),
        _signed(folder, "server", LOCAL, (authority, key)),
        _signed(folder, "elsewhere", "DNS:elsewhere.example", (authority, key)),
        client,
        locked,
    )


def _authority(folder: Path, name: str) -> tuple[Path, Path]:
    key, made = _key(folder, name), folder / f"{name}.pem"
    _openssl("req", "-x509", "-new", "-key", key, "-subj", f"/CN=skg test {name}", "-days", "2", "-out", made)
    return made, key


def _stranger(folder: Path) -> Signed:
    certificate, key = _authority(folder, "stranger")
    return Signed(certificate, key, key)


def _signed(folder: Path, name: str, hosts: str, authority: tuple[Path, Path]) -> Signed:
    key, asked, made = _key(folder, name), folder / f"{name}.csr", folder / f"{name}.pem"
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={hosts}\nextendedKeyUsage=serverAuth,clientAuth\n")
    _openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", asked)
    signer = ("-CA", authority[0], "-CAkey", authority[1], "-CAcreateserial", "-days", "2", "-extfile", extensions)
    _openssl("x509", "-req", "-in", asked, *signer, "-out", made)
    both = folder / f"{name}-both.pem"
    both.write_text(key.read_text() + made.read_text())
    return Signed(made, key, both)


def _key(folder: Path, name: str) -> Path:
    key = folder / f"{name}.key"
    _openssl("genpkey", *CURVE, "-out", key)
    return key


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)
