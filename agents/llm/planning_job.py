"""One graph on its way through the stages: what is asked for, with what, and what was said so far.

In: a seed, an index, tools.  Out: checked answers; the replies are noted for the ledger.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from agents.llm.answer_forms import Boxes, NodeSets, Objects, Scenes, Triples
from agents.requirements import plain
from schemas.events import SeedConcept
from schemas.ids import derived_seed
from schemas.llm.contract import Counts, LanguageModel, Reply
from schemas.llm.prompts import Prompt, PromptInput, request_of
from schemas.llm.structured_answers import Check, Conversation
from spatial.knowledge.renderer_capabilities import RendererCapabilities

T = TypeVar("T", bound=BaseModel)

_PACKAGE = "agents.llm"

PROMPTS = {
    prompt.stage: prompt
    for prompt in (
        Prompt(_PACKAGE, "scenes", 1, Scenes, 400),
        Prompt(_PACKAGE, "objects", 1, Objects, 800),
        Prompt(_PACKAGE, "nodes", 1, NodeSets, 2000),
        Prompt(_PACKAGE, "edges", 1, Triples, 1200),
        Prompt(_PACKAGE, "layout", 1, Boxes, 1200),
    )
}
"""Each stage's prompt with its version; the texts are files beside this module."""


@dataclass(frozen=True)
class Tools:
    """What every graph is planned with."""

    model: LanguageModel
    counts: Counts
    able: RendererCapabilities
    temperature: float


@dataclass
class Job:
    """Graph number `index` of `seed`. `replies` are (stage, reply) pairs in the order of asking."""

    seed: SeedConcept
    index: int
    tools: Tools
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    def __post_init__(self) -> None:
        options = self.seed.options
        self.excluded = tuple(dict.fromkeys(plain(name) for name in options.excluded))
        self.required = tuple(plain(name) for name in options.required_objects)
        self.required_triples = tuple(
            (plain(a), phrase, plain(b) if b else None) for a, phrase, b in options.required_relations
        )

    @property
    def needed(self) -> tuple[str, ...]:
        """Every category that must be there, each once."""
        of_triples = [name for a, _, b in self.required_triples for name in (a, b) if name]
        return tuple(dict.fromkeys((*self.required, *of_triples)))

    def copies(self, name: str) -> int:
        """How many of a needed category there must be."""
        twins = any(a == b == name for a, _, b in self.required_triples)
        return max(1, self.required.count(name), 2 if twins else 1)

    def chance(self, purpose: str, *parts: object) -> int:
        """A seed for one purpose of this seed concept."""
        return derived_seed(purpose, self.seed.seed_id, *parts)

    def talk(self, prompt_input: PromptInput, form: type[T]) -> Conversation[T]:
        """A conversation about one stage."""
        return Conversation(
            self.tools.model,
            request_of(PROMPTS[prompt_input.stage], prompt_input, self.tools.temperature),
            form,
            self.tools.counts,
        )

    async def hear(self, talk: Conversation[T], check: Check[T]) -> T:
        """The checked answer. Raises Unanswered, RetryableError, PermanentError; the replies are noted whatever happens."""
        before = len(talk.replies)
        try:
            return await talk.ask(check)
        finally:
            self.replies += [(talk.request.stage, reply) for reply in talk.replies[before:]]

    async def ask(self, prompt_input: PromptInput, form: type[T], check: Check[T]) -> T:
        """The same in one go."""
        return await self.hear(self.talk(prompt_input, form), check)
