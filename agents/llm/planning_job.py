"""The state of one graph in planning: its requirements, its tools, and the model's replies so far.

In: a seed, an index, tools.  Out: checked answers; the replies are recorded for the ledger.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from agents.llm.answer_forms import Boxes, NodeSets, Objects, PlacedTriples, Scenes, Triples
from agents.requirements import excluded_categories, home_of, required_triples
from schemas.events import SeedConcept
from schemas.ids import derived_seed
from schemas.llm.contract import Counts, LanguageModel, Reply
from schemas.llm.prompts import Prompt, PromptInput, request_of
from schemas.llm.structured_answers import Check, Conversation
from schemas.llm.token_limits import CallTokens
from spatial.knowledge.category_names import category_name
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
        Prompt(_PACKAGE, "picture", 1, PlacedTriples, 2000),
    )
}
"""Each stage's prompt with its version; the texts are files beside this module."""


@dataclass(frozen=True)
class Tools:
    """Shared by the planning of all graphs. `one_request`: relations and boxes come by one request, and no model is asked
    for the scene of a concept that is one."""

    model: LanguageModel
    counts: Counts
    capabilities: RendererCapabilities
    temperature: float
    call_tokens: CallTokens = field(default_factory=CallTokens)
    one_request: bool = False


@dataclass
class Job:
    """Graph number `index` of `seed`. `replies` are (stage, reply) pairs in the order of asking."""

    seed: SeedConcept
    index: int
    tools: Tools
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    def __post_init__(self) -> None:
        options = self.seed.options
        self.excluded = excluded_categories(options)
        scene = home_of(self.seed.concept, self.tools.capabilities)
        self.required = tuple(category_name(name, scene) for name in options.required_objects)
        self.required_triples = tuple(required_triples(options, scene))

    @property
    def needed(self) -> tuple[str, ...]:
        """Every required category, without duplicates."""
        of_triples = [name for a, _, others in self.required_triples for name in (a, *others)]
        return tuple(dict.fromkeys((*self.required, *of_triples)))

    def copies(self, name: str) -> int:
        """How many objects of a required category there must be."""
        of_triples = [(a, *others).count(name) for a, _, others in self.required_triples]
        return max(1, self.required.count(name), *of_triples)

    def seed_for(self, purpose: str, *parts: object) -> int:
        """A seed for one purpose of this seed concept."""
        return derived_seed(purpose, self.seed.seed_id, *parts)

    @property
    def prompts(self) -> tuple[str, ...]:
        """The names of the prompts that were used, in the order of the stages."""
        asked = {stage for stage, _ in self.replies}
        return tuple(prompt.name for stage, prompt in PROMPTS.items() if stage in asked)

    def talk(self, prompt_input: PromptInput, form: type[T]) -> Conversation[T]:
        """A new conversation for one stage."""
        return Conversation(
            self.tools.model,
            request_of(PROMPTS[prompt_input.stage], prompt_input, self.tools.temperature, self.tools.call_tokens),
            form,
            self.tools.counts,
        )

    async def await_answer(self, talk: Conversation[T], check: Check[T]) -> T:
        """The checked answer. Raises Unanswered, RetryableError, PermanentError; the replies are recorded in any case."""
        before = len(talk.replies)
        try:
            return await talk.ask(check)
        finally:
            self.replies += [(talk.request.stage, reply) for reply in talk.replies[before:]]

    async def ask(self, prompt_input: PromptInput, form: type[T], check: Check[T]) -> T:
        """Start a conversation and await its checked answer."""
        return await self.await_answer(self.talk(prompt_input, form), check)
