"""One evaluation from its questions to its report; an interrupted one can be resumed.

In: the questions, the model, a folder.  Out: answers, scores and a chart in that folder.
A run is pinned to the table's version at its start, so that a growing dataset does not change its questions.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dataset.evaluation.answer_log import AnswerLog, run_of
from dataset.evaluation.baselines import baselines
from dataset.evaluation.eval_items import EncodedPicture, FileQuestions, Item, Questions, SplitQuestions
from dataset.evaluation.eval_report import Answers, Result, result, write
from dataset.evaluation.eval_run import Answerer, RunProgress, ask
from dataset.evaluation.prompting import PROMPT
from dataset.table.delta_table import Options
from schemas.errors import UserError
from schemas.ids import derived_seed
from schemas.llm.token_limits import ANSWER_TOKENS
from spatial.splits import SPLITS

TRAIN = "train"


@dataclass(frozen=True)
class EvalRequest:
    """The questions: a split of the dataset at `uri`, or a file. `limit` draws that many, always the same ones;
    `max_tokens` is the limit of a reply.

    With a file, `uri` is only the training data of the text-only baseline.
    """

    uri: str | None
    split: str
    file: Path | None = None
    limit: int | None = None
    max_tokens: int = ANSWER_TOKENS
    options: Options = None


@dataclass
class Session:
    """`model` and `log` are None where only the baselines answer."""

    questions: Questions
    items: list[Item]
    model: str | None
    run: Mapping[str, object]
    log: AnswerLog | None
    examples: Callable[[], Iterator[Item]]
    out: Path
    max_tokens: int

    @property
    def count(self) -> int:
        """The number of questions."""
        return len(self.items)

    @property
    def done(self) -> int:
        """The number of questions with an answer."""
        return 0 if self.log is None else sum(item.id in self.log.choices for item in self.items)

    async def ask(self, answerer: Callable[[], Answerer], tell: Callable[[], None]) -> RunProgress:
        """Ask the unanswered questions. The model is made inside the event loop, and only if there are any."""
        if self.log is None or self.done == self.count:
            return RunProgress()
        return await ask(self._selected_items(), answerer(), self.log, lambda _: tell())

    def report(self) -> tuple[Result, tuple[Path, Path]]:
        """The results so far, and the files that hold them."""
        answers = None if self.log is None else Answers(self.log.choices, self.log.faults)
        found = result(self.run, self.items, answers, baselines(self.items, self.examples()))
        return found, write(found, self.out)

    def _selected_items(self) -> Iterator[tuple[Item, EncodedPicture]]:
        wanted = {item.id for item in self.items}
        return ((item, picture_data) for item, picture_data in self.questions.with_pictures() if item.id in wanted)


def open_session(request: EvalRequest, model: str | None, out: Path) -> Session:
    """Start a run in `out`, or resume the one there. Raises UserError, NoDataset, RetryableError."""
    questions = _questions(request, run_of(out) if model is not None else None)
    items = _draw_items(list(questions.items()), request.limit)
    if not items:
        raise UserError(f"split {request.split} has no questions yet")
    run = {
        "questions": questions.origin,
        "limit": request.limit,
        "model": model,
        "prompt": PROMPT,
        "max_tokens": request.max_tokens,
    }
    log = AnswerLog(out, run) if model is not None else None

    def examples() -> Iterator[Item]:
        return iter(()) if request.uri is None else SplitQuestions(request.uri, TRAIN, request.options).items()

    return Session(questions, items, model, run, log, examples, out, request.max_tokens)


def _questions(request: EvalRequest, resumed: Mapping[str, object] | None) -> Questions:
    if request.file is not None:
        return FileQuestions(request.file)
    if request.split not in SPLITS:
        raise UserError(f"no split {request.split!r}; there are {', '.join(SPLITS)}")
    assert request.uri is not None
    origin = resumed.get("questions") if resumed is not None else None
    version = origin.get("version") if isinstance(origin, dict) else None
    return SplitQuestions(request.uri, request.split, request.options, version if isinstance(version, int) else None)


def _draw_items(items: list[Item], limit: int | None) -> list[Item]:
    """`limit` items, the same ones every time, in their own order."""
    if limit is None or limit >= len(items):
        return items
    chosen = sorted(items, key=lambda item: derived_seed("evaluation", item.id))[:limit]
    wanted = {item.id for item in chosen}
    return [item for item in items if item.id in wanted]
