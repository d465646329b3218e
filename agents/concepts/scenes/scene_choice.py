"""The scene of a concept: the one that is named, else the one where its things belong; and by what it was found.

In: what names a scene, and the things.  Out: a match, and words for people.
"""

from collections.abc import Sequence

from agents.concepts.noun_phrases import Mention, Words
from agents.concepts.scenes.scene_naming import BY_THING, SceneNaming, is_literal
from agents.concepts.scenes.scene_phrases import ScenePhrase, is_of_something, scene_phrases
from spatial.knowledge.categories import Backdrop
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.scene_search import WHOLE_PHRASE, SceneMatch, tokens


def scene_of(match: SceneMatch | None, said: Sequence[Mention]) -> SceneMatch | None:
    """The named scene; else the one where most of the named things belong, and are likeliest."""
    is_sure = match is not None and (match.exact or match.score >= WHOLE_PHRASE or _all_belong(match, said))
    if not said or is_sure:
        return match

    def home_score(scene: str) -> tuple[int, int, float]:
        kind = scene_kinds()[scene]
        known = kind.categories
        places = [min(found) for m in said if (found := [known.index(n) for n in m.categories if n in known])]
        stand = sum(any(_may_be_at(kind.backdrop, name) for name in m.categories) for m in said)
        return len(places), stand, -sum(places) / len(known)

    best = max(scene_kinds(), key=home_score)
    at_home = home_score(best)[0]
    if at_home == 0 or (match is not None and home_score(match.scene)[0] >= at_home):
        return match
    return SceneMatch(best, round(WHOLE_PHRASE * at_home / len(said), 3), exact=False)


def _may_be_at(backdrop: Backdrop, name: str) -> bool:
    """Whether a thing has a place before a backdrop, wherever it belongs: a washbasin has none on a table."""
    rests = categories()[name].rests_on
    if backdrop == "tabletop":
        return "surface" in rests
    return not {"water", "air"}.isdisjoint(rests) if backdrop in ("sea", "underwater") else rests != ("water",)


def _all_belong(match: SceneMatch, said: Sequence[Mention]) -> bool:
    """Whether all things belong to a scene that one of them names, as a house and a tree to a suburb."""
    kind = scene_kinds()[match.scene]
    naming = {tokens(text) for text in (kind.name, *kind.words)}
    belong = [not set(m.categories).isdisjoint(kind.categories) or tokens(m.name) in naming for m in said]
    return match.score == BY_THING and all(belong)


def how_found(words: Words, chosen: SceneMatch, named: SceneNaming, things: Sequence[str]) -> str:
    """By what a scene was found: its name, words for it, the things that belong there, or words like its own."""
    if chosen.exact:
        return "named" if not is_of_something(chosen.scene, words) else f"for {words[-1]!r}, which itself is not drawn"
    phrases = [phrase for phrase in scene_phrases(words) if phrase.first not in named.no.unnaming]
    own = next((phrase for phrase in phrases if phrase.scene == chosen.scene), None)
    said = "" if own is None else " ".join(words[own.first : own.end])
    if named.passed and own is not None:
        others_said = [next(phrase for phrase in phrases if phrase.scene == scene) for scene in named.passed]
        more = " and ".join(_with_words(words, phrase) for phrase in others_said)
        if any(phrase.first < own.first for phrase in others_said):
            return f"for {said!r}, not {more}"
        return f"named first, before {more}" if is_literal(words, own) else f"for {said!r}, before {more}"
    if said:
        return f"for {said!r}"
    at_home = [name for name in dict.fromkeys(things) if name in scene_kinds()[chosen.scene].categories]
    if at_home:
        verb = "belongs" if len(at_home) == 1 else "belong"
        return f"no scene is named; {' and '.join(at_home)} {verb} there"
    return "no scene is named; the nearest to these words"


def _with_words(words: Words, phrase: ScenePhrase) -> str:
    """A scene with the words for it, where these are not of its name."""
    said = " ".join(words[phrase.first : phrase.end])
    return phrase.scene if is_literal(words, phrase) else f"{phrase.scene} for {said!r}"
