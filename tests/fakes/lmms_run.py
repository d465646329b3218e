"""Runs an exported task with the real lmms-eval and models that need no weights.

`python -m tests.fakes.lmms_run FOLDER` prints a JSON object: for a model that always says A, and for one that knows every
answer, the scores that lmms-eval reports.
"""

import json
import sys
from typing import Any

from lmms_eval.api.model import lmms
from lmms_eval.evaluator import simple_evaluate
from lmms_eval.tasks import TaskManager

from dataset.exports.lmms_eval_task import TASK


class Says(lmms):
    """Says a letter, or without one the right one."""

    def __init__(self, letter: str | None) -> None:
        super().__init__()
        self._letter = letter

    def generate_until(self, requests: list[Any]) -> list[str]:
        return [self._letter or self._right(*request.args[3:6]) for request in requests]

    def _right(self, number: int, task: str, split: str) -> str:
        return str(self.task_dict[task][split][number]["answer"])

    def loglikelihood(self, requests: list[Any]) -> list[Any]:
        raise NotImplementedError

    def generate_until_multi_round(self, requests: list[Any]) -> list[Any]:
        raise NotImplementedError


def main(folder: str) -> None:
    """Evaluate both."""
    manager = TaskManager("ERROR", include_path=folder, include_defaults=False)
    scores = {}
    for name, letter in (("always_a", "A"), ("knows", None)):
        found = simple_evaluate(Says(letter), tasks=[TASK], task_manager=manager, batch_size=1, bootstrap_iters=0)
        results = found["results"][TASK]
        names = ("accuracy", "circular_accuracy", "accuracy_stderr", "circular_accuracy_presence_stderr")
        scores[name] = {metric: results[f"{metric},none"] for metric in names}
    sys.stdout.write(json.dumps(scores) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
