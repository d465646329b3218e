"""The answers of the simulated multimodal model about pictures, which it does not look at.

In: the JSON input of the judge's prompts.  Out: verdicts and questions, a share of them wrong.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Given = Mapping[str, Any]

REJECTED = 0.03
"""Share of pictures that the filter rejects."""

MISTAKEN = 0.15
"""Share of second views and of checks that contradict the author."""


def _filter(_: Given, rng: Random) -> Any:
    if rng.random() >= REJECTED:
        return {"verdict": "accept", "reasons": []}
    return {"verdict": "reject", "reasons": [rng.choice(("blurry", "deformed", "unreadable_scene"))]}


def _author(given: Given, rng: Random) -> Any:
    """Questions about the objects by name; the answers are guesses, many of them wrong."""
    things = [str(name) for name in given.get("things", ())]
    plain = [name.split()[-1] if len(name.split()) == 2 else name for name in things]
    found = [
        _written("existence", f"Is there {_a(name)} in the picture?", rng.choice(("yes", "yes", "no")))
        for name in plain[:2]
    ]
    found += [_written("existence", f"Does the picture show {_a(name)}?", "no") for name in given.get("absent", ())[:1]]
    for name in plain[:1]:
        found.append(_written("attribute", f"What colour is the {name}?", rng.choice(("red", "blue", "green", "brown"))))
    if len(plain) > 1:
        a, b = rng.sample(plain, 2)
        found.append(_written("relation", f"On which side of the {a} is the {b}?", rng.choice(("left", "right"))))
        found.append(_written("relation", f"Is the {a} above the {b}?", rng.choice(("yes", "no"))))
        found.append(_written("reasoning", f"Does the {a} look happier than the {b}?", "yes"))
    return {"questions": found}


def _look(given: Given, rng: Random) -> Any:
    verdict = _filter(given, rng)
    return {**verdict, **(_author(given, rng) if verdict["verdict"] == "accept" else {"questions": []})}


def _written(facet: str, question: str, answer: str) -> dict[str, str]:
    return {"facet": facet, "question": question, "answer": answer}


def _a(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _second(given: Given, rng: Random) -> Any:
    return {
        "answers": [
            {"number": asked["number"], "answer": rng.choice(asked["choices"]) if rng.random() > MISTAKEN else "unclear"}
            for asked in given["questions"]
        ]
    }


def _check(given: Given, rng: Random) -> Any:
    return {"verdicts": [{"number": q["number"], "believed": rng.random() > MISTAKEN} for q in given["questions"]]}


LOOKS: dict[str, Callable[[Given, Random], Any]] = {
    "filter": _filter,
    "author": _author,
    "look": _look,
    "second": _second,
    "check": _check,
}
