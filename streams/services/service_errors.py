"""Errors of services, in one line. Does nothing else."""

from schemas.errors import BadInput
from streams import errors


class ServiceError(errors.Problem):
    """A service cannot be started or used; the text says what is missing and what to do about it."""


class NoSuchKind(ServiceError, BadInput):
    """There is no broker or store of this name."""


class PortInUse(ServiceError, errors.PortInUse):
    """Another process listens there; nothing was started."""


class NotReady(Exception):
    """A starting service cannot be used yet: try again."""
