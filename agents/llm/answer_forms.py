"""The schemas of a model's answers at each stage.

Declares only.  The stage that asked checks whether an answer makes sense.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from schemas.base import readable


def _on_one_line(word: str) -> str:
    """The word with single spaces. Raises ValueError for invisible characters: control characters, direction marks."""
    plain = " ".join(word.split())
    if not plain.isprintable():
        raise ValueError("this word has characters that cannot be seen")
    return readable(plain)


Word = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_on_one_line)]


class Scenes(BaseModel):
    """Scenes of a concept."""

    scenes: Annotated[list[Word], Field(min_length=1, max_length=12)]


class Objects(BaseModel):
    """Objects of a scene."""

    objects: Annotated[list[Word], Field(min_length=1, max_length=100)]


class Node(BaseModel):
    """An object with its attributes."""

    name: Word
    attributes: Annotated[list[Word], Field(max_length=6)] = []


class NodeSet(BaseModel):
    """Objects of one picture."""

    objects: Annotated[list[Node], Field(min_length=1, max_length=20)]


class NodeSets(BaseModel):
    """Several pictures' objects."""

    sets: Annotated[list[NodeSet], Field(min_length=1, max_length=20)]


class Triple(BaseModel):
    """Subject, relation in words, object."""

    subject: int
    relation: Word
    object: int


class Standing(BaseModel):
    """Where in the picture as a whole an object is."""

    subject: int
    place: Word


class Triples(BaseModel):
    """The relations of one picture; places are a list of their own, so that no object is left out by mistake."""

    triples: Annotated[list[Triple], Field(max_length=100)]
    places: Annotated[list[Standing], Field(max_length=20)] = []


class Placed(BaseModel):
    """A box for an object, whatever it is worth: `spatial.layout` names its faults."""

    object: int
    box: Annotated[list[float], Field(max_length=8)]


class Boxes(BaseModel):
    """A layout."""

    boxes: Annotated[list[Placed], Field(min_length=1, max_length=100)]


class PlacedTriples(Triples):
    """The relations of one picture and a layout that is to obey them."""

    boxes: Annotated[list[Placed], Field(max_length=100)] = []


Sentence = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_on_one_line)]


class Paraphrases(BaseModel):
    """Other ways to ask a question, with slots."""

    sentences: Annotated[list[Sentence], Field(max_length=100)]
