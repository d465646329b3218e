"""The text prompts of a graph for diffusion renderers.

In: a scene, objects, relations, absent categories.  Out: a `Prompt`.  Absent categories are in the negative text only.
Articles and plurals come from the library inflect.
"""

from collections.abc import Sequence
from functools import lru_cache

import inflect

from schemas.bounds import MAX_TEXT_CHARS
from schemas.graph import GraphObject, Prompt, Relation
from spatial.knowledge.categories import SceneKind
from spatial.questions.wording.lexicon import fits
from spatial.relations.predicate_table import predicate
from spatial.relations.relation_truth import members

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "last")

ALWAYS_UNWANTED = ("text", "watermark", "collage of pictures", "cropped", "deformed")
"""Negative prompt of every picture."""

MOST_ELEMENTS = 4
"""Of a scene's surroundings, in a prompt."""

MAX_CHARS = 1500
"""Text encoders read far less; the first sentences matter most."""


@lru_cache(maxsize=1)
def _engine() -> inflect.engine:
    return inflect.engine()


@lru_cache(maxsize=4096)
def with_article(noun: str) -> str:
    """A noun phrase with "a" or "an", or without where it is plural already."""
    said: str = _engine().a(noun)
    return said


def phrase_of(item: GraphObject) -> str:
    """The noun phrase of an object: its attributes and its category; attributes that follow the noun come last."""
    before = [word for word in item.attributes if not word.startswith("facing")]
    after = [word for word in item.attributes if word.startswith("facing")]
    return with_article(" ".join([*before, item.category, *after]))


def prompt_of(
    scene: SceneKind | str,
    objects: Sequence[GraphObject],
    relations: Sequence[Relation],
    excluded: Sequence[str],
    conditions: Sequence[str] = (),
) -> Prompt:
    """The prompt of a graph. `conditions` say light, season and weather, as in `at night`."""
    phrases = tuple(phrase_of(item) for item in objects)
    name = scene if isinstance(scene, str) else scene.name
    place = " ".join([with_article(name), *conditions])
    background = place if isinstance(scene, str) else ", ".join((place, *_elements(scene, excluded)))
    sentences = [f"{place[0].upper()}{place[1:]} with {_listed(phrases)}"]
    sentences += [_sentence(relation, objects) for relation in relations]
    return Prompt(
        positive=_cut(sentences),
        negative=_joined((*excluded, *ALWAYS_UNWANTED)),
        background=background,
        phrases=phrases,
    )


def _elements(scene: SceneKind, excluded: Sequence[str]) -> list[str]:
    """What the background of a scene shows, without what must not be seen: no made bed where beds are excluded."""
    shown = [element for element in scene.elements if not any(fits(word, element) for word in excluded)]
    return shown[:MOST_ELEMENTS]


def _listed(phrases: Sequence[str]) -> str:
    joined: str = _engine().join(list(phrases))
    return joined


def _cut(sentences: Sequence[str]) -> str:
    text = ""
    for sentence in sentences:
        if len(text) + len(sentence) > MAX_CHARS:
            break
        text += f"{sentence}. "
    return text.strip()


def _joined(words: Sequence[str]) -> str:
    """The words, cut to the longest text allowed."""
    text = ""
    for word in words:
        if len(text) + len(word) + 2 > MAX_TEXT_CHARS:
            break
        text += f", {word}" if text else word
    return text


def _sentence(relation: Relation, objects: Sequence[GraphObject]) -> str:
    subject = _named(relation.subject, objects)
    words = predicate(relation.predicate).phrase
    if relation.object is None:
        return f"The {subject} is at the {words} of the picture"
    group = _listed([f"the {_named(i, objects)}" for i in members(relation)])
    return f"The {subject} is {words} {group}"


def _named(i: int, objects: Sequence[GraphObject]) -> str:
    """A name that distinguishes objects of one category: by their attributes, else by their order."""
    item = objects[i]
    same = [o for o in objects if o.category == item.category]
    if len(same) == 1:
        return item.category
    alike = [o for o in same if o.attributes == item.attributes]
    if len(alike) == 1 and item.attributes:
        return " ".join([*item.attributes, item.category])
    return f"{ORDINALS[min(same.index(item), len(ORDINALS) - 1)]} {item.category}"
