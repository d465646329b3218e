"""The Faust application of the agents, for `faust -A streams.app worker`.

The one module whose import does work, as Faust's users expect: it reads the settings and makes `app`.  Connects when
the worker starts, not before.
"""

import logging
import sys

from monitoring.logs import set_up
from spatial.knowledge.knowledge_base import check_knowledge
from spatial.questions.wording.paraphrase_gate import require_admitted
from streams.cli.failures import FAILURES, report
from streams.composition import agents_app
from streams.setting_faults import sound_settings
from streams.settings import AgentSettings

try:
    check_knowledge()
    require_admitted()
    settings = sound_settings(AgentSettings)
    set_up(settings.log_format, "agents", settings.log_level)
    logging.getLogger("faust.worker").setLevel(logging.ERROR)  # it alone says why Faust's command ends
    app = agents_app(settings)
except FAILURES as error:
    sys.exit(report(error))
