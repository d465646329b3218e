"""The sprites' fetcher: pinned, idempotent, never half done, never in somebody else's folder."""

import io
import tarfile
from pathlib import Path

import pytest

from gpu_workers.collage.sprites.fetch import INTEGRITY, MARKER, FetchError, check_integrity, fetch, is_complete, unpack


def a_tarball(path: Path, names: tuple[str, ...]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"package/{name}")
            member.size = 3
            archive.addfile(member, io.BytesIO(b"abc"))
    return path


def test_a_complete_folder_is_not_fetched_again(tmp_path: Path) -> None:
    folder = tmp_path / "sprites"
    folder.mkdir()
    (folder / MARKER).write_text(INTEGRITY)
    assert fetch(folder) is False


def test_a_folder_of_another_version_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("sha512-of-something-older")
    assert not is_complete(tmp_path)


def test_another_tarball_is_refused_with_its_hash(tmp_path: Path) -> None:
    tarball = a_tarball(tmp_path / "x.tgz", ("assets/1f600.webp",))
    with pytest.raises(FetchError, match="not the pinned"):
        check_integrity(tarball)


def test_unpacking_takes_sprites_and_the_licence_note_only(tmp_path: Path) -> None:
    tarball = a_tarball(tmp_path / "x.tgz", ("assets/1f600.webp", "package.json", "../../evil.sh", "index.js"))
    unpack(tarball, tmp_path / "sprites")
    assert {p.name for p in (tmp_path / "sprites").iterdir()} == {"1f600.webp", "package.json", MARKER}
    assert is_complete(tmp_path / "sprites")


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FetchError, match="holds something else"):
        fetch(tmp_path)
    assert (tmp_path / "thesis.txt").exists()
