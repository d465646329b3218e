"""Reads a model's reply, and says in words why one has no answer: cut, empty, nothing but thinking.

In: a reply, the limit that it was given.  Out: the answer in its form, or Unreadable with the cause.
"""

from typing import TypeVar

from pydantic import BaseModel

from schemas.llm.answer_parsing import Unreadable, read_answer
from schemas.llm.contract import Reply
from schemas.llm.thinking import is_blank, without_thinking

T = TypeVar("T", bound=BaseModel)


def read_reply(reply: Reply, form: type[T], max_tokens: int) -> T:
    """The answer. Raises Unreadable; of a cut reply its message begins as in `cut at 1200 tokens while thinking`.

    Thoughts are read as an answer only where they are all that came, to the end, and nothing but one object: some servers
    take a whole reply for thoughts.
    """
    is_cut = reply.finish == "cut"
    is_thought = not is_cut and has_only_thoughts(reply)
    try:
        return read_answer(reply.thoughts if is_thought else reply.text, form, alone=is_cut or is_thought)
    except Unreadable as error:
        if is_cut:
            raise Unreadable(f"{cut_of(reply, max_tokens)}, before there was an answer; give one JSON object") from None
        if is_thought:
            raise Unreadable("there is nothing but thinking; give one JSON object as the answer") from None
        raise error


def cut_of(reply: Reply, max_tokens: int) -> str:
    """Where a cut reply ends, and in the midst of what."""
    return f"cut at {reply.tokens_out or max_tokens} tokens" + (" while thinking" if is_thinking(reply) else "")


def is_thinking(reply: Reply) -> bool:
    """Whether a reply ends before its answer begins, in thoughts that are known as such."""
    return without_thinking(reply.text) is None or has_only_thoughts(reply)


def has_only_thoughts(reply: Reply) -> bool:
    """Whether there are thoughts that a server keeps apart, and no answer beside them."""
    answer = without_thinking(reply.text)
    return answer is not None and is_blank(answer) and not is_blank(reply.thoughts)
