"""What a question names and in which roles, without its wording and without the picture.

In: the query of a certificate, of a built-in kind or of a plug-in's.  Out: `QuestionRoles`, and features of its choices for
a classifier that sees nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FORM_FIELDS = ("op", "predicate", "extreme", "place", "course", "family", "form", "hand", "axis")
"""Fields of a query that say what is asked, not of what."""

LEFT_OUT = {"attribute", "attributes", "answer", "text", "question"}
"""Fields that are no names: words that narrow a reference, the answer, the wording."""

INVERSES = {"right_of": "left_of", "below": "above", "behind": "in_front_of"}
COURSES = {"right_to_left": "left_to_right", "bottom_to_top": "top_to_bottom"}
"""Two ways to ask the same are one form: "a cat right of a dog" is "a dog left of a cat"."""

OPPOSED = (
    ("subject", "object"),
    ("category", "without"),
    ("category", "than"),
    ("subject", "other"),
    ("first", "third"),
    ("anchor", "other"),
)
"""Pairs of roles that can be exchanged, which turns a yes into a no."""

FAVOURS = {
    "yes": ("", 0.5), "no": ("", -0.5), "above": ("down ", 0.5), "below": ("down ", -0.5),
    "left": ("across ", 0.5), "right": ("across ", -0.5),
}  # fmt: skip
"""What a word of a choice is about, and whether it favours the first of two opposed roles: a yes is one more than a no."""


@dataclass(frozen=True)
class QuestionRoles:
    """`op` and `form` say what is asked; `names` are pairs of a role (its path in the query) and the name in it."""

    op: str
    form: str
    names: tuple[tuple[str, str], ...]

    @property
    def opposed(self) -> tuple[str, str] | None:
        """Two roles of which a yes favours the first and a no the second, in a question where they can be exchanged."""
        there = {role for role, _ in self.names}
        return next((pair for pair in OPPOSED if there.issuperset(pair)), None)


def roles_of(query: Mapping[str, Any]) -> QuestionRoles | None:
    """The roles of a query; None for an empty one."""
    if not query:
        return None
    plain = _in_one_form(query)
    form = "|".join(str(plain[name]) for name in FORM_FIELDS if isinstance(plain.get(name), str))
    named = {name: value for name, value in plain.items() if name not in FORM_FIELDS}
    return QuestionRoles(str(plain.get("op", "")), form, tuple(sorted(_names(named, ""))))


def _in_one_form(query: Mapping[str, Any]) -> Mapping[str, Any]:
    predicate, course = query.get("predicate"), query.get("course")
    if predicate in INVERSES and {"subject", "object"} <= query.keys():
        return {**query, "predicate": INVERSES[predicate], "subject": query["object"], "object": query["subject"]}
    if course in COURSES and {"first", "third"} <= query.keys():
        return {**query, "course": COURSES[course], "first": query["third"], "third": query["first"]}
    return query


def _names(part: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Every text of a query with its path; a category stands for the reference that holds it."""
    for name, value in part.items():
        if name in LEFT_OUT:
            continue
        deeper = path if name == "category" and path else f"{path}.{name}".strip(".")
        for each in value if isinstance(value, list | tuple) else [value]:
            if isinstance(each, Mapping):
                yield from _names(each, deeper)
            elif isinstance(each, str):
                yield deeper, each


def role_features(roles: QuestionRoles, choice: str) -> dict[str, float]:
    """Features of one choice: the choice alone, beside every name, and its words.

    Where two roles are opposed and the choice favours one, their names count for and against it: "a cat but no dog" is
    "a dog but no cat" turned, and so is "left" of "right".
    """
    said, opposed = choice.casefold(), roles.opposed
    favours = [FAVOURS[word] for word in said.split() if word in FAVOURS] if opposed is not None else []
    rest = [f"{role}={name}" for role, name in roles.names if opposed is None or not favours or role not in opposed]
    beside = (f"{roles.form}:{each}>{said}" for each in rest)
    found = dict.fromkeys((f"{roles.form}>{said}", *beside, *(f"{roles.op}::>{word}" for word in said.split())), 1.0)
    for what, sign in favours:
        for role, name in roles.names:
            if opposed is not None and role in opposed:
                for key in (f"{roles.form}~{what}{name}", *(f"{roles.form}~{what}{name}&{each}" for each in rest)):
                    found[key] = found.get(key, 0.0) + (sign if role == opposed[0] else -sign)
    return found


def word_features(question: str, choice: str) -> dict[str, float]:
    """Features of one choice where no roles are known: the choice alone and beside every word of the question."""
    said = choice.casefold()
    words = set(re.findall(r"[\w'-]+", question.casefold()))
    return dict.fromkeys((f">{said}", *(f"{word}>{said}" for word in words)), 1.0)
