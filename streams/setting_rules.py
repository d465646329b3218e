"""What settings must be beyond the form of each value: files that can be read, addresses, names that exist, pairs that go
together.

In: the settings of a process.  Out: UserError in one line that names the setting.  Each rule calls the parser that uses the
value, so what passes here does not fail later.  Connects to nothing, loads no model.
"""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import UserError, require_extras
from streams.errors import Misconfigured
from streams.secret_files import variable_of
from streams.settings import (
    AgentSettings,
    BalanceSettings,
    DiffusionSettings,
    JudgeSettings,
    KafkaSettings,
    LanguageSettings,
    ProcessSettings,
    RenderSettings,
    StoreSettings,
    StructureSettings,
    VisionSettings,
    WriterSettings,
)

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

Rule = Callable[[Any], None]


def _broker(settings: KafkaSettings) -> None:
    from streams.broker.connection import connection_of

    connection = connection_of(settings)
    connection.require_valid()
    if connection.by_token:
        connection.token()


def _store(settings: StoreSettings) -> None:
    from streams.storage.s3_connection import require_valid

    require_valid(settings)


def _metrics_address(settings: ProcessSettings) -> None:
    try:
        socket.getaddrinfo(settings.metrics_host, settings.metrics_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no host's name"
        raise Misconfigured(f"SKG_METRICS_HOST is {settings.metrics_host!r}, which is no address here: {why}") from None


def _state_folder(settings: ProcessSettings) -> None:
    _can_hold("SKG_STATE_DIR", settings.state_dir)


def _planner(settings: LanguageSettings) -> None:
    from streams.llm.configured_endpoints import planner_endpoint

    if settings.llm_url is not None:
        planner_endpoint(settings)


def _judge(settings: JudgeSettings) -> None:
    from streams.llm.configured_endpoints import judge_endpoints

    if settings.mllm_url is not None:
        judge_endpoints(settings)
    elif settings.mllm_check_url is not None:
        raise Misconfigured("SKG_MLLM_CHECK_URL is set, but SKG_MLLM_URL is not: nothing would be judged")


def _prices(settings: LanguageSettings | JudgeSettings) -> None:
    from streams.llm.prices import read_prices

    read_prices(settings.llm_prices)


def _structure(settings: StructureSettings) -> None:
    from gpu_workers.renderers import require_structure

    require_structure(settings.render_structure)


def _renderer(settings: RenderSettings) -> None:
    from streams.adapters.vision_factories import check_drawing

    check_drawing(settings)
    for name in ("sprites_dir", "solid_python"):
        path = getattr(settings, name)
        if path is not None and not path.exists():
            raise Misconfigured(f"{variable_of(name)}: there is nothing at {path}")


def _method(settings: DiffusionSettings) -> None:
    from schemas.texts.strict_json import NotJson, parse_json

    try:
        is_object = settings.render_method is None or isinstance(parse_json(settings.render_method), dict)
    except NotJson:
        is_object = False
    if not is_object:
        raise Misconfigured(
            f'SKG_RENDER_METHOD is {settings.render_method!r}; it needs a JSON object, as in {{"scale": 20}}'
        )


def _models(*names: str) -> Rule:
    """The rule of settings that name models: beside each is `NAME_revision`, beside `render_model` `render_revision`."""

    def rule(settings: "BaseSettings") -> None:
        from gpu_workers.diffusion.weight_files import require_named

        for name in names:
            model, revision = getattr(settings, name), f"{name.removesuffix('_model')}_revision"
            try:
                if model is not None:
                    require_named(model, getattr(settings, revision), variable_of(revision))
            except UserError as error:
                raise Misconfigured(f"{variable_of(name)}: {error}") from None

    return rule


def _cache(settings: DiffusionSettings | VisionSettings) -> None:
    if "model_cache" in settings.model_fields_set:
        _can_hold("SKG_MODEL_CACHE", settings.model_cache)


def _planned(settings: AgentSettings) -> None:
    from streams.adapters.vision_factories import check_planned

    check_planned(settings)


def _looking(settings: VisionSettings) -> None:
    from streams.adapters.vision_factories import check_looking

    check_looking(settings)


def _eyes(settings: VisionSettings) -> None:
    if settings.detector is not None:
        require_extras("gpu")
    if settings.nsfw_above is not None:
        require_extras("nsfw")


def _thresholds(settings: VisionSettings) -> None:
    from streams.adapters.vision_factories import policy_terms, publishable

    firm, weak = settings.detector_firm, settings.detector_weak
    if firm is not None and weak is not None and weak > firm:
        raise Misconfigured(f"SKG_DETECTOR_WEAK ({weak:g}) is above SKG_DETECTOR_FIRM ({firm:g})")
    publishable(policy_terms(settings))


def _dataset(settings: WriterSettings) -> None:
    from dataset.table.table_errors import require_writable
    from streams.storage.s3_connection import BUCKET

    bucket = settings.dataset_uri.removeprefix("s3://").partition("/")[0]
    if settings.dataset_uri.startswith("s3://") and "@" not in bucket and not BUCKET.fullmatch(bucket):
        raise Misconfigured(f"SKG_DATASET_URI is {settings.dataset_uri!r}; it needs a bucket, as in s3://bucket/path")
    require_writable(settings.dataset_uri)


def _targets(settings: BalanceSettings) -> None:
    if "balance_targets" in settings.model_fields_set:
        from streams.operations.balance_process import read_targets

        read_targets(settings.balance_targets)


RULES: tuple[tuple[type["BaseSettings"], Rule], ...] = (
    (KafkaSettings, _broker),
    (StoreSettings, _store),
    (ProcessSettings, _metrics_address),
    (ProcessSettings, _state_folder),
    (LanguageSettings, _planner),
    (LanguageSettings, _prices),
    (JudgeSettings, _judge),
    (JudgeSettings, _prices),
    (StructureSettings, _structure),
    (AgentSettings, _planned),
    (RenderSettings, _renderer),
    (DiffusionSettings, _method),
    (DiffusionSettings, _models("render_model", "render_controlnet", "render_refine", "render_segmenter")),
    (DiffusionSettings, _cache),
    (VisionSettings, _looking),
    (VisionSettings, _thresholds),
    (VisionSettings, _models("detector", "depth")),
    (VisionSettings, _cache),
    (VisionSettings, _eyes),
    (WriterSettings, _dataset),
    (BalanceSettings, _targets),
)
"""By the class whose fields a rule reads; what may name a missing extra comes after what cannot be right anywhere."""


def broken(settings: "BaseSettings") -> Iterator[UserError]:
    """What is wrong with the settings of a process, one error a rule."""
    for of, rule in RULES:
        if isinstance(settings, of):
            try:
                rule(settings)
            except UserError as error:
                yield error


def require(settings: "BaseSettings") -> None:
    """Raise the first UserError of a rule that the settings break, before the process connects to anything."""
    for error in broken(settings):
        raise error


def _can_hold(name: str, folder: Path) -> None:
    """Raise Misconfigured where a folder neither is one that can be written nor could be made."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not there.is_dir():
        raise Misconfigured(f"{name} is {folder}: {there} is no folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise Misconfigured(f"{name} is {folder}: {there} is read-only for us")
