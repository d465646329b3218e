"""The Faust application of the agents, for `faust -A streams.app worker`.

The one module whose import does work, as Faust's users expect: it reads the settings and makes `app`.  Connects when
the worker starts, not before.
"""

from spatial.knowledge.knowledge_base import check_knowledge
from streams.composition import agents_app
from streams.settings import AgentSettings

check_knowledge()
app = agents_app(AgentSettings())
