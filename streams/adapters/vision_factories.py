"""The renderers and the eyes that need the gpu extra, built from settings.

In: settings.  Out: a warm renderer, eyes, a policy.  Imports no model library itself, and nothing of it before it is asked.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_workers.exam_policy import Policy
from schemas.interfaces import Renderer
from streams.errors import Refused
from streams.settings import EyeSettings, RenderSettings

if TYPE_CHECKING:
    from gpu_workers.exam_policy import ObjectDetector

TINY = "tiny"


def diffusion_of(settings: RenderSettings) -> Renderer:
    """The diffusion renderer that the settings name, warmed up. Raises UserError and RetryableError."""
    from gpu_workers.diffusion.model_registry import NAMES, Choice, Weights, renderer_of

    if settings.renderer not in NAMES:
        raise Refused(f"SKG_RENDERER is {settings.renderer!r}; there are: collage, {', '.join(NAMES)}")
    if settings.render_model is None:
        raise Refused(f"the renderer {settings.renderer} needs a model: set SKG_RENDER_MODEL, or --model")
    pinned = {
        "control": (settings.render_controlnet, settings.render_controlnet_revision),
        "refiner": (settings.render_refine, settings.render_refine_revision),
    }
    second = {role: Weights(name, revision) for role, (name, revision) in pinned.items() if name is not None}
    choice = Choice(
        settings.renderer, settings.render_model, settings.render_revision, settings.model_cache, settings.render_batch,
        settings.render_steps, settings.render_guidance, settings.render_beta, settings.render_dtype,
        settings.render_compile, second.get("control"), second.get("refiner"), settings.render_refine_side,
    )  # fmt: skip
    renderer: Renderer = renderer_of(choice)
    return renderer


def eyes_of(settings: EyeSettings) -> "ObjectDetector | None":
    """What looks at pictures, or None. Raises UserError and RetryableError."""
    if settings.detector is None:
        return None
    from gpu_workers.perception.detection_filter import Thresholds
    from gpu_workers.perception.perceived_scene import DetectorEyes
    from gpu_workers.perception.vision_models import load_depth, load_detector

    if settings.detector_weak > settings.detector_firm:
        raise Refused("SKG_DETECTOR_WEAK is above SKG_DETECTOR_FIRM")
    detector = load_detector(*_found(settings.detector, settings.detector_revision, settings.model_cache, "blind"))
    depth = None
    if settings.depth is not None:
        depth = load_depth(*_found(settings.depth, settings.depth_revision, settings.model_cache, "depth"))
    return DetectorEyes(detector, depth, Thresholds(settings.detector_firm, settings.detector_weak))


def policy_of(settings: EyeSettings) -> Policy:
    """What is done about pictures that break their graph. Raises UserError."""
    policy = Policy(settings.salvage, settings.retries, question_margin=settings.question_margin)
    if settings.nsfw_above is None:
        return policy
    from gpu_workers.perception.nsfw import OpenNsfw

    return replace(policy, censor=OpenNsfw(), most_nsfw=settings.nsfw_above)


def publishable(policy: Policy) -> Policy:
    """The policy, if what it lets pass can be proven anew by whoever reads the dataset. Raises Refused."""
    if policy.question_margin < 1:
        raise Refused("SKG_QUESTION_MARGIN is below 1: such questions fail the proof; only skg whatif may try it")
    return policy


def _found(model: str, revision: str | None, cache: Path, tiny_kind: str) -> tuple[Path, str]:
    """The folder of a model and its name for provenance."""
    from gpu_workers.diffusion.weight_files import locate
    from gpu_workers.tiny_models import tiny_detectors

    if model == TINY:
        return tiny_detectors.build(cache / f"tiny-{tiny_kind}", tiny_kind), f"{TINY}-{tiny_kind}"
    folder, source = locate(model, revision, cache)
    return folder, f"{source.model}@{source.revision}"
