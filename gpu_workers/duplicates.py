"""Near duplicates: who was first with a fingerprint.

In: an accepted sample and its picture.  Out: None, or a Finding that names the picture that was there first.
What was seen lies in the object store, one small object a fingerprint that is put only where nothing lies yet, with the
picture's id in it.  So all workers share it, a redelivered picture finds its own id and is accepted again, and a worker
that dies in between has claimed nothing for anybody else.

Claims are made last, after every other gate.  Two near pictures at the very same time may leave a claim of the one that
is rejected; it then stands for the one that was accepted, which is as near.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gpu_workers.findings import Finding
from gpu_workers.fingerprints import of_graph, of_picture, of_questions
from schemas.doors import ObjectStore, StoredObject
from schemas.events import Question, RenderedImage

FOLDER = "seen"
MEDIA_TYPE = "text/plain"

SAID = {
    "graph": "the same things at nearly the same places were drawn before",
    "picture": "a picture that looks the same was accepted before",
    "questions": "the same questions were asked of the same situation before",
}


@dataclass(frozen=True)
class _Claim:
    """A fingerprint: the key that is claimed, and keys beside it where a near one may lie."""

    by: str
    key: str
    beside: tuple[str, ...] = ()


class Duplicates:
    """The fingerprints that were seen, in a store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def find(self, event: RenderedImage, questions: Sequence[Question], picture: bytes) -> Finding | None:
        """Claim the sample's fingerprints for its picture, unless one belongs to another. Raises TryLater."""
        image, claims = event.image.image_id, _claims(event, questions, picture)
        for claim in claims:
            for key in (claim.key, *claim.beside):
                owner = self._owner(key)
                if owner == image:
                    break  # claimed by an earlier delivery of this picture: what came since is nothing to it
                if owner is not None:
                    return _finding(claim, owner)
        for claim in claims:
            owner = self._claimed(claim.key, image)
            if owner != image:
                return _finding(claim, owner)
        return None

    def recall(self, evidence: Mapping[str, object]) -> None:
        """Claim for the picture that a rejection's evidence names as the first, unless somebody has. Raises TryLater."""
        by, fingerprint, first = (evidence.get(name) for name in ("by", "fingerprint", "first"))
        if by in SAID and isinstance(fingerprint, str) and isinstance(first, str):
            self._claimed(_key(str(by), fingerprint), first)

    def _owner(self, key: str) -> str | None:
        found = self._store.get(key)
        return None if found is None else found.data.decode("ascii", "replace")

    def _claimed(self, key: str, image: str) -> str:
        """Whose the key is now."""
        if self._store.put_if_absent(key, StoredObject(image.encode("ascii"), MEDIA_TYPE)):
            return image
        return self._owner(key) or image


def keys_of(event: RenderedImage, questions: Sequence[Question], picture: bytes) -> list[str]:
    """What a sample claims when it is accepted."""
    return [claim.key for claim in _claims(event, questions, picture)]


def claim_of(event: RenderedImage) -> StoredObject:
    """What lies under a key that the picture claimed."""
    return StoredObject(event.image.image_id.encode("ascii"), MEDIA_TYPE)


def _claims(event: RenderedImage, questions: Sequence[Question], picture: bytes) -> list[_Claim]:
    return [
        _claim("graph", of_graph(event.graph)),
        _claim("picture", *of_picture(picture)),
        _claim("questions", of_questions(event.graph, questions)),
    ]


def _claim(by: str, fingerprint: str, *beside: str) -> _Claim:
    return _Claim(by, _key(by, fingerprint), tuple(_key(by, text) for text in beside))


def _key(by: str, fingerprint: str) -> str:
    return f"{FOLDER}/{by}/{fingerprint[:2]}/{fingerprint}"


def _finding(claim: _Claim, owner: str) -> Finding:
    gate = "questions" if claim.by == "questions" else "image"
    evidence: dict[str, object] = {"by": claim.by, "fingerprint": claim.key.rpartition("/")[2], "first": owner}
    return Finding(gate, "duplicate", SAID[claim.by], evidence)
