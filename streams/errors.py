"""Problems that end a process with one clear line instead of a traceback.

Raised anywhere in `streams`; printed by the command line, which then exits non-zero.
"""

from schemas.errors import BadInput, NotAdmitted, UserError


class Problem(UserError):
    """Something that the user can act on. The message is one line and says what and where."""


class Misused(Problem, BadInput):
    """What was asked for does not exist or makes no sense: a filter's unknown value, a time that is none. Exit code 2."""


class Unreachable(Problem):
    """A service did not answer for as long as a setting allows. The message names its address. Exit code 2."""


class Refused(Problem):
    """A service answered and will not do what is asked: wrong credentials, missing rights, a topic that is not there."""


class Misconfigured(Refused):
    """Settings that do not go together, or that name what cannot be used. Exit code 2."""


class AccessDenied(Refused, NotAdmitted):
    """A service does not let us in: a certificate, a user, a password. The message names the setting. Exit code 2."""


class PortInUse(Problem):
    """Somebody else listens on the port that a setting names."""


class TooManyDeadLetters(Problem):
    """Most recent messages failed: the fault is here or upstream, and going on would drain the topic."""


class StepHung(Problem):
    """The batch in hand did not finish within the drain deadline. It is not committed and will be delivered again."""
