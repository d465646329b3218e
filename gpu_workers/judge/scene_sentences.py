"""What an author is told: the things of a scene by name, and the sentences that can be read back.

In: a scene.  Out: JSON values for the prompt.  No boxes and no relations: the author must look.
"""

from schemas.events import Scene
from spatial.questions.wording.realisation import PHRASES, SLOT, templates

SENTENCES_A_SHAPE = 2
"""Ways of saying each shape that an author is shown: enough for variety in a short prompt."""


def things_in(scene: Scene) -> list[str]:
    """Each thing with what is known of it, as in `red cup`."""
    return [" ".join([*thing.attributes, thing.category]) for thing in scene.objects]


def sentences_for(scene: Scene) -> dict[str, object]:
    """`sentences` with gaps in braces, and `words` for the gaps that take fixed phrases."""
    needed = len(scene.objects)
    shapes = {shape: texts for shape, texts in templates().items() if needed >= _things_needed(texts[0])}
    sentences = [_readable(text) for texts in shapes.values() for text in texts[:SENTENCES_A_SHAPE]]
    return {"sentences": sentences, "words": {slot: sorted(phrases.values()) for slot, phrases in PHRASES.items()}}


def _things_needed(template: str) -> int:
    return sum(1 for name, verb in SLOT.findall(template) if not verb and name not in PHRASES)


def _readable(template: str) -> str:
    """Verbs that agree with a gap are shown in the singular."""
    return SLOT.sub(lambda match: match.group(1) if match.group(2) else match.group(0), template)
