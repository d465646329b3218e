"""Fine-tune a vision-language model on an export of the dataset, with transformers.

    skg dataset export --format llava --out data/llava
    python examples/finetune.py --model PATH_OR_NAME --data data/llava --out tuned

In: an export (`llava` or `llama-vision`) and any image-text-to-text model of transformers whose processor has a chat
template: LLaVA-1.6, Llama-3.2-Vision and their like.  Out: the tuned model and its processor in a folder.
The loss counts what the model should answer, and nothing of what it is asked.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, Trainer, TrainingArguments

IGNORED = -100
"""The label of a token that the loss does not count."""

ROLES = {"human": "user", "gpt": "assistant"}
MARKER = "<image>\n"

Message = dict[str, Any]


class Export(torch.utils.data.Dataset):
    """The samples of one split of an export: pictures and a conversation each. Pictures are read when needed."""

    def __init__(self, folder: Path, split: str) -> None:
        self._folder = folder
        lines = folder / f"{split}.jsonl"
        text = (lines if lines.exists() else folder / f"{split}.json").read_text("utf-8")
        self._items = [json.loads(line) for line in text.splitlines()] if lines.exists() else json.loads(text)

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, number: int) -> tuple[list[Image.Image], list[Message]]:
        item = self._items[number]
        if "messages" in item:
            names, messages = item["images"], item["messages"]
        else:
            names = item["image"] if isinstance(item["image"], list) else [item["image"]]
            messages = [_message(turn) for turn in item["conversations"]]
        return [self._picture(name) for name in names], messages

    def _picture(self, name: str) -> Image.Image:
        with Image.open(self._folder / name) as picture:
            return picture.convert("RGB")


def _message(turn: dict[str, str]) -> Message:
    """A turn of a LLaVA conversation in the form that chat templates take."""
    text, pictures = turn["value"], []
    while text.startswith(MARKER):
        text = text.removeprefix(MARKER)
        pictures.append({"type": "image"})
    return {"role": ROLES[turn["from"]], "content": [*pictures, {"type": "text", "text": text}]}


class Collator:
    """Samples to a batch of tensors, with labels for the answers alone."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        processor.tokenizer.padding_side = "right"

    def __call__(self, samples: Sequence[tuple[list[Image.Image], list[Message]]]) -> dict[str, torch.Tensor]:
        """The batch of some samples."""
        texts = [self._text(messages) for _, messages in samples]
        pictures = [shown for shown, _ in samples]
        batch = self._processor(images=pictures, text=texts, padding=True, return_tensors="pt")
        labels = torch.full_like(batch["input_ids"], IGNORED)
        for row, (_, messages) in enumerate(samples):
            length = int(batch["attention_mask"][row].sum())
            for start, end in self._answers(messages, length):
                labels[row, start:end] = batch["input_ids"][row, start:end]
        return {**batch, "labels": labels}

    def _answers(self, messages: list[Message], length: int) -> list[tuple[int, int]]:
        """Where the answers stand. The tokens of all pictures come before the first one, so all are moved by as many."""
        moved = length - self._count(self._text(messages))
        found = []
        for number, message in enumerate(messages):
            if message["role"] == "assistant":
                asked = self._count(self._text(messages[:number], answer_follows=True))
                answered = self._count(self._text(messages[: number + 1]))
                found.append((asked + moved, answered + moved))
        return found

    def _text(self, messages: list[Message], answer_follows: bool = False) -> str:
        return str(self._processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=answer_follows))

    def _count(self, text: str) -> int:
        return len(self._processor.tokenizer(text)["input_ids"])


def finetune(options: argparse.Namespace) -> list[float]:
    """Train, save, and return the loss of every step."""
    torch.manual_seed(options.seed)
    processor = AutoProcessor.from_pretrained(options.model)
    model = AutoModelForImageTextToText.from_pretrained(options.model, dtype="auto")
    on_gpu = torch.cuda.is_available()
    arguments = TrainingArguments(
        output_dir=str(options.out),
        per_device_train_batch_size=options.batch,
        gradient_accumulation_steps=options.accumulate,
        gradient_checkpointing=on_gpu,
        learning_rate=options.learning_rate,
        max_steps=options.steps,
        num_train_epochs=options.epochs,
        bf16=on_gpu,
        logging_steps=1,
        save_strategy="no",
        seed=options.seed,
        remove_unused_columns=False,  # the collator makes them
        report_to=[],
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        data_collator=Collator(processor),
        train_dataset=Export(options.data, options.split),
    )
    trainer.train()
    trainer.save_model(str(options.out))
    processor.save_pretrained(str(options.out))
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def main(arguments: Sequence[str] | None = None) -> list[float]:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description="Fine-tune a vision-language model on an export of the dataset.")
    parser.add_argument("--model", required=True, help="a folder, or a name on the hub")
    parser.add_argument("--data", required=True, type=Path, help="an export in the format llava or llama-vision")
    parser.add_argument("--out", required=True, type=Path, help="where the tuned model goes")
    parser.add_argument("--split", default="train")
    parser.add_argument("--batch", type=int, default=4, help="samples on a device at a time")
    parser.add_argument("--accumulate", type=int, default=4, help="batches a step")
    parser.add_argument("--learning-rate", type=float, default=2e-5)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--steps", type=int, default=-1, help="stop after so many, whatever the epochs")
    parser.add_argument("--seed", type=int, default=0)
    return finetune(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
