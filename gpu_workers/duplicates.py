"""Near-duplicate detection by fingerprints in the object store, shared by all workers.

In: an accepted sample and its picture.  Out: None, or a Finding that names the earlier picture.
A picture claims its fingerprints before it looks for others: of two near ones at the same time at least one sees the
other.  A folder has one object that only its first picture can store, so a picture that is the first in all its folders
has nobody to look for.  Then its verdict is stored, once, so that every delivery of a picture ends alike.  A picture
without a verdict is being examined by a worker, or was when that worker died: of two such the smaller id wins, and
neither waits.  So of two near pictures exactly one is kept, in any order of arrival, unless a third one that is near to
it wins against it.

Claims are stored last, after every other gate.  Claims of a picture that lost have no effect.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gpu_workers.fingerprints import (
    MAX_BIT_DISTANCE,
    bands,
    bit_distance,
    graph_fingerprint,
    picture_fingerprint,
    question_fingerprint,
)
from gpu_workers.graph_check import Finding
from schemas.events import Question, RenderedImage
from schemas.interfaces import ObjectStore, StoredObject

CLAIMS, VERDICTS = "seen/claims", "seen/verdicts"
FIRST = "first"
"""In each folder: the claim of whoever came first."""

MEDIA_TYPE = "text/plain"

DETAILS = {
    "graph": "the same things at nearly the same places were drawn before",
    "picture": "a picture that looks the same was accepted before",
    "questions": "the same questions were asked of the same situation before",
}


@dataclass(frozen=True)
class _Claim:
    """A fingerprint, and its folders in the store: any near fingerprint is in at least one of them."""

    by: str
    fingerprint: str
    folders: tuple[str, ...]

    def named(self, image: str) -> str:
        """The fingerprint and who claims it."""
        return f"{self.fingerprint}-{image}"

    def is_near(self, fingerprint: str) -> bool:
        """Whether another fingerprint counts as equal."""
        most = MAX_BIT_DISTANCE if self.by == "picture" else 0
        return fingerprint == self.fingerprint or (most > 0 and bit_distance(fingerprint, self.fingerprint) <= most)


@dataclass(frozen=True)
class _Verdict:
    """Which picture is kept, the verdict's own or another, and which kind of fingerprint made them equal."""

    first: str
    by: str = ""

    def stored(self) -> StoredObject:
        return StoredObject(f"{self.first} {self.by}".encode("ascii"), MEDIA_TYPE)


class Duplicates:
    """The claims and verdicts in a store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def find(self, event: RenderedImage, questions: Sequence[Question], picture: bytes) -> Finding | None:
        """The finding that the sample is a duplicate of another picture; None if it is kept. Raises RetryableError."""
        image, claims = event.image.image_id, _claims(event, questions, picture)
        taken = [
            (claim, folder)
            for claim in claims
            for folder in claim.folders
            if not self._is_first(folder, claim.named(image))
        ]
        verdict = self._verdict(image) if taken else self._put_verdict(image, _Verdict(image))
        if verdict is None:
            for claim, folder in taken:
                self._join(folder, claim.named(image))
            verdict = self._put_verdict(image, self._decide(image, taken))
        return None if verdict.first == image else _finding(verdict, claims)

    def restore(self, evidence: Mapping[str, object]) -> None:
        """Store claim and verdict of the picture that a rejection's evidence names as the first. Raises RetryableError."""
        by, fingerprint, first = (evidence.get(name) for name in ("by", "fingerprint", "first"))
        if isinstance(by, str) and by in DETAILS and isinstance(fingerprint, str) and isinstance(first, str):
            self._keep(first, [_claim(by, fingerprint)])

    def keep(self, event: RenderedImage, questions: Sequence[Question], picture: bytes) -> None:
        """Store claims and verdict of a picture that was kept elsewhere. Raises RetryableError."""
        self._keep(event.image.image_id, _claims(event, questions, picture))

    def _keep(self, image: str, claims: Sequence[_Claim]) -> None:
        for claim in claims:
            for folder in claim.folders:
                if not self._is_first(folder, claim.named(image)):
                    self._join(folder, claim.named(image))
        self._put_verdict(image, _Verdict(image))

    def _is_first(self, folder: str, claim: str) -> bool:
        """Claim a folder that nobody has claimed. False if somebody has, perhaps an earlier delivery of this picture."""
        return self._store.put_if_absent(f"{folder}{FIRST}", _text(claim))

    def _join(self, folder: str, claim: str) -> None:
        """Claim a folder in which there are others."""
        self._store.put_if_absent(f"{folder}{claim}", _text(claim))

    def _decide(self, image: str, taken: Sequence[tuple[_Claim, str]]) -> _Verdict:
        """A verdict for the picture itself, unless a near one was kept or wins against it."""
        for near in self._near_pictures(image, taken):
            while near:
                other, by = near.popitem()
                verdict = self._verdict(other)
                if verdict is None and image < other:
                    verdict = self._put_verdict(other, _Verdict(image, by))
                if verdict is None or verdict.first == other:
                    return _Verdict(other, by)
                if verdict.first in near:  # this picture likely loses to the same one: check it next
                    near[verdict.first] = near.pop(verdict.first)
        return _Verdict(image)

    def _near_pictures(self, image: str, taken: Sequence[tuple[_Claim, str]]) -> Iterator[dict[str, str]]:
        """For each folder, the near pictures with the kind of fingerprint that makes them near, each picture once.

        The folder's first is the last: whoever takes from the end meets first who was most likely kept.
        """
        seen = {image}
        for claim, folder in taken:
            entries = (named.partition("-") for named in self._claims_in(folder))
            near = {
                other: claim.by for fingerprint, _, other in entries if other not in seen and claim.is_near(fingerprint)
            }
            seen |= near.keys()
            yield near

    def _claims_in(self, folder: str) -> list[str]:
        """All claims of a folder, that of its first at the end."""
        joined = [key.removeprefix(folder) for key in self._store.keys(folder)]
        first = self._store.get(f"{folder}{FIRST}")
        return [name for name in joined if name != FIRST] + ([first.data.decode("ascii", "replace")] if first else [])

    def _put_verdict(self, image: str, verdict: _Verdict) -> _Verdict:
        """Store the verdict unless there is one; the verdict that is stored then."""
        if self._store.put_if_absent(_verdict_key(image), verdict.stored()):
            return verdict
        return self._verdict(image) or verdict

    def _verdict(self, image: str) -> _Verdict | None:
        found = self._store.get(_verdict_key(image))
        if found is None:
            return None
        first, _, by = found.data.decode("ascii", "replace").partition(" ")
        return _Verdict(first, by)


def withdrawn(image: str) -> tuple[str, StoredObject]:
    """Key and content of the verdict that a picture is not kept: near ones do not lose against it. For a trial alone."""
    return _verdict_key(image), _Verdict("").stored()


def _claims(event: RenderedImage, questions: Sequence[Question], picture: bytes) -> list[_Claim]:
    return [
        _claim("graph", graph_fingerprint(event.graph)),
        _claim("picture", picture_fingerprint(picture)),
        _claim("questions", question_fingerprint(event.graph, questions)),
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
    return Finding(gate, "duplicate", DETAILS[verdict.by], evidence)
