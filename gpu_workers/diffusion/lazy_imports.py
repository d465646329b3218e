"""Lazy imports of torch, diffusers and transformers, here only: importing them takes many seconds and gigabytes.

In: nothing.  Out: the libraries, or `MissingExtra` with one line that says what to install.
Their types are unknown where they are not installed, so tensors and models are `Any` to the type checker.
"""

from types import ModuleType
from typing import Any

from schemas.errors import MissingExtra, RetryableError

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
    return library


def transformers() -> Any:
    """The transformers library. Raises MissingExtra."""
    try:
        import transformers as library
    except ImportError as error:
        raise MissingExtra("transformers", "gpu") from error
    return library


def load_errors() -> tuple[type[Exception], ...]:
    """The exceptions for weights that are missing, of another format, or truncated."""
    try:
        from safetensors import SafetensorError
    except ImportError as error:
        raise MissingExtra("safetensors", "gpu") from error
    return OSError, ValueError, SafetensorError


def versions() -> dict[str, str]:
    """The versions that pixels depend on, by library."""
    libraries: tuple[ModuleType, ...] = (torch(), diffusers(), transformers())
    return {library.__name__: str(library.__version__) for library in libraries}


def release() -> None:
    """Free the device's unused cached memory."""
    if torch().cuda.is_available():
        torch().cuda.empty_cache()


def best_device() -> str:
    """`cuda` where there is one, else `cpu`."""
    return "cuda" if torch().cuda.is_available() else "cpu"


def snapshot(model: str, revision: str, patterns: list[str]) -> str:
    """The folder of one revision of a hub's repository. Raises MissingExtra; RetryableError when the hub is unreachable."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError as error:
        raise MissingExtra("huggingface_hub", "gpu") from error
    try:
        return str(snapshot_download(model, revision=revision, allow_patterns=patterns))
    except (HfHubHTTPError, OSError) as error:
        raise RetryableError(f"the hub does not give {model} at {revision}: {error}") from error
