"""A device whose memory is full, whose call was wrong, whose context is lost: three things, told apart by torch's words."""

from collections.abc import Callable, Sequence

import pytest

from gpu_workers.diffusion.device_errors import raising_device_lost
from gpu_workers.diffusion.oom_backoff import USUAL_BATCH, OomBackoff
from schemas.errors import DeviceLost, RetryableError

ADVICE = "\nCUDA kernel errors might be asynchronously reported at some other API call.\nCompile with `TORCH_USE_CUDA_DSA`."


class Device:
    """Fails as torch does: at the third call with `text`, and ever after where `sticks`."""

    def __init__(self, text: str, sticks: bool) -> None:
        self.text, self.sticks, self.calls, self.released = text, sticks, 0, 0

    def draw(self, batch: Sequence[int]) -> list[int]:
        self.calls += 1
        if self.calls == 3 or (self.calls > 3 and self.sticks):
            raise RuntimeError(self.text)
        return list(batch)

    def release(self) -> None:
        self.released += 1


LOST = [
    "CUDA error: an illegal memory access was encountered" + ADVICE,
    "CUDA error: device-side assert triggered" + ADVICE,
    "CUDA error: unspecified launch failure",
    "CUDA error: uncorrectable ECC error encountered",
    "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx`",
    "CUDA driver error: an illegal memory access was encountered",
    "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
    "HIP error: an illegal memory access was encountered",
]
TOO_SMALL = [
    "CUDA error: out of memory" + ADVICE,
    "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: 9 bytes",
]
WRONG_CALL = [
    "The size of tensor a (3) must match the size of tensor b (4)",
    "CUDA error: invalid configuration argument",
    "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a non-contiguous input.",
]


@pytest.mark.parametrize("text", LOST)
def test_a_lost_context_ends_the_process_and_no_smaller_batch_is_tried(text: str):
    device = Device(text, sticks=True)
    with pytest.raises(DeviceLost, match="the GPU's context is lost: ") as caught:
        OomBackoff(2, MemoryError, device.release).map(range(8), device.draw)
    assert (device.calls, device.released) == (3, 0)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert not isinstance(caught.value, RetryableError)


@pytest.mark.parametrize("text", TOO_SMALL)
def test_too_little_memory_halves_the_batch_whoever_of_the_libraries_says_it(text: str):
    device = Device(text, sticks=False)
    backoff = OomBackoff(2, MemoryError, device.release)
    assert backoff.map(range(8), device.draw) == list(range(8))
    assert (backoff.most, device.released) == (1, 1)


@pytest.mark.parametrize("text", WRONG_CALL)
def test_one_wrong_call_stays_what_it_is(text: str):
    device = Device(text, sticks=False)
    with pytest.raises(RuntimeError) as caught:
        OomBackoff(2, MemoryError, device.release).map(range(8), device.draw)
    assert str(caught.value) == text


def test_memory_that_cannot_be_given_back_since_the_context_is_lost_is_no_want_of_memory():
    def release() -> None:
        raise RuntimeError(LOST[0])

    device = Device(TOO_SMALL[0], sticks=False)
    with pytest.raises(DeviceLost):
        OomBackoff(2, MemoryError, release).map(range(8), device.draw)


def test_whatever_else_is_raised_under_watch_passes():
    with pytest.raises(ValueError, match="CUDA error"), raising_device_lost():
        raise ValueError("CUDA error: said by somebody else")


class Sized:
    """A device whose weights take so much, and each picture so much; what it was asked to draw."""

    def __init__(self, room: int, weights: int, picture: int) -> None:
        self._room, self._weights, self._picture = room, weights, picture
        self.drawn, self.released = list[int](), 0

    def draw(self, count: int) -> None:
        if self._weights + self._picture * count > self._room:
            raise MemoryError
        self.drawn.append(count)

    def peak(self, work: Callable[[], object]) -> int:
        work()
        return self._weights + self._picture * self.drawn[-1]

    def room(self) -> int:
        return self._room

    def release(self) -> None:
        self.released += 1


@pytest.mark.parametrize(
    ("room", "weights", "picture", "fits"),
    [(80_000, 4_000, 3_000, 16), (24_000, 4_000, 3_000, 5), (24_000, 12_000, 3_000, 2), (9_000, 4_000, 3_000, 1)],
)
def test_as_many_pictures_are_drawn_together_as_four_fifths_of_the_memory_hold(
    room: int, weights: int, picture: int, fits: int
):
    device = Sized(room, weights, picture)
    backoff = OomBackoff(USUAL_BATCH, MemoryError, device.release)
    backoff.fit(device.draw, device)
    assert backoff.most == fits
    assert weights + picture * fits <= 0.8 * room or fits == 1
    assert max(device.drawn) <= 2, "it is found out without trying more"
    assert device.released == (room < weights + 2 * picture)


def test_a_device_that_does_not_tell_its_memory_draws_four():
    device = Sized(9, 1, 1)
    backoff = OomBackoff(8, MemoryError, device.release)
    backoff.fit(device.draw, None)
    assert backoff.most == USUAL_BATCH == 4
