"""What an error of the device means: too little memory, one call that was wrong, or a context that is lost.

In: the RuntimeError that torch raises (its AcceleratorError is one), told apart by its text: torch has no classes for it.
Out: yes or no, or DeviceLost.  Needs no torch.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import DeviceLost

OF_THE_DEVICE = (
    "cuda error:",
    "hip error:",
    "cuda driver error:",
    "cudnn error:",
    "cudnn_status",
    "cublas_status",
    "nccl error",
)
"""What torch's messages say where the device and not a shape or a type was at fault; in lower case."""

MEMORY = ("out of memory", "alloc_failed", "memory allocation")
"""Of these: too little memory, which a smaller batch needs less of."""

ONE_CALL = (
    "invalid argument",
    "invalid configuration argument",
    "not_supported",
    "not supported",
    "bad_param",
    "invalid_value",
)
"""Of these: one call was wrong, and CUDA's context lives on."""

DETAIL_CHARS = 300
"""The rest of such a message is advice to developers."""


def for_want_of_memory(error: RuntimeError) -> bool:
    """Whether the device's memory was too small."""
    return _of_the_device(error) and any(word in str(error).casefold() for word in MEMORY)


def context_is_lost(error: RuntimeError) -> bool:
    """Whether every further call of the device would fail: an illegal access, an assert, a failed launch, a dead card."""
    return _of_the_device(error) and not any(word in str(error).casefold() for word in (*MEMORY, *ONE_CALL))


def _of_the_device(error: RuntimeError) -> bool:
    return any(word in str(error).casefold() for word in OF_THE_DEVICE)


@contextmanager
def device_watched() -> Iterator[None]:
    """Raise DeviceLost in place of the error by which torch tells that the context is lost."""
    try:
        yield
    except RuntimeError as error:
        if not context_is_lost(error):
            raise
        raise DeviceLost(f"the GPU's context is lost: {str(error)[:DETAIL_CHARS]}") from error
