"""The Blender process: started on demand, fed over pipes, started again when it dies.

In: shots.  Out: what was traced: picture, depths, indices.
GPL reaches no further than that process: nothing here imports `bpy`.
"""

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from gpu_workers.solid.blender_interpreter import PROGRAM, LastWords, environment
from gpu_workers.solid.shot import Shot, message_of
from monitoring.logs import log
from schemas.errors import PermanentError

TRIES = 3
"""For one shot: a process that dies at the same shot so often will do so again."""

END_S = 5.0

PIXEL_BYTES = 9
"""Of each pixel of each camera: three of colour, four of depth, two of the index."""


@dataclass(frozen=True, eq=False)
class Traced:
    """`picture`: height × width × 3 bytes.  `depth`: metres along the camera's axis, height × width, of the first surface.
    `index`: that of the object at each pixel.  `build_s` and `trace_s`: what it took in seconds.  `views`: what the further
    cameras see.
    """

    picture: NDArray[np.uint8]
    depth: NDArray[np.float32]
    index: NDArray[np.uint16]
    build_s: float
    trace_s: float
    views: Sequence["Traced"] = ()


class BlenderDied(Exception):
    """The process ended in the middle of a shot."""


class BlenderProcess:
    """A Blender that traces one shot after another. Used by one thread."""

    def __init__(self, python: Path) -> None:
        """`python`: the interpreter of the environment that has bpy."""
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self._words: LastWords | None = None

    def trace(self, shot: Shot) -> Traced:
        """The traced shot. Raises PermanentError where the process dies at it again and again, with its last words."""
        header, arrays = message_of(shot)
        why = ""
        for attempt in range(1, TRIES + 1):
            try:
                return self._answer(header, arrays)
            except (BlenderDied, OSError) as death:
                self.close()
                why = self._last_words() or str(death)
                log("solid").warning("Blender ended in a picture; it is drawn again", attempt=attempt, why=why)
        raise PermanentError("failed", f"Blender ended {TRIES} times at the same picture: {why}")

    @property
    def process_id(self) -> int | None:
        """The operating system's number of the process, if there is one."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # of what it did not read any more
                    pipe.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _answer(self, header: dict[str, Any], arrays: Sequence[bytes]) -> Traced:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        send(process.stdin, header, arrays)
        reply, data = receive(process.stdout)
        first, *views = (_traced(reply, data, number) for number in range(len(reply["trace_s"])))
        return replace(first, views=views)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [str(self._python), "-u", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(),
            )
            assert self._process.stderr is not None
            self._words = LastWords(self._process.stderr)
        return self._process

    def _last_words(self) -> str:
        """What the process wrote last that has ended; empty where it wrote nothing, or never began."""
        words, self._words = self._words, None
        return "" if words is None else words.text()


def _traced(reply: dict[str, Any], data: bytes, number: int) -> Traced:
    """What one of the cameras sees, of an answer with all of it."""
    height, width = reply["height"], reply["width"]
    pixels = height * width
    start = number * PIXEL_BYTES * pixels
    picture = np.frombuffer(data, np.uint8, 3 * pixels, start).reshape(height, width, 3)
    depth = np.frombuffer(data, np.float32, pixels, start + 3 * pixels).reshape(height, width)
    index = np.frombuffer(data, np.uint16, pixels, start + 7 * pixels).reshape(height, width)
    return Traced(picture, depth, index, reply["build_s"], reply["trace_s"][number])


def send(stream: IO[bytes], header: dict[str, Any], arrays: Sequence[bytes]) -> None:
    """Write one message."""
    text = json.dumps(header).encode()
    size = sum(map(len, arrays))
    stream.write(len(text).to_bytes(8, "big") + text + size.to_bytes(8, "big"))
    for array in arrays:
        stream.write(array)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read one message. Raises BlenderDied where the stream ends before it does."""
    header = json.loads(_exactly(stream, int.from_bytes(_exactly(stream, 8), "big")))
    return header, _exactly(stream, int.from_bytes(_exactly(stream, 8), "big"))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BlenderDied(f"its answer ended after {len(data)} of {size} bytes")
    return data
