"""What the stand-in for a multimodal model says of pictures, which it does not look at.

In: the JSON input of the judge's prompts.  Out: verdicts and questions, a share of them wrong.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

LOOKS: dict[str, Callable[[Mapping[str, Any], Random], Any]] = {}
