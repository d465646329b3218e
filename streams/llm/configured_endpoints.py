"""The endpoints of the language models that settings name: of the planner, of the judge and of the model that checks it.

In: settings.  Out: valid endpoints, or Misconfigured in one line that begins with the setting.  Connects to nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from streams.errors import Misconfigured
from streams.llm.endpoint import Endpoint
from streams.settings import JudgeSettings, LanguageSettings


def planner_endpoint(settings: LanguageSettings) -> Endpoint:
    """The model that plans; `llm_url` is set. Raises Misconfigured."""
    with _of("SKG_LLM_URL"):
        key = settings.llm_api_key.get_secret_value()
        return Endpoint(str(settings.llm_url), settings.llm_model, key, settings.llm_timeout_s)


def judge_endpoints(settings: JudgeSettings) -> tuple[Endpoint, Endpoint]:
    """The author's model and the checker's, which must differ unless a setting allows one for both; `mllm_url` is set.

    Raises Misconfigured.
    """
    key, timeout_s = settings.mllm_api_key.get_secret_value(), settings.mllm_timeout_s
    with _of("SKG_MLLM_URL"):
        first = Endpoint(str(settings.mllm_url), settings.mllm_model, key, timeout_s)
    with _of("SKG_MLLM_CHECK_URL"):
        other = Endpoint(
            settings.mllm_check_url or first.url,
            settings.mllm_check_model or first.model,
            settings.mllm_check_api_key.get_secret_value() or key,
            timeout_s,
        )
    if (other.url, other.model) == (first.url, first.model) and not settings.mllm_same_model:
        raise Misconfigured(
            f"{first.model} would check its own questions: set SKG_MLLM_CHECK_MODEL to another model, "
            "or SKG_MLLM_SAME_MODEL=true to allow it"
        )
    return first, other


@contextmanager
def _of(setting: str) -> Iterator[None]:
    try:
        yield
    except Misconfigured as error:
        raise Misconfigured(f"{setting}: {error}") from None
