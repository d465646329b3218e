"""Finds the scene that a concept names, or the nearest by words.

In: scene kinds, categories, and a concept as free text.  Out: a scene's name with a score from 0 to 1, or None.
Below NEAREST_THRESHOLD the result is None.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log

from spatial.knowledge.categories import Category, SceneKind

NEAREST_THRESHOLD = 0.6
"""Least score of a nearest scene: the concept has all words of one of the scene's phrases (0.8 and more), or most of
their weight, or at least two thirds of its words name objects of the scene."""

SPELLING = 0.87
"""Least difflib ratio at which a misspelt word counts as the word (one wrong letter in eight, one missing in five)."""

WHOLE_PHRASE = 0.8
"""Score of a concept that contains a whole phrase of the scene, before its other words are weighed."""

UNRELATED = 0.2
"""Of scenes that have no word of a concept in common: below the score of any that has."""

_FILLERS = (
    "a an the at in on of and or with from by to for near my our your its some any very big small old new large little "
    "busy quiet calm sunny rainy cloudy foggy cosy cozy bright dark modern rustic cluttered tidy messy crowded empty "
    "dawn dusk noon night midnight morning evening afternoon day weekend scene view picture image photo"
)
FILLERS = frozenset(_FILLERS.split())
"""Words that do not indicate a scene, unless a scene's phrase consists of them."""

_WORD = re.compile(r"[^\W_]+")
_SIBILANT = ("ses", "xes", "zes", "ches", "shes")


@dataclass(frozen=True)
class SceneMatch:
    """`exact`: the concept is a name or a synonym of the scene, apart from fillers."""

    scene: str
    score: float
    exact: bool


def singular(word: str) -> str:
    """An approximate singular of a lower-case word, good enough to compare words with each other."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(_SIBILANT):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, lower case and singular, without possessive endings."""
    plain = text.casefold().replace("’", "'").replace("'s", "").replace("é", "e")
    return tuple(singular(word) for word in _WORD.findall(plain))


