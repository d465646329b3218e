"""Classifies device errors: out of memory, one invalid call, or a lost context.

In: the RuntimeError that torch raises (its AcceleratorError is one), classified by its text: torch has no classes for it.
Out: a boolean, or DeviceLost.  Needs no torch.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import DeviceLost

DEVICE_ERRORS = (
    "cuda error:",
    "hip error:",
    "cuda driver error:",
    "cudnn error:",
    "cudnn_status",
    "cublas_status",
    "nccl error",
    "defaultcpuallocator",
)
"""Markers of device errors in torch's messages, in lower case; errors of shapes and types have none of them."""

MEMORY_ERRORS = ("out of memory", "alloc_failed", "memory allocation", "can't allocate memory")
"""Markers of device errors that a smaller batch may avoid."""

SINGLE_CALL_ERRORS = (
    "invalid argument",
    "invalid configuration argument",
    "not_supported",
    "not supported",
    "bad_param",
    "invalid_value",
)
"""Markers of device errors after which CUDA's context is still valid."""

DETAIL_CHARS = 300
"""Characters kept of such a message; the rest is advice to developers."""


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether the device ran out of memory."""
    return _is_device_error(error) and any(word in str(error).casefold() for word in MEMORY_ERRORS)


def is_context_lost(error: RuntimeError) -> bool:
    """Whether every further call of the device would fail: illegal access, assert, failed launch, broken device."""
    return _is_device_error(error) and not any(
        word in str(error).casefold() for word in (*MEMORY_ERRORS, *SINGLE_CALL_ERRORS)
    )


def _is_device_error(error: RuntimeError) -> bool:
    return any(word in str(error).casefold() for word in DEVICE_ERRORS)


@contextmanager
def raising_device_lost() -> Iterator[None]:
    """Raise DeviceLost in place of torch's error where the context is lost."""
    try:
        yield
    except RuntimeError as error:
        if not is_context_lost(error):
            raise
        raise DeviceLost(f"the GPU's context is lost: {str(error)[:DETAIL_CHARS]}") from error
