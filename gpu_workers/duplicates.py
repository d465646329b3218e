"""Near duplicates: who was first with a fingerprint.

In: an accepted sample and its picture.  Out: None, or a Finding that names the picture that was there first.
What was seen lies in the object store, so that all workers share it.  A picture claims its fingerprints before it looks for
others: of two near ones at the same time at least one sees the other.  Then its verdict is put, once and for all, so that
every delivery of a picture ends alike.  A picture without a verdict yet is just being looked at by somebody, or was when
that somebody died: of two such the smaller id goes before, and nobody waits for anybody.  So of two near pictures exactly
one is kept, whoever comes first, unless a third one that is near to it goes before it.

Claims are made last, after every other gate.  What a picture that lost has claimed counts for nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gpu_workers.fingerprints import NEAR, bands, distance, of_graph, of_picture, of_questions
from gpu_workers.graph_check import Finding
from schemas.events import Question, RenderedImage
from schemas.interfaces import ObjectStore, StoredObject

CLAIMS, VERDICTS = "seen/near", "seen/verdicts"
MEDIA_TYPE = "text/plain"

SAID = {
    "graph": "the same things at nearly the same places were drawn before",
    "picture": "a picture that looks the same was accepted before",
    "questions": "the same questions were asked of the same situation before",
}


@dataclass(frozen=True)
class _Claim:
    """A fingerprint, and the folders in each of which those that are near may lie, all of them together in at least one."""

    by: str
    fingerprint: str
    folders: tuple[str, ...]

    def keys(self, image: str) -> list[str]:
        """Where a picture says that it has this fingerprint."""
        return [f"{folder}{self.fingerprint}-{image}" for folder in self.folders]

    def near(self, fingerprint: str) -> bool:
        """Whether another one is as good as the same."""
        most = NEAR if self.by == "picture" else 0
        return fingerprint == self.fingerprint or (most > 0 and distance(fingerprint, self.fingerprint) <= most)


@dataclass(frozen=True)
class _Verdict:
    """Which picture was first: the one that the verdict is about, or another, and what made them equal."""

    first: str
    by: str = ""

    def stored(self) -> StoredObject:
        return StoredObject(f"{self.first} {self.by}".encode("ascii"), MEDIA_TYPE)


class Duplicates:
    """The fingerprints that were seen, in a store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def find(self, event: RenderedImage, questions: Sequence[Question], picture: bytes) -> Finding | None:
        """What makes the sample a duplicate of another picture; None if it is kept. Raises RetryableError."""
        image, claims = event.image.image_id, _claims(event, questions, picture)
        verdict = self._verdict(image)
        if verdict is None:
            for key in (key for claim in claims for key in claim.keys(image)):
                self._store.put_if_absent(key, _text(image))
            verdict = self._settled(image, self._first(image, claims))
        return None if verdict.first == image else _finding(verdict, claims)

    def recall(self, evidence: Mapping[str, object]) -> None:
        """Claim for the picture that a rejection's evidence names as the first, and keep it. Raises RetryableError."""
        by, fingerprint, first = (evidence.get(name) for name in ("by", "fingerprint", "first"))
        if isinstance(by, str) and by in SAID and isinstance(fingerprint, str) and isinstance(first, str):
            for key in _claim(by, fingerprint).keys(first):
                self._store.put_if_absent(key, _text(first))
            self._settled(first, _Verdict(first))

    def _first(self, image: str, claims: Sequence[_Claim]) -> _Verdict:
        """The picture itself, unless one that is near was kept or goes before."""
        for near in self._others(image, claims):
            while near:
                other, by = near.popitem()
                verdict = self._verdict(other)
                if verdict is None and image < other:
                    verdict = self._settled(other, _Verdict(image, by))
                if verdict is None or verdict.first == other:
                    return _Verdict(other, by)
                if verdict.first in near:  # to what that one lost, this one is likely to lose: look there next
                    near[verdict.first] = near.pop(verdict.first)
        return _Verdict(image)

    def _others(self, image: str, claims: Sequence[_Claim]) -> Iterator[dict[str, str]]:
        """The near ones of each folder with what makes them near, each once."""
        told = {image}
        for claim in claims:
            for folder in claim.folders:
                lying = (key.removeprefix(folder).partition("-") for key in self._store.keys(folder))
                near = {other: claim.by for fingerprint, _, other in lying if other not in told and claim.near(fingerprint)}
                told |= near.keys()
                yield near

    def _settled(self, image: str, verdict: _Verdict) -> _Verdict:
        """The verdict about a picture: this one, if there was none yet."""
        if self._store.put_if_absent(_verdict_key(image), verdict.stored()):
            return verdict
        return self._verdict(image) or verdict

    def _verdict(self, image: str) -> _Verdict | None:
        found = self._store.get(_verdict_key(image))
        if found is None:
            return None
        first, _, by = found.data.decode("ascii", "replace").partition(" ")
        return _Verdict(first, by)


def kept(event: RenderedImage, questions: Sequence[Question], picture: bytes) -> dict[str, StoredObject]:
    """What lies in the store, by key, once a sample was kept."""
    image = event.image.image_id
    claimed = {key: _text(image) for claim in _claims(event, questions, picture) for key in claim.keys(image)}
    return {**claimed, _verdict_key(image): _Verdict(image).stored()}


def _claims(event: RenderedImage, questions: Sequence[Question], picture: bytes) -> list[_Claim]:
    return [
        _claim("graph", of_graph(event.graph)),
        _claim("picture", of_picture(picture)),
        _claim("questions", of_questions(event.graph, questions)),
    ]


def _claim(by: str, fingerprint: str) -> _Claim:
    if by != "picture":
        return _Claim(by, fingerprint, (f"{CLAIMS}/{by}/{fingerprint[:2]}/{fingerprint}/",))
    folders = tuple(f"{CLAIMS}/{by}/{number}/{band}/" for number, band in enumerate(bands(fingerprint)))
    return _Claim(by, fingerprint, folders)


def _verdict_key(image: str) -> str:
    return f"{VERDICTS}/{image[:2]}/{image}"


def _text(image: str) -> StoredObject:
    return StoredObject(image.encode("ascii"), MEDIA_TYPE)


def _finding(verdict: _Verdict, claims: Sequence[_Claim]) -> Finding:
    fingerprint = next(claim.fingerprint for claim in claims if claim.by == verdict.by)
    gate = "questions" if verdict.by == "questions" else "image"
    evidence: dict[str, object] = {"by": verdict.by, "fingerprint": fingerprint, "first": verdict.first}
    return Finding(gate, "duplicate", SAID[verdict.by], evidence)