class Phrasebook:
    """The tokenised phrases of all scenes."""

    def __init__(self, kinds: Mapping[str, SceneKind], categories: Mapping[str, Category]) -> None:
        self._phrases = [(tokens(p), kind.name) for kind in kinds.values() for p in (kind.name, *kind.words)]
        self._whole: dict[tuple[str, ...], str] = {}
        for phrase, scene in self._phrases:
            self._whole.setdefault(phrase, scene)
        self._weights = _weights(phrase for phrase, _ in self._phrases)
        self._things = _object_ranks(kinds, categories)

    def find(self, concept: str) -> SceneMatch | None:
        """The best scene at or above the threshold."""
        concept_words = tokens(concept)
        content = tuple(word for word in concept_words if word not in FILLERS)
        for phrase in (concept_words, content):
            if phrase in self._whole:
                return SceneMatch(self._whole[phrase], 1.0, True)
        if not content:
            return None
        scored = [(self._score(phrase, concept_words, content), scene) for phrase, scene in self._phrases]
        score, scene = max(scored, key=lambda pair: pair[0])
        if score < NEAREST_THRESHOLD:
            score, scene = max((score, scene), self._best_by_objects(content), key=lambda pair: pair[0])
        return SceneMatch(scene, round(score, 3), False) if score >= NEAREST_THRESHOLD else None

    def ranked(self, concept: str, count: int) -> list[SceneMatch]:
        """So many scenes, best first, also below the threshold: by their phrases, or by objects that the concept names.

        Scenes that have no word of it in common follow, by their spelling and by the objects that they share with the best.
        """
        concept_words = tokens(concept)
        content = tuple(word for word in concept_words if word not in FILLERS) or concept_words
        scores = {scene: self._score_by_objects(scene, content) for scene in self._things}
        for phrase, scene in self._phrases:
            whole = 1.0 if phrase in (concept_words, content) else self._score(phrase, concept_words, content)
            scores[scene] = max(scores.get(scene, 0.0), whole)
        best = max(scores, key=lambda scene: (scores[scene], scene), default="")
        distant = {scene: UNRELATED * self._likeness(scene, best if scores[best] > 0 else "", concept) for scene in scores}
        found = sorted(scores, key=lambda scene: (-scores[scene], -distant[scene], scene))[:count]
        return [SceneMatch(scene, round(scores[scene] or distant[scene], 3), scores[scene] == 1.0) for scene in found]

    def _likeness(self, scene: str, best: str, concept: str) -> float:
        """From 0 to 1: the larger of the share of objects in common with the best scene, and of the spelling's ratio."""
        mine, others = self._things.get(scene, {}).keys(), self._things.get(best, {}).keys()
        common = len(mine & others) / max(1, len(mine | others))
        return max(common, SequenceMatcher(None, concept.casefold(), scene.replace("_", " ")).ratio() / 2)

    def _score(self, phrase: tuple[str, ...], concept_words: tuple[str, ...], content: tuple[str, ...]) -> float:
        """The weighted share of the phrase in the concept; higher where the phrase covers more of the concept."""
        asked = sum(self._weight(word) for word in phrase)
        got = sum(self._weight(word) * _match_score(word, concept_words) for word in phrase if word not in FILLERS)
        if got <= 0 or asked <= 0:
            return 0.0
        share = got / asked
        said_weight = sum(self._weight(word) for word in content)
        covered = min(1.0, got / said_weight)
        return WHOLE_PHRASE * share * (0.75 + 0.25 * share) + (1 - WHOLE_PHRASE) * share * covered

    def _weight(self, word: str) -> float:
        return self._weights.get(word, self._weights[""])

    def _best_by_objects(self, content: tuple[str, ...]) -> tuple[float, str]:
        """The scene whose objects most words of the concept name, weighted by how likely they are there."""
        return max((self._score_by_objects(scene, content), scene) for scene in self._things) if self._things else (0.0, "")

    def _score_by_objects(self, scene: str, content: tuple[str, ...]) -> float:
        """0 where the concept names none of the scene's objects."""
        things = self._things[scene]
        ranks = [things[word] for word in content if word in things]
        share = len(ranks) / max(1, len(content))
        return 0.7 * share + 0.1 * share * sum(ranks) / len(ranks) if ranks else 0.0


def _match_score(word: str, concept_words: tuple[str, ...]) -> float:
    """1 if the word is among the concept's, its similarity if it is there with a spelling mistake, else 0."""
    if word in concept_words:
        return 1.0
    alike = [SequenceMatcher(None, word, other).ratio() for other in concept_words if _is_match_candidate(word, other)]
    best = max(alike, default=0.0)
    return best if best >= SPELLING else 0.0


def _is_match_candidate(word: str, other: str) -> bool:
    return min(len(word), len(other)) >= 4 and word[0] == other[0] and abs(len(word) - len(other)) <= 2


def _weights(phrases: Iterable[tuple[str, ...]]) -> dict[str, float]:
    """Inverse document frequency of each word over the phrases; the empty word stands for unknown ones."""
    counts = Counter(word for phrase in phrases for word in set(phrase))
    total = sum(counts.values())
    weights = {word: log(total / count) for word, count in counts.items()}
    weights[""] = log(total)
    return weights


def _object_ranks(kinds: Mapping[str, SceneKind], categories: Mapping[str, Category]) -> dict[str, dict[str, float]]:
    """For each scene the words of its categories, each with a rank from 1 (likeliest) down to 0."""
    found: dict[str, dict[str, float]] = {}
    for kind in kinds.values():
        ranks: dict[str, float] = {}
        for position, name in enumerate(kind.categories):
            for text in (name, categories[name].plural, *categories[name].synonyms):
                words = tokens(text)
                if len(words) == 1:
                    ranks.setdefault(words[0], 1 - position / len(kind.categories))
        found[kind.name] = ranks
    return found
