"""Builds renderers, detectors and the examination policy from settings.

In: settings.  Out: a renderer that is ready to draw, detectors, a policy.
Imports no model library itself, and loads none before its first use.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_workers.exam_policy import Policy
from gpu_workers.renderers import RENDERERS, RendererSpec, refuse_ignored
from schemas.interfaces import Renderer
from schemas.texts.fault_words import did_you_mean
from streams.errors import Misconfigured
from streams.secret_files import variable_of
from streams.settings import AgentSettings, RenderSettings, VisionSettings

if TYPE_CHECKING:
    from gpu_workers.exam_policy import ObjectDetector
    from gpu_workers.perception.depth_models import DepthEstimator
    from gpu_workers.perception.detection_filter import Thresholds
    from gpu_workers.perception.vision_models import ZeroShotDetector

TINY = "tiny"


def spec_of(renderer: str) -> RendererSpec:
    """The renderer's row. Raises UserError: Misconfigured where there is none, PluginError."""
    if renderer not in RENDERERS:
        raise Misconfigured(
            f"SKG_RENDERER is {renderer!r}{did_you_mean(renderer, RENDERERS)}; there are: {', '.join(RENDERERS)}"
        )
    return RENDERERS[renderer]


def check_drawing(settings: RenderSettings) -> None:
    """Raise UserError (MissingExtra among them) for a setting that would be ignored, for what the settings' models have no
    place for, and where what the renderer draws with is not installed."""
    spec = spec_of(settings.renderer)
    usual = {name: field.default for name, field in RenderSettings.model_fields.items()}
    refuse_ignored(settings.renderer, dict(settings), usual)
    _require_model(settings, spec)
    spec.check({name: getattr(settings, name) for name in spec.settings if name in RenderSettings.model_fields})


def renderer_of(settings: RenderSettings) -> Renderer:
    """The renderer of the settings, ready to draw. Raises UserError and RetryableError."""
    spec = spec_of(settings.renderer)
    _require_model(settings, spec)
    foreign = [name for name in spec.settings if name not in RenderSettings.model_fields]
    if foreign:
        raise Misconfigured(f"the renderer {settings.renderer} asks for settings that there are not: {', '.join(foreign)}")
    return spec.make({name: getattr(settings, name) for name in spec.settings})


def check_planned(settings: AgentSettings) -> None:
    """Raise Misconfigured for a structure that is set for a renderer without any. One that only its workers have is
    believed."""
    is_set = settings.render_structure != AgentSettings.model_fields["render_structure"].default
    if is_set and settings.renderer in RENDERERS and not RENDERERS[settings.renderer].structured:
        having = ", ".join(name for name, spec in RENDERERS.items() if spec.structured)
        raise Misconfigured(f"the renderer {settings.renderer} would ignore SKG_RENDER_STRUCTURE: {having} would read it")


def _require_model(settings: RenderSettings, spec: RendererSpec) -> None:
    if spec.has_model and settings.render_model is None:
        raise Misconfigured(f"the renderer {settings.renderer} needs a model: set SKG_RENDER_MODEL, or --model")


OF_EYES = {
    "detector_revision": "detector", "detector_firm": "detector", "detector_weak": "detector", "eyes_dtype": "detector",
    "depth": "detector", "depth_revision": "depth", "depth_spreads": "depth", "depth_share": "depth",
}  # fmt: skip
"""Settings of eyes, each with the one without which it says nothing."""


def check_looking(settings: VisionSettings) -> None:
    """Raise Misconfigured for a setting of eyes that would not be read."""
    for name, needed in OF_EYES.items():
        if getattr(settings, name) == VisionSettings.model_fields[name].default:
            continue
        model = getattr(settings, needed)
        if model is None:
            raise Misconfigured(f"{variable_of(name)} counts with {variable_of(needed)} alone, which is not set")
        if name.endswith("_revision") and (model == TINY or Path(model).is_dir()):
            raise Misconfigured(f"{variable_of(name)} pins a hub's model: {model} has no revisions")


@dataclass(frozen=True)
class LoadedEyes:
    """The models that look at pictures."""

    detector: "ZeroShotDetector"
    depth: "DepthEstimator | None"


def eyes_of(settings: VisionSettings) -> LoadedEyes | None:
    """The detector and depth estimator of the settings; None without a detector. Raises UserError and RetryableError."""
    if settings.detector is None:
        return None
    from gpu_workers.perception.depth_models import load_depth
    from gpu_workers.perception.vision_models import load_detector

    detector = load_detector(
        *_model_folder(settings.detector, settings.detector_revision, settings.model_cache, "blind"), settings.eyes_dtype
    )
    if settings.depth is None:
        return LoadedEyes(detector, None)
    folder = _model_folder(settings.depth, settings.depth_revision, settings.model_cache, "depth")
    return LoadedEyes(detector, load_depth(*folder, settings.eyes_dtype))


def detector_of(settings: VisionSettings) -> "ObjectDetector | None":
    """The eyes that measure truths, or None. Raises UserError and RetryableError."""
    eyes = eyes_of(settings)
    if eyes is None:
        return None
    from gpu_workers.perception.perceived_scene import SceneDetector

    thresholds = thresholds_of(settings, eyes.detector.usual)
    return SceneDetector(
        eyes.detector.down_to(thresholds.weak), eyes.depth, thresholds, (settings.depth_spreads, settings.depth_share)
    )


def thresholds_of(settings: VisionSettings, usual: "Thresholds") -> "Thresholds":
    """Those of the settings, and the detector's usual ones where they are silent. Raises Misconfigured."""
    firm, weak = settings.detector_firm or usual.firm, settings.detector_weak or usual.weak
    if weak > firm:
        raise Misconfigured(f"SKG_DETECTOR_WEAK ({weak:g}) is above SKG_DETECTOR_FIRM ({firm:g})")
    return replace(usual, firm=firm, weak=weak)


def policy_of(settings: VisionSettings) -> Policy:
    """The policy for pictures that break their graph. Raises UserError."""
    policy = policy_terms(settings)
    if settings.nsfw_above is None:
        return policy
    from gpu_workers.perception.nsfw import OpenNsfw

    return replace(policy, censor=OpenNsfw(), max_nsfw=settings.nsfw_above)


def policy_terms(settings: VisionSettings) -> Policy:
    """The policy without a classifier, which would be loaded."""
    return Policy(
        settings.salvage, settings.retries, question_margin=settings.question_margin, place_iou=settings.place_iou
    )


def publishable(policy: Policy) -> Policy:
    """The policy, if readers of the dataset can verify what it accepts. Raises Misconfigured."""
    if policy.question_margin < 1:
        raise Misconfigured("SKG_QUESTION_MARGIN is below 1: such questions fail the proof; only skg whatif may try it")
    return policy


def _model_folder(model: str, revision: str | None, cache: Path, tiny_kind: str) -> tuple[Path, str]:
    """The folder of a model and its name for provenance."""
    from gpu_workers.diffusion.weight_files import locate
    from gpu_workers.tiny_models import tiny_detectors

    if model == TINY:
        return tiny_detectors.build(cache / f"tiny-{tiny_kind}", tiny_kind), f"{TINY}-{tiny_kind}"
    folder, source = locate(model, revision, cache)
    return folder, f"{source.model}@{source.revision}"
