"""A table of rows by name to which installed distributions can add: Python entry points, one group for each table.

In: the package's own rows and a group of entry points, as in `skg.exports`.  Out: a mapping over both.
Entry points are discovered when a table is first used; a plug-in is imported when its row is accessed.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from schemas.errors import UserError

Row = TypeVar("Row")

_FAULTS_OF_A_MODULE = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError,
)  # fmt: skip
"""Errors from importing a plug-in's module, which are reported in one line."""


class PluginError(UserError):
    """A plug-in that cannot be used. The message names its distribution."""


class PluginTable(Mapping[str, Row]):
    """The package's own rows, then those of plug-ins by name. Raises PluginError where one cannot be used."""

    def __init__(self, group: str, own: Mapping[str, Row], kind: type[Row]) -> None:
        self.group, self._own, self._kind = group, dict(own), kind
        self._loaded: dict[str, Row] = {}

    def __getitem__(self, name: str) -> Row:
        point = self._plugins.get(name)
        if point is None:
            return self._own[name]
        if name not in self._loaded:
            self._loaded[name] = self._load(point)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._plugins or name in self._own

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from self._plugins

    def __len__(self) -> int:
        return len(self._own) + len(self._plugins)

    @property
    def plugins(self) -> tuple[str, ...]:
        """The names of the rows that are not the package's own."""
        return tuple(self._plugins)

    def rediscover(self) -> None:
        """Look for plug-ins anew at the next use, as after one was installed or uninstalled."""
        self.__dict__.pop("_plugins", None)
        self._loaded.clear()

    @cached_property
    def _plugins(self) -> dict[str, EntryPoint]:
        """Name to entry point. Raises PluginError for a duplicate name or one of the package's own."""
        found: dict[str, EntryPoint] = {}
        for point in sorted(entry_points(group=self.group), key=lambda point: (point.name, point.value)):
            first = found.setdefault(point.name, point)
            if point.name in self._own:
                raise PluginError(f"{_described(point)} has a name that the package itself uses: rename or uninstall it")
            if first.value != point.value:
                raise PluginError(f"{_described(point)} has the name of {_described(first)}: uninstall one of them")
        return found

    def _load(self, point: EntryPoint) -> Row:
        try:
            row = point.load()
        except _FAULTS_OF_A_MODULE as fault:
            why = f"{type(fault).__name__}: {fault}"
            raise PluginError(f"{_described(point)} cannot be loaded: {' '.join(why.split())}") from fault
        if not isinstance(row, self._kind):
            raise PluginError(f"{_described(point)} is a {type(row).__name__}: a {self._kind.__name__} is needed")
        return row


def _described(point: EntryPoint) -> str:
    origin = "an unknown distribution" if point.dist is None else f"{point.dist.name} {point.dist.version}"
    return f"the plug-in {point.name!r} ({point.group}, {point.value}) of {origin}"
