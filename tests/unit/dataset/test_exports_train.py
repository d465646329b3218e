"""Exports go through the real processors, a few steps of training make the loss fall, the benchmark runs.

Needs torch and transformers: `make test-gpu` runs these in an environment that has them; a GPU is not needed.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dataset.exports import Source, export
from tests.fakes.events import make_graph, make_qa

torch = pytest.importorskip("torch", reason="torch is not installed; `make test-gpu` runs this")
transformers = pytest.importorskip("transformers", reason="transformers is not installed; `make test-gpu` runs this")

from tests.fakes.tiny_models import SIDE, make_llama_vision, make_llava  # noqa: E402 - needs what was just checked

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[3]
P0 = "5f0c/0"
MAKERS = {"llava": make_llava, "llama-vision": make_llama_vision}


@pytest.fixture
def grown(lab):
    sink = lab.writer()
    sink.open(P0)
    events = [make_qa(make_graph(categories=(f"thing {n % 7}", f"dög {n}"))) for n in range(40)]
    sink.append(lab.deliver(sink, P0, 0, events))
    return lab


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("finetune", ROOT / "examples" / "finetune.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=MAKERS)
def trained_on(request, grown) -> tuple[Path, Path]:
    """(a tiny model of the architecture, the export that is for it)."""
    model = MAKERS[request.param](grown.folder / "model")
    return model, export(Source.open(grown.uri), request.param, grown.folder / "export")


def test_the_real_processor_takes_the_export_and_only_answers_are_learnt(trained_on, script):
    model, data = trained_on
    processor = transformers.AutoProcessor.from_pretrained(model)
    samples = script.Export(data, "train")
    batch = script.Collator(processor)([samples[0], samples[1]])
    assert batch["pixel_values"].shape[-2:] == (SIDE, SIDE)
    end = processor.tokenizer.eos_token
    for row, (_, messages) in enumerate([samples[0], samples[1]]):
        learnt = batch["labels"][row]
        said = processor.tokenizer.decode(learnt[learnt != script.IGNORED])
        answers = [m["content"][0]["text"] for m in messages if m["role"] == "assistant"]
        assert answers == [("yes", "no")[row]], "a conversation has one question"
        assert said == "".join(f"{answer}{end}" for answer in answers)
        whole = processor.tokenizer.decode(batch["input_ids"][row])
        assert all(part["text"] in whole for m in messages for part in m["content"] if part["type"] == "text")
        assert ("dög" in whole) is ("dög" in str(messages))


def test_a_few_steps_on_a_cpu_make_the_loss_fall_and_leave_a_model_that_loads(trained_on, script, tmp_path: Path):
    model, data = trained_on
    out = tmp_path / "tuned"
    options = ["--steps", "10", "--batch", "4", "--accumulate", "1", "--learning-rate", "5e-3"]
    losses = script.main(["--model", str(model), "--data", str(data), "--out", str(out), *options])
    assert len(losses) == 10
    assert sum(losses[-3:]) / 3 < 0.9 * losses[0]
    tuned = transformers.AutoModelForImageTextToText.from_pretrained(out)
    before = transformers.AutoModelForImageTextToText.from_pretrained(model)
    assert type(tuned) is type(before)
    changed = [not torch.equal(a, b) for a, b in zip(tuned.parameters(), before.parameters(), strict=True)]
    assert any(changed)
    assert transformers.AutoProcessor.from_pretrained(out).chat_template


def test_llama_vision_messages_go_through_the_chat_template_as_they_stand(grown):
    data = export(Source.open(grown.uri), "llama-vision", grown.folder / "export")
    processor = transformers.AutoProcessor.from_pretrained(make_llama_vision(grown.folder / "model"))
    line = json.loads((data / "train.jsonl").read_text("utf-8").splitlines()[0])
    text = processor.apply_chat_template(line["messages"], tokenize=False)
    assert text.startswith("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n<|image|>Is the ")
    assert text.count("<|image|>") == 1


def test_lmms_eval_runs_the_benchmark(grown):
    pytest.importorskip("lmms_eval", reason="lmms-eval is not installed; `make setup EXTRAS=gpu` tries to")
    export(Source.open(grown.uri, split="train"), "lmms-eval", grown.folder / "benchmark")
    out = (grown.folder / "benchmark").rename(grown.folder / "moved elsewhere")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fakes.lmms_run", str(out)],
        cwd=ROOT,
        env=os.environ | {"HF_HOME": str(grown.folder / "cache"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    no_errors = {"accuracy_stderr": 0.0, "circular_accuracy_presence_stderr": 0.0}  # each picture's share is the same
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "always_a": {"accuracy": 0.5, "circular_accuracy": 0.0, **no_errors},
        "knows": {"accuracy": 1.0, "circular_accuracy": 1.0, **no_errors},
    }
