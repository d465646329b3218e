"""The language model of a demo: none, the simulated one, or the one that the environment names.

In: a choice.  Out: the settings of the stages.  The simulated model runs in this process and ends with it.
"""

import os
from contextlib import ExitStack
from dataclasses import dataclass

from schemas.errors import UserError
from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import serving

STUB, FROM_ENVIRONMENT = "stub", "env"
CHOICES = (STUB, FROM_ENVIRONMENT)
NAMES = ("SKG_LLM_", "SKG_MLLM_")


@dataclass(frozen=True)
class LlmOptions:
    """`choice` is one of CHOICES or None for the planner by rules; `max_tokens` limits what the agents spend."""

    choice: str | None = None
    max_tokens: int | None = None

    def environment(self, stack: ExitStack) -> dict[str, str]:
        """The settings; what has to be started ends with `stack`. Raises UserError for an unknown choice."""
        if self.choice is None:
            return {}
        found = _stub(stack) if self.choice == STUB else _given(self.choice)
        return found if self.max_tokens is None else {**found, "SKG_LLM_MAX_TOKENS": str(self.max_tokens)}


NO_LLM = LlmOptions()
"""The planner by rules, without a judge."""


def _stub(stack: ExitStack) -> dict[str, str]:
    url = stack.enter_context(serving(lifelike)).url
    return {
        "SKG_LLM_URL": url,
        "SKG_LLM_MODEL": "stub-planner",
        "SKG_MLLM_URL": url,
        "SKG_MLLM_MODEL": "stub-author",
        "SKG_MLLM_CHECK_MODEL": "stub-checker",
    }


def _given(choice: str) -> dict[str, str]:
    if choice != FROM_ENVIRONMENT:
        raise UserError(f"--llm {choice}: there is {' and '.join(CHOICES)}")
    found = {name: value for name, value in os.environ.items() if name.startswith(NAMES)}
    if "SKG_LLM_URL" not in found:
        raise UserError("--llm env: SKG_LLM_URL is not set")
    return found
