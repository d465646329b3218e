"""A local vision-language model, through transformers.

In: a folder or a name with a model and its processor.  Out: an `Answerer`.
torch and transformers are imported only when a model is loaded; nothing is fetched from a hub.
"""

import asyncio
import io
import time
from typing import Any

from PIL import Image

from dataset.evaluation.eval_items import EncodedPicture, Item
from dataset.evaluation.prompting import prompt
from schemas.errors import MissingExtra, UserError
from schemas.llm.contract import Finish, Reply
from schemas.llm.token_limits import ANSWER_TOKENS


class LocalModel:
    """Implements `dataset.evaluation.eval_run.Answerer`; greedy, so that a run can be repeated."""

    at_once = 1

    def __init__(self, path: str, device: str | None = None, max_tokens: int = ANSWER_TOKENS) -> None:
        try:
            import torch
            from transformers import AutoModelForImageTextToText, AutoProcessor
        except ImportError as error:
            raise MissingExtra(error.name or "torch", "gpu") from error
        self.name, self.max_tokens = path, max_tokens
        self._torch = torch
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            self._processor: Any = AutoProcessor.from_pretrained(path, local_files_only=True)
            loaded: Any = AutoModelForImageTextToText.from_pretrained(path, local_files_only=True, dtype="auto")
        except (OSError, ValueError) as error:
            raise UserError(f"{path} holds no vision-language model that transformers can open: {error}") from error
        self._model = loaded.to(self._device).eval()

    async def answer(self, item: Item, picture_data: EncodedPicture) -> Reply:
        """The model's reply, computed in a thread so that pictures are read meanwhile."""
        return await asyncio.to_thread(self._generate, item, picture_data)

    def _generate(self, item: Item, picture_data: EncodedPicture) -> Reply:
        started = time.monotonic()
        pictures = (Image.open(io.BytesIO(each.data)).convert("RGB") for each in picture_data.all)
        seen = [{"type": "image", "image": picture} for picture in pictures]
        turn = {"role": "user", "content": [*seen, {"type": "text", "text": prompt(item)}]}
        inputs = self._processor.apply_chat_template(
            [turn], add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        ).to(self._device)
        with self._torch.inference_mode():
            said = self._model.generate(**inputs, max_new_tokens=self.max_tokens, do_sample=False)
        given = inputs["input_ids"].shape[1]
        new = said[:, given:]
        text = str(self._processor.batch_decode(new, skip_special_tokens=True)[0]).strip()
        finish: Finish = "cut" if self._is_cut(new[0].tolist()) else "done"
        return Reply(text, finish, self.name, given, new.shape[1], time.monotonic() - started)

    def _is_cut(self, new: list[int]) -> bool:
        """Whether these tokens reach the limit without an end."""
        ends = self._model.generation_config.eos_token_id
        return len(new) >= self.max_tokens and new[-1] not in (ends if isinstance(ends, list) else [ends])
