"""Problems that end a process with one clear line instead of a traceback.

Raised anywhere in `streams`; printed by the command line, which then exits non-zero.
"""

from schemas.errors import BadInput, NotAdmitted, UserError


class Problem(UserError):
    """Something that the user can act on. The message is one line and says what and where."""


class Misused(Problem, BadInput):
    """An invalid request, such as a filter's unknown value or an invalid time. Exit code 2."""


class Unreachable(Problem):
    """A service did not answer for as long as a setting allows. The message names its address. Exit code 2."""


class Refused(Problem):
    """A service answered and refuses the request: wrong credentials, missing rights, a missing topic."""


class Misconfigured(Refused):
    """Settings that are inconsistent or name something unusable. Exit code 2."""


class AccessDenied(Refused, NotAdmitted):
    """A service refuses the login: a certificate, a user, a password. The message names the setting. Exit code 2."""


class PortInUse(Problem):
    """Another process listens on the port of a setting."""


class TooManyDeadLetters(Problem):
    """Most recent messages failed: the fault is here or upstream, and going on would drain the topic."""


class StepHung(Problem):
    """The batch in flight did not finish within the drain deadline. It is not committed and will be redelivered."""
