"""How many examples a property test of the handlers tries: few in every run, thousands when asked for.

In: `SKG_EXAMPLES`, a number for each test.  Out: settings of hypothesis.
"""

import os

from hypothesis import HealthCheck, settings


def examples(usual: int) -> settings:
    """Settings for `usual` examples, or for as many as SKG_EXAMPLES says."""
    return settings(
        max_examples=int(os.environ.get("SKG_EXAMPLES", usual)),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )
