"""The images that `make test-images` built; without one a test is skipped, or fails where it had to be built."""

import os

import pytest

from tools.images import build, container_store


def require_image(target: str) -> str:
    """The name of the target's image. Skips where there is none and this machine cannot build it."""
    if container_store.missing() is None and container_store.has_image(build.image_name(target)):
        return build.image_name(target)
    reason = build.why_not(target)
    wanted = os.environ.get("CI") == "true" and reason is None and target not in build.LARGE
    said = f"{target}: {reason or 'not built: make test-images'}"
    if wanted:
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def base_image() -> str:
    """The image of most stages."""
    return require_image("base")


@pytest.fixture(scope="session")
def render_image() -> str:
    """The image that draws collages."""
    return require_image("render")
