"""Distributions that add rows to the factory's tables, as an installer leaves them: a module, and metadata beside it."""

from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, distribution: str, points: Mapping[str, Mapping[str, str]], code: str = "") -> Path:
    """A distribution in `folder`, which belongs on `sys.path`. `points`: group to name to `module:object`.

    Its code is the module of the distribution's name.
    """
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", "utf-8")
    lines = [f"[{group}]\n" + "".join(f"{name} = {at}\n" for name, at in rows.items()) for group, rows in points.items()]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    (folder / f"{distribution}.py").write_text(code, "utf-8")
    return folder
