"""The prompts of the planning stages.

In: a stage.  Out: its prompt with its version.  Says nothing by itself: the texts are files beside this module.
"""

from agents.llm.answer_forms import Boxes, NodeSets, Objects, Scenes, Triples
from schemas.llm.prompts import Prompt

_PACKAGE = "agents.llm"

PROMPTS = {
    prompt.stage: prompt
    for prompt in (
        Prompt(_PACKAGE, "scenes", 1, Scenes, 400),
        Prompt(_PACKAGE, "objects", 1, Objects, 800),
        Prompt(_PACKAGE, "nodes", 1, NodeSets, 2000),
        Prompt(_PACKAGE, "edges", 1, Triples, 1200),
        Prompt(_PACKAGE, "layout", 1, Boxes, 1200),
    )
}
