"""Ids derived from content: the same input gives the same id on every machine, at every time.

In: models or plain values.  Out: lower-case hexadecimal text.  Holds no state and reads no clock.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from schemas.events import SeedConcept, SeedOptions
from schemas.graph import SpatialGraph
from schemas.texts.written_text import nfc

ID_CHARS = 32
"""128 bits: a collision among 10 billion ids has a probability below 2e-19."""


def content_id(kind: str, *parts: object) -> str:
    """The id of `parts`, which must be JSON values (a mapping's key order does not matter)."""
    text = json.dumps([kind, *parts], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_CHARS]


def derived_seed(purpose: str, *parts: object) -> int:
    """A 63-bit seed for a random generator, separate for every purpose."""
    return int(content_id(f"seed/{purpose}", *parts), 16) >> 65


def concept_key(concept: str) -> str:
    """The concept as seeds are compared: white space, case and Unicode's spellings of a letter do not count."""
    return " ".join(nfc(concept).split()).casefold()


def make_seed(
    concept: str, count: int = 1, first: int = 0, context: str = "", options: SeedOptions | None = None
) -> SeedConcept:
    """A validated seed with its id, its concept in Unicode's form NFC.

    Raises pydantic's ValidationError (a ValueError) on bad input.
    """
    chosen = options or SeedOptions()
    seed_id = content_id("seed", concept_key(concept), context, chosen.model_dump(mode="json"))
    return SeedConcept(seed_id=seed_id, concept=nfc(concept), count=count, first=first, context=context, options=chosen)


def with_graph_id(fields: Mapping[str, object]) -> SpatialGraph:
    """A graph whose id derives from all its other fields (`fields` has no `graph_id`).

    Planning costs differ from run to run: they are added afterwards, as the note `ledger`, and do not enter the id.
    """
    draft = SpatialGraph.model_validate({**fields, "graph_id": "0" * ID_CHARS})
    content = draft.model_dump(mode="json", exclude={"graph_id", "attempt"})
    return draft.model_copy(update={"graph_id": content_id("graph", content)})


NAMES_OF_WEIGHTS = frozenset(("model", "revision", "licence"))
"""What weights are called and under which terms, beside their hash: it changes no pixel."""


def image_id(graph_id: str, renderer: str, parameters: Mapping[str, object], attempt: int) -> str:
    """The id of a picture: it derives from inputs alone, so that it is known before the picture is drawn.

    Of weights it is their hash alone that counts: the same ones give the same ids from a folder of any name and from a hub.
    """
    return content_id("image", graph_id, renderer, _unnamed(dict(parameters)), attempt)


def _unnamed(value: object) -> object:
    """Parameters without the names of weights whose hash is beside them, at any depth."""
    if isinstance(value, Mapping):
        left_out = NAMES_OF_WEIGHTS if {*NAMES_OF_WEIGHTS, "sha256"} <= value.keys() else frozenset()
        return {name: _unnamed(each) for name, each in value.items() if name not in left_out}
    return [_unnamed(each) for each in value] if isinstance(value, list | tuple) else value


def view_id(image: str, number: int) -> str:
    """The id of the picture of a further camera (1, 2 …) of the scene that picture `image` shows."""
    return content_id("view", image, number)


def image_key(image: str, extension: str) -> str:
    """The object key of a picture; the two-character folder spreads load over the store's prefixes."""
    return f"images/{image[:2]}/{image}.{extension}"


def sample_id(image: str) -> str:
    """The id of the sample made of a picture: one picture gives at most one sample."""
    return content_id("sample", image)


def rejection_id(stage: str, gate: str, reason: str, subject: str) -> str:
    """The id of a rejection: judging `subject` again with the same result gives the same id."""
    return content_id("rejection", stage, gate, reason, subject)


def question_id(sample: str, text: str, views: Sequence[int] = ()) -> str:
    """The id of a question: unique within the dataset as long as a sample does not ask the same text of the same pictures
    (`views`, none for its image alone) twice."""
    return content_id("question", sample, text, *([list(views)] if views else []))
