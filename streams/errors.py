"""Problems that end a process with one clear line instead of a traceback.

Raised anywhere in `streams`; printed by the command line, which then exits non-zero.
"""

from schemas.errors import BadInput, NotAdmitted, UserError


class Problem(UserError):
    """Something that the user can act on. The message is one line and says what and where."""


class RunFailed(Problem):
    """What was asked for had begun, and failed. Exit code 1; of every other error for users it is 2: nothing was done."""


class Misused(Problem, BadInput):
    """An invalid request, such as a filter's unknown value or an invalid time."""


class Unreachable(Problem):
    """A service did not answer for as long as a setting allows. The message names its address."""


class Refused(Problem):
    """A service answered and refuses the request: wrong credentials, missing rights, a missing topic."""


class Misconfigured(Refused):
    """Settings that are inconsistent or name something unusable."""


class AccessDenied(Refused, NotAdmitted):
    """A service refuses the login: a certificate, a user, a password. The message names the setting."""


class PortInUse(Problem):
    """Another process listens on the port of a setting."""


class TooManyDeadLetters(RunFailed):
    """Most recent messages failed: the fault is here or upstream, and going on would drain the topic."""


class StepHung(RunFailed):
    """The batch in flight did not finish within the drain deadline. It is not committed and will be redelivered."""


class BadSeeds(ValueError):
    """Nothing was published. The message has one line per fault, with its place and what is wrong."""
