"""What goes wrong with services, in one line for people. Does nothing else."""

from schemas.failures import UserError


class ServiceError(UserError):
    """A service cannot be started or used; the text says what is missing and what to do about it."""


class PortInUse(ServiceError):
    """Something else listens there; nothing was started."""
