"""A small disk for the dataset, which can be filled and emptied.

In: a folder.  Out: a file system of its own below it, where this process may mount one; otherwise nothing, with a reason.
It is mounted in a name space of this process and its children: it vanishes with the last of them, however they end.
"""

import ctypes
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

SIZE_MB = 128

CLONE_NEWNS = 0x00020000

PIECE = bytes(1 << 16)


@cache
def private_mounts() -> str | None:
    """Give this process mounts of its own, once: threads that were there before would not see them. None, or why not."""
    if not sys.platform.startswith("linux"):
        return "only Linux has name spaces for mounts"
    if os.geteuid() != 0:
        return "only root may mount"
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return f"no name space of mounts: {os.strerror(ctypes.get_errno())}"
    return _mount("--make-rprivate", "/")


class SmallDisk:
    """`lacking` says why there is none; then `folder` is a plain folder that cannot be filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.lacking = private_mounts() or _mount("-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder))
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Until not a byte more goes onto it."""
        with self._ballast.open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(PIECE)
            except OSError:  # it is full, which is what was wanted
                return

    def empty(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it."""
        if self.lacking is None:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)


def _mount(*arguments: str) -> str | None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"mount: {done.stderr.strip() or done.returncode}"
