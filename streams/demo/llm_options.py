"""The language model of a demo: none, the simulated one, or the one that the environment names.

In: a choice.  Out: the settings of the stages.  The simulated model runs in this process and ends with it.
"""

import os
from contextlib import ExitStack
from dataclasses import dataclass

from schemas.errors import BadInput

STUB, FROM_ENVIRONMENT = "stub", "env"
CHOICES = (STUB, FROM_ENVIRONMENT)
NAMES = ("SKG_LLM_", "SKG_MLLM_")


@dataclass(frozen=True)
class LlmOptions:
    """`choice` is one of CHOICES or None for the planner by rules; `max_tokens` limits what the agents spend."""

    choice: str | None = None
    max_tokens: int | None = None

    def check(self) -> None:
        """Raise UserError for an unknown choice, and for an environment that names no model."""
        if self.choice not in (None, *CHOICES):
            raise BadInput(f"--llm {self.choice}: there are {' and '.join(CHOICES)}")
        if self.choice == FROM_ENVIRONMENT and not os.environ.get("SKG_LLM_URL"):
            raise BadInput("--llm env: SKG_LLM_URL is not set")

    def environment(self, stack: ExitStack) -> dict[str, str]:
        """The settings; what has to be started ends with `stack`. `check` found no fault."""
        if self.choice is None:
            return {}
        found = _stub(stack) if self.choice == STUB else _given()
        return found if self.max_tokens is None else {**found, "SKG_LLM_MAX_TOKENS": str(self.max_tokens)}


NO_LLM = LlmOptions()
"""The planner by rules, without a judge."""


def _stub(stack: ExitStack) -> dict[str, str]:
    from streams.demo.llm_answers import lifelike  # what no other demo has to wait for
    from streams.demo.llm_stub import serving

    url = stack.enter_context(serving(lifelike)).url
    return {
        "SKG_LLM_URL": url,
        "SKG_LLM_MODEL": "stub-planner",
        "SKG_MLLM_URL": url,
        "SKG_MLLM_MODEL": "stub-author",
        "SKG_MLLM_CHECK_MODEL": "stub-checker",
    }


def _given() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(NAMES)}
