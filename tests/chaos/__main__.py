"""`python -m tests.chaos`: everything goes wrong at once, and the accounting says what it did.

In: SKG_CHAOS_S (60: seconds of disturbance), SKG_CHAOS_SEED (drawn).  Out: a table; exit code 1 where a promise broke.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.plan import plan_of
from tests.chaos.run import Disturbed, say, undisturbed


def main() -> int:
    """One run."""
    plan = plan_of()
    folder = Path(tempfile.mkdtemp(prefix="skg-chaos-"))
    say(f"SKG_CHAOS_SEED={plan.chance} SKG_CHAOS_S={plan.seconds:g}: {len(plan.seeds)} seeds; logs in {folder}")
    began = time.monotonic()
    wanted = undisturbed(plan, folder / "undisturbed")
    say(f"undisturbed: {len(wanted.samples)} samples of {len(plan.seeds)} seeds after {time.monotonic() - began:.0f} s")
    report = Disturbed(plan, folder / "disturbed", wanted).run()
    print(report.table)  # noqa: T201 - the command's result
    for fault in report.faults:
        print(f"FAULT: {fault}")  # noqa: T201 - likewise
    say(f"seed {plan.chance}: {len(report.faults)} faults after {time.monotonic() - began:.0f} s")
    if not report.faults:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
