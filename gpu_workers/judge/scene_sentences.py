"""The author's prompt input: the objects of a scene by name, and the sentence templates that can be parsed.

In: a scene.  Out: JSON values for the prompt.  No boxes and no relations: the author must look at the picture.
"""

from collections.abc import Sequence

from schemas.events import Scene
from spatial.questions.wording.realisation import PHRASES, SLOT, templates

SENTENCES_PER_SHAPE = 2
"""Templates of each question shape in the prompt: enough for variety in a short prompt."""


def described_objects(scene: Scene) -> list[str]:
    """Each object with its attributes, as in `red cup`."""
    return [" ".join([*thing.attributes, thing.category]) for thing in scene.objects]


def sentences_for(scene: Scene) -> dict[str, object]:
    """`sentences` with slots in braces, and `words` for the slots that take fixed phrases."""
    needed = len(scene.objects)
    shapes = {shape: texts for shape, texts in templates().items() if needed >= _things_needed(texts[0])}
    sentences = [_readable(text) for texts in shapes.values() for text in _spread(texts)]
    return {"sentences": sentences, "words": {slot: sorted(phrases.values()) for slot, phrases in PHRASES.items()}}


def _spread(texts: Sequence[str]) -> Sequence[str]:
    """Some of the texts, far from each other in the list: neighbours differ by a word."""
    return texts[:: max(1, -(-len(texts) // SENTENCES_PER_SHAPE))]


def _things_needed(template: str) -> int:
    return sum(1 for name, verb in SLOT.findall(template) if not verb and name not in PHRASES)


def _readable(template: str) -> str:
    """The template with verbs that agree with a slot in the singular."""
    return SLOT.sub(lambda match: match.group(1) if match.group(2) else match.group(0), template)
