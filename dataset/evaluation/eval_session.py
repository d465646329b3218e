"""One evaluation from its questions to its report, which can be left and taken up again.

In: what is asked of whom, a folder.  Out: answers, scores and a picture in that folder.
A run is pinned to the table's version that it began with, so that a growing dataset changes no question under way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dataset.evaluation.answer_log import AnswerLog, run_of
from dataset.evaluation.baselines import baselines
from dataset.evaluation.eval_items import FileQuestions, Item, Questions, Seen, SplitQuestions
from dataset.evaluation.eval_report import Result, result, write
from dataset.evaluation.eval_run import Answerer, Asking, ask
from dataset.evaluation.prompting import PROMPT
from dataset.table.delta_table import Options
from schemas.errors import UserError
from schemas.ids import derived_seed
from spatial.splits import PER_MILLE

TRAIN = "train"


@dataclass(frozen=True)
class EvalRequest:
    """What is asked: a split of the dataset at `uri`, or a file. `limit` draws that many, always the same ones.

    With a file, `uri` is only what the text-only baseline learns from.
    """

    uri: str | None
    split: str
    file: Path | None = None
    limit: int | None = None
    options: Options = None


@dataclass
class Session:
    """`model` is None where only the baselines answer; `book` is then None too."""

    questions: Questions
    items: list[Item]
    model: str | None
    run: Mapping[str, object]
    book: AnswerLog | None
    examples: Callable[[], Iterator[Item]]
    out: Path

    @property
    def count(self) -> int:
        """How many questions there are."""
        return len(self.items)

    @property
    def done(self) -> int:
        """How many of them have an answer."""
        return 0 if self.book is None else sum(item.id in self.book.choices for item in self.items)

    async def ask(self, answerer: Callable[[], Answerer], tell: Callable[[], None]) -> Asking:
        """Ask what is open. The model is made here, inside the event loop, and only where something is open."""
        if self.book is None or self.done == self.count:
            return Asking()
        return await ask(self._chosen(), answerer(), self.book, lambda _: tell())

    def report(self) -> tuple[Result, tuple[Path, Path]]:
        """The results so far, and the files that hold them."""
        choices = None if self.book is None else self.book.choices
        found = result(self.run, self.items, choices, baselines(self.items, self.examples()))
        return found, write(found, self.out)

    def _chosen(self) -> Iterator[tuple[Item, Seen]]:
        wanted = {item.id for item in self.items}
        return ((item, seen) for item, seen in self.questions.pictured() if item.id in wanted)


def open_session(asked: EvalRequest, model: str | None, out: Path) -> Session:
    """Begin a run in `out`, or go on with the one that is there. Raises UserError, NoDataset, RetryableError."""
    questions = _questions(asked, run_of(out) if model is not None else None)
    items = _drawn(list(questions.items()), asked.limit)
    if not items:
        raise UserError(f"split {asked.split} has no questions yet")
    run = {"questions": questions.origin, "limit": asked.limit, "model": model, "prompt": PROMPT}
    book = AnswerLog(out, run) if model is not None else None

    def examples() -> Iterator[Item]:
        return iter(()) if asked.uri is None else SplitQuestions(asked.uri, TRAIN, asked.options).items()

    return Session(questions, items, model, run, book, examples, out)


def _questions(asked: EvalRequest, begun: Mapping[str, object] | None) -> Questions:
    if asked.file is not None:
        return FileQuestions(asked.file)
    if asked.split not in PER_MILLE:
        raise UserError(f"no split {asked.split!r}; there are {', '.join(PER_MILLE)}")
    assert asked.uri is not None
    origin = begun.get("questions") if begun is not None else None
    version = origin.get("version") if isinstance(origin, dict) else None
    return SplitQuestions(asked.uri, asked.split, asked.options, version if isinstance(version, int) else None)


def _drawn(items: list[Item], limit: int | None) -> list[Item]:
    """`limit` items, the same ones every time, in their own order."""
    if limit is None or limit >= len(items):
        return items
    chosen = sorted(items, key=lambda item: derived_seed("evaluation", item.id))[:limit]
    wanted = {item.id for item in chosen}
    return [item for item in items if item.id in wanted]
