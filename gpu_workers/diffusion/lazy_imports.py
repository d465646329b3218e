"""Lazy imports of torch, diffusers and transformers, here only: importing them takes many seconds and gigabytes.

In: nothing.  Out: the libraries, or `MissingExtra` with one line that says what to install.
Their types are unknown where they are not installed, so tensors and models are `Any` to the type checker.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from schemas.errors import MissingExtra, RetryableError, UserError

Tensor = Any
"""A torch.Tensor."""


def torch() -> Any:
    """The torch library. Raises MissingExtra."""
    try:
        import torch as library
    except ImportError as error:
        raise MissingExtra("torch", "gpu") from error
    return library


def diffusers() -> Any:
    """The diffusers library. Raises MissingExtra."""
    try:
        import diffusers as library
    except ImportError as error:
        raise MissingExtra("diffusers", "gpu") from error
    return _in_our_log(library)


def transformers() -> Any:
    """The transformers library. Raises MissingExtra."""
    try:
        import transformers as library
    except ImportError as error:
        raise MissingExtra("transformers", "gpu") from error
    return _in_our_log(library)


def _in_our_log(library: Any) -> Any:
    """The library; what it says goes the way of all log lines, and it draws no progress bars."""
    words = library.utils.logging
    words.disable_progress_bar()
    words.disable_default_handler()
    words.enable_propagation()
    return library


def load_errors() -> tuple[type[Exception], ...]:
    """What libraries raise for weights and configurations that are missing, damaged, or do not fit each other."""
    try:
        from safetensors import SafetensorError
    except ImportError as error:
        raise MissingExtra("safetensors", "gpu") from error
    kinds = OSError, ValueError, RuntimeError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError
    return (*kinds, ImportError, SafetensorError)


def versions() -> dict[str, str]:
    """The versions that pixels depend on, by library."""
    libraries: tuple[ModuleType, ...] = (torch(), diffusers(), transformers())
    return {library.__name__: str(library.__version__) for library in libraries}


def release() -> None:
    """Free the device's unused cached memory."""
    if torch().cuda.is_available():
        torch().cuda.empty_cache()


class CudaMemory:
    """Implements `gpu_workers.diffusion.oom_backoff.Memory` for the current CUDA device."""

    def peak(self, work: Callable[[], object]) -> int:
        """The most that is allocated while `work` runs."""
        cuda = torch().cuda
        cuda.synchronize()
        cuda.reset_peak_memory_stats()
        work()
        cuda.synchronize()
        return int(cuda.max_memory_allocated())

    def room(self) -> int:
        """What is free on the device, and what this process holds of it."""
        cuda = torch().cuda
        free, _ = cuda.mem_get_info()
        return int(free + cuda.memory_reserved())


def device_memory() -> CudaMemory | None:
    """The memory of the device that is drawn on; None for a CPU."""
    return CudaMemory() if torch().cuda.is_available() else None


def best_device() -> str:
    """`cuda` where there is one, else `cpu`."""
    return "cuda" if torch().cuda.is_available() else "cpu"


REFUSALS = {
    401: "the hub wants a token (HF_TOKEN), or there is no such repository",
    403: "the hub refuses it: its terms have to be accepted there, with the account of HF_TOKEN",
    404: "the hub has no such repository or revision",
}
"""By HTTP status, answers of a hub that stay the same however often it is asked."""


def snapshot(model: str, revision: str, patterns: list[str], endpoint: str | None = None) -> str:
    """The folder of one revision of a hub's repository, with the files of some patterns.

    `endpoint`: the hub's address; None: of HF_ENDPOINT. Raises MissingExtra; UserError for an unknown repository or
    revision and for one that needs rights; RetryableError when the hub is unreachable.
    """
    hub = _hub()
    hub.utils.disable_progress_bars()
    try:
        return str(hub.snapshot_download(model, revision=revision, allow_patterns=patterns, endpoint=endpoint))
    except _hub_errors() as error:
        raise _failure(model, revision, error) from error


def files_of(model: str, revision: str, endpoint: str | None = None) -> dict[str, int]:
    """The files of one revision of a hub's repository, with their sizes in bytes. `endpoint`, errors: as `snapshot`."""
    hub = _hub()
    try:
        found = hub.HfApi(endpoint=endpoint).model_info(model, revision=revision, files_metadata=True)
    except _hub_errors() as error:
        raise _failure(model, revision, error) from error
    return {each.rfilename: each.size or 0 for each in found.siblings or ()}


def _hub() -> Any:
    """The library of a hub's client. Raises MissingExtra."""
    try:
        import huggingface_hub as library
        import huggingface_hub.utils
    except ImportError as error:
        raise MissingExtra("huggingface_hub", "gpu") from error
    return library


def _hub_errors() -> tuple[type[Exception], ...]:
    """What a hub's client raises: for answers, for names that cannot be, and where nothing answers."""
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    return HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError


def _failure(model: str, revision: str, error: Exception) -> UserError | RetryableError:
    """What a hub's refusal or silence means."""
    status = _status(error)
    if status in REFUSALS:
        return UserError(f"{model} at {revision}: {REFUSALS[status]}")
    if isinstance(error, ValueError):
        return UserError(f"{model} at {revision}: {str(error).splitlines()[0]}")
    return RetryableError(f"the hub does not give {model} at {revision}: {error}")


def _status(error: BaseException | None) -> int | None:
    """The HTTP status behind an error of a hub's client; None for one without an answer."""
    while error is not None:
        response = getattr(error, "response", None)
        if response is not None:
            return int(response.status_code)
        error = error.__cause__
    return None
