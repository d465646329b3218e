"""A local model is asked like any other: a tiny one with random weights says something, and the run is scored.

Needs torch and transformers: `make test-gpu` runs these; a GPU is not needed.
"""

import asyncio

import pytest

from dataset.analysis.info import info
from dataset.evaluation.eval_session import EvalRequest, open_session
from schemas.errors import UserError
from tests.fakes.events import make_samples
from tests.fakes.gallery import store_samples

pytest.importorskip("torch", reason="torch is not installed; `make test-gpu` runs this")
pytest.importorskip("transformers", reason="transformers is not installed; `make test-gpu` runs this")

from dataset.evaluation.local_model import LocalModel
from tests.fakes.tiny_models import make_llama_vision, make_llava

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("make", [make_llava, make_llama_vision])
def test_a_local_model_of_either_architecture_answers_every_question(tmp_path, make):
    uri = str(tmp_path / "dataset")
    store_samples(uri, make_samples(3))
    path = str(make(tmp_path / "model"))
    session = open_session(EvalRequest(uri, next(iter(info(uri)["splits"]))), path, tmp_path / "out")
    went = asyncio.run(session.ask(lambda: LocalModel(path, "cpu", 48), lambda: None))
    assert (went.answered, went.failed) == (6, 0)
    found, _ = session.report()
    assert found["left"] == 0


def test_a_folder_without_a_model_is_said_to_be_one(tmp_path):
    with pytest.raises(UserError, match="holds no vision-language model"):
        LocalModel(str(tmp_path))
