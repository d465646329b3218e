"""The hash of a model's weights, computed once for files that do not change.

In: a folder, the files in it that are read, a folder for what is remembered.  Out: a SHA-256.
It is of the files' names within the folder and their bytes, so the same weights have the same hash wherever they lie.
A file counts as unchanged while its place, size, time of change and inode are the same.
"""

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

REMEMBERED = "weights.json"
"""In the cache folder: hash by what is known of the files."""

CHUNK_BYTES = 1 << 22


def fingerprint(folder: Path, files: Sequence[Path], cache: Path | None = None) -> str:
    """The SHA-256 of files in a folder, in their order; what `cache` remembers of the same files is believed."""
    if cache is None:
        return _hashed(folder, files)
    key, known = _key(folder, files), _remembered(cache)
    if key not in known:
        known[key] = _hashed(folder, files)
        _remember(cache, known)
    return known[key]


def _key(folder: Path, files: Sequence[Path]) -> str:
    """What tells whether files have changed, in one text."""
    found = [str(folder.resolve())]
    for file in files:
        seen = file.stat()
        found.append(f"{file.relative_to(folder).as_posix()} {seen.st_size} {seen.st_mtime_ns} {seen.st_ino}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _hashed(folder: Path, files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode())
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _remembered(cache: Path) -> dict[str, str]:
    """What the cache says; nothing where it cannot be read."""
    try:
        known = json.loads((cache / REMEMBERED).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in known.items() if isinstance(value, str)} if isinstance(known, dict) else {}


def _remember(cache: Path, known: dict[str, str]) -> None:
    """Write the cache as a whole. One that cannot be written costs hashing the next time, nothing else."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=cache, prefix=REMEMBERED, delete=False, encoding="utf-8") as file:
            json.dump(known, file, indent=1, sort_keys=True)
        os.replace(file.name, cache / REMEMBERED)
    except OSError as error:
        log.debug("hashes of weights are not remembered: %s", error)
