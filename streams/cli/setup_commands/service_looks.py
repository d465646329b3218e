"""What `skg doctor` finds of services: those of this folder, broker, store, dataset, language models, collector of traces.

In: the settings, in place of a wrong one its default.  Out: a finding a look; no look raises.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from streams.setting_faults import Settings
    from streams.settings import StoreSettings

LOOK_S = 3.0
"""For each wait of a look at a store or a model."""

START = 'eval "$(skg up)" starts a store and sets its address'
CORRECT_ENDPOINT = f"correct SKG_S3_ENDPOINT; {START}"

State = Literal["ok", "absent", "wrong"]
"""`absent`: not there, and not needed by what is configured."""


@dataclass(frozen=True)
class Finding:
    """One look: what was looked at, how it is, and what helps where something is missing."""

    what: str
    state: State
    detail: str
    remedy: str = ""


def service_findings() -> Iterator[Finding]:
    """Every look at a service, those of this machine first."""
    for look in (_services, _broker, _store, _dataset, _planner, _judge, _traces):
        yield from look()


def _services() -> Iterator[Finding]:
    from streams.services.service_errors import ServiceError
    from streams.services.service_registry import load
    from streams.setting_faults import valid_part
    from streams.settings import ProcessSettings

    state = valid_part(ProcessSettings)[0].state_dir
    try:
        running = [f"{one.recipe.title} at {one.bootstrap}" for one in load(state).values() if one.alive]
    except ServiceError as error:
        yield Finding("skg up", "wrong", str(error))
        return
    if running:
        yield Finding("skg up", "ok", f"{', '.join(running)} (state in {state})")
    else:
        yield Finding("skg up", "absent", f"nothing runs here (state in {state})", 'eval "$(skg up)"')


def _broker() -> Iterator[Finding]:
    from streams.broker.connection import connection_of
    from streams.broker.reachability import kafka_at, probe
    from streams.broker.topic_admin import check
    from streams.errors import Misconfigured
    from streams.settings import KafkaSettings

    settings = _with_its_secrets(KafkaSettings)
    if settings is None:
        return
    try:
        connection = connection_of(settings)
    except Misconfigured:
        return  # said of the settings

    def look() -> str:
        probe(connection)
        return kafka_at(connection)

    is_default = connection == connection_of(KafkaSettings.model_construct())
    for reached in _reached("broker", look):
        yield replace(reached, state="absent") if is_default and reached.state == "wrong" else reached
        if reached.state == "ok":
            yield from _reached("topics", lambda: _topics_of(check(settings)), "skg topics apply")


def _topics_of(faults: list[str]) -> str:
    from streams.errors import Refused

    if faults:
        raise Refused("; ".join(faults))
    return "all there, as they should be"


def _store() -> Iterator[Finding]:
    from streams.settings import StoreSettings
    from streams.storage.s3 import bucket_answers

    settings = _with_its_secrets(StoreSettings)
    if settings is not None:
        yield from look_at_store(settings, bucket_answers)


def look_at_store(settings: "StoreSettings", answers: "Callable[[StoreSettings, float], bool]") -> Iterator[Finding]:
    """The store of the settings, Amazon's where they name none and keys are found: without, nothing is configured.

    `answers`: whether the bucket is there; raises as `streams.storage.s3.bucket_answers`.
    """
    from schemas.errors import RetryableError
    from streams.cli.remedies import for_service
    from streams.errors import Misconfigured, Refused
    from streams.storage.s3_credentials import NoKeys

    try:
        yield _of_bucket(settings, answers(settings, LOOK_S))
    except RetryableError as error:
        correct = CORRECT_ENDPOINT if settings.s3_endpoint else f"set SKG_S3_ENDPOINT where another store is meant; {START}"
        yield Finding("store", "wrong", str(error), for_service(error.service) or correct)
    except NoKeys as error:
        if settings.s3_endpoint:
            yield Finding("store", "wrong", str(error), _remedy_of_store(error))
        else:
            detail = "SKG_S3_ENDPOINT is not set, and no keys are found with which to ask Amazon's own S3"
            yield Finding("store", "absent", detail, START)
    except Refused as error:
        if not isinstance(error, Misconfigured):  # what is wrong with settings is said of them
            yield Finding("store", "wrong", str(error), _remedy_of_store(error))


def _of_bucket(settings: "StoreSettings", is_there: bool) -> Finding:
    """A bucket that is missing is made by the first process that keeps pictures."""
    amazon = f"Amazon's S3 in {settings.s3_region} (SKG_S3_ENDPOINT is not set)"
    where = f"S3 at {settings.s3_endpoint} (SKG_S3_ENDPOINT)" if settings.s3_endpoint else amazon
    bucket = f"bucket {settings.s3_bucket} (SKG_S3_BUCKET)"
    if is_there:
        return Finding("store", "ok", f"{where}, {bucket}")
    remedy = "the first stage that keeps pictures makes it; if it should be there, correct SKG_S3_BUCKET"
    return Finding("store", "absent", f"{where} takes these keys, and has no {bucket} yet", remedy)


def _remedy_of_store(error: Exception) -> str:
    from streams.storage.s3 import KeysRefused, NotS3
    from streams.storage.s3_credentials import NoKeys

    if isinstance(error, NotS3):
        return CORRECT_ENDPOINT
    if isinstance(error, KeysRefused):
        return (
            "correct SKG_S3_ACCESS_KEY and SKG_S3_SECRET_KEY, or have these keys admitted to the bucket; "
            'eval "$(skg up)" sets those of the store of this folder'
        )
    if isinstance(error, NoKeys):
        return 'eval "$(skg up)" sets those of the store of this folder'
    return "skg config says what each SKG_S3_ setting is for"


def _dataset() -> Iterator[Finding]:
    from dataset.table.delta_table import Table
    from schemas.errors import Damaged, RetryableError, UserError
    from streams.cli.remedies import for_missing_dataset
    from streams.setting_faults import valid_part
    from streams.settings import WriterSettings
    from streams.storage.s3_connection import endpoint_of, storage_options
    from streams.storage.s3_probe import store_answers

    settings, options = valid_part(WriterSettings)[0], None
    uri = settings.dataset_uri
    try:
        if uri.startswith("s3://"):
            options = storage_options(settings, uri)
            store_answers(endpoint_of(settings), settings.connect_timeout_s)
        table = Table.load(uri, options)
        table.require_files()
    except Damaged as error:
        what, _, remedy = str(error).partition("; ")
        yield Finding("dataset", "wrong", what, remedy)
    except (RetryableError, UserError) as error:
        remedy = for_missing_dataset() or "the first sample makes it: skg demo, or skg write"
        yield Finding("dataset", "absent", str(error), remedy)
    else:
        yield Finding("dataset", "ok", f"{uri}, version {table.version}")


def _planner() -> Iterator[Finding]:
    from streams.llm.configured_endpoints import planner_endpoint
    from streams.llm.endpoint_probe import endpoint_answers
    from streams.settings import LanguageSettings

    settings = _with_its_secrets(LanguageSettings)
    if settings is None:
        return
    if not settings.llm_url:
        yield Finding("language model", "absent", "SKG_LLM_URL is not set: planning by rules")
        return

    def look() -> str:
        endpoint_answers(planner_endpoint(settings), LOOK_S)
        return f"{settings.llm_model} at {settings.llm_url} (SKG_LLM_URL)"

    yield from _reached("language model", look, "start its server, or correct SKG_LLM_URL")


def _judge() -> Iterator[Finding]:
    from streams.llm.configured_endpoints import judge_endpoints
    from streams.llm.endpoint_probe import endpoint_answers
    from streams.settings import JudgeSettings

    settings = _with_its_secrets(JudgeSettings)
    if settings is None:
        return
    if not settings.mllm_url:
        yield Finding("judge", "absent", "SKG_MLLM_URL is not set: no model judges pictures")
        return

    def look() -> str:
        for endpoint in judge_endpoints(settings):
            endpoint_answers(endpoint, LOOK_S, "SKG_MLLM_URL")
        return f"{settings.mllm_model} at {settings.mllm_url} (SKG_MLLM_URL)"

    yield from _reached("judge", look, "start its server, or correct SKG_MLLM_URL and SKG_MLLM_CHECK_URL")


def _traces() -> Iterator[Finding]:
    from monitoring.otel_export import fault_of_endpoint

    fault = fault_of_endpoint()
    if fault is not None:
        yield Finding("traces", "wrong", fault, "name a collector as in http://host:4318, or unset it")


def _with_its_secrets(cls: "type[Settings]") -> "Settings | None":
    """The valid part of some settings; None where a secret's file cannot be used, which is said of the settings."""
    from streams.secret_files import unusable_files
    from streams.setting_faults import valid_part

    return None if unusable_files(cls) else valid_part(cls)[0]


def _reached(what: str, look: Callable[[], str], remedy: str = "") -> Iterator[Finding]:
    """How a service was found; nothing where its settings are wrong, which is said of them."""
    from schemas.errors import RetryableError, UserError
    from streams.cli.remedies import for_service
    from streams.errors import Misconfigured

    try:
        yield Finding(what, "ok", look())
    except Misconfigured:
        return
    except RetryableError as error:
        yield Finding(what, "wrong", str(error), for_service(error.service) or remedy)
    except UserError as error:
        yield Finding(what, "wrong", str(error), remedy or "skg config says what each setting is for")
