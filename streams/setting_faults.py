"""Everything that is wrong with the settings of an environment, each with what helps.

In: the environment.  Out: a fault for each wrong value, broken rule and misspelt name; none where every process can start.
Connects to nothing.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from schemas.errors import BadKnowledge, MissingExtra
from schemas.texts.fault_words import in_plain_words, nearest_words
from streams.address_redaction import masked
from streams.errors import Misconfigured
from streams.secret_files import file_variable_of, secrets_of, unusable_files, variable_of
from streams.setting_rules import broken
from streams.settings import ALL

PREFIX = "SKG_"
NEAR = 0.8
"""Likeness from which a name that no setting has is taken for one that is misspelt."""

UNREAD = SecretStr("unread")
"""Stands for a secret whose file cannot be used, so that nothing is said to lack it."""

OPTIONS = {"render_model": "--model", "balance_targets": "--targets"}
"""Fields that are options of commands: what is wrong with one that was given is wrong with the option."""

OF_TOOLS = ("SKG_CACHE",)
"""Names that `make` and its tools read."""

Settings = TypeVar("Settings", bound=BaseSettings)


@dataclass(frozen=True)
class SettingFault:
    """`name`: of the setting, empty where several are at odds, which `detail` names. `remedy`: what helps. `missing`: the
    error where an extra is not installed here."""

    name: str
    detail: str
    remedy: str = ""
    missing: MissingExtra | None = None

    def __str__(self) -> str:
        return f"{self.detail}; {self.remedy}" if self.remedy else self.detail


def known_names() -> frozenset[str]:
    """Every name that something reads, those of files of secrets among them."""
    from dataset.review import REVIEWER

    own = {variable_of(name) for cls in ALL for name in cls.model_fields}
    files = {file_variable_of(name) for cls in ALL for name in secrets_of(cls)}
    return frozenset({*own, *files, REVIEWER, *OF_TOOLS})


def strange_names(environment: Iterable[str]) -> dict[str, str | None]:
    """The names of the environment that no setting has, each with the setting that it is taken for, or None."""
    known = known_names()
    strange = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return {name: next(iter(nearest_words(name, known, 1, NEAR)), None) for name in strange}


def valid_part(cls: type[Settings]) -> tuple[Settings, list[SettingFault]]:
    """The settings of a class with the default in place of each value that is none, and what is wrong with those."""
    unusable = unusable_files(cls)
    faults = [SettingFault(_named_in(str(error)), str(error), _of_file(name)) for name, error in unusable.items()]
    defaults: dict[str, Any] = {name: cls.model_fields[name].get_default() for name in unusable}
    while len(defaults) < len(cls.model_fields):
        try:
            return cls(**defaults), faults
        except ValidationError as error:
            found = _of_validation(error, cls)
            faults += [fault for _, fault in found]
            named = {name for name, _ in found if name} - defaults.keys() or set(cls.model_fields)
            defaults |= {name: cls.model_fields[name].get_default() for name in named}
    made: Any = cls.model_construct(None, **defaults)
    return made, faults


def _of_file(name: str) -> str:
    return f"give {file_variable_of(name)} a file that holds the secret alone, or set {variable_of(name)} without it"


def _of_validation(error: ValidationError, cls: type[BaseSettings]) -> list[tuple[str, SettingFault]]:
    """The field and the fault of each; no field where several are at odds."""
    found = []
    for one in error.errors():
        name = next((str(part) for part in one["loc"] if part in cls.model_fields), "")
        said = in_plain_words(one)
        variable = variable_of(name) if name else ""
        detail = f"{variable}: {said} (got {masked(str(one['input']))!r})" if name else said
        found.append((name, SettingFault(variable, detail, _meaning(cls, name))))
    return found


def _meaning(cls: type[BaseSettings], name: str) -> str:
    """What a setting is for, and its default; nothing of what is none of the class."""
    info = cls.model_fields.get(name)
    if info is None:
        return ""
    unset = "" if info.default in (None, "") or isinstance(info.default, SecretStr) else f"; the default is {info.default}"
    return f"{variable_of(name)} is for: {info.description}{unset}"


def setting_faults(
    given: Mapping[str, object] | None = None, environment: Iterable[str] | None = None
) -> Iterator[SettingFault]:
    """Every fault, once. `given`: fields that a command line sets instead of the environment."""
    seen: set[str] = set()
    for fault in _all_faults(given or {}, os.environ if environment is None else environment):
        if fault.detail not in seen:
            seen.add(fault.detail)
            yield fault


def _all_faults(given: Mapping[str, object], environment: Iterable[str]) -> Iterator[SettingFault]:
    for name, meant in strange_names(environment).items():
        if meant is not None:
            yield SettingFault(name, f"{name} is no setting, and nothing reads it", f"did you mean {meant}?")
    for cls in ALL:
        yield from _faults_of(cls, given)
    yield from _of_knowledge()


def _faults_of(cls: type[BaseSettings], given: Mapping[str, object]) -> Iterator[SettingFault]:
    settings, faults = valid_part(cls)
    yield from faults
    update: dict[str, object] = dict.fromkeys(unusable_files(cls), UNREAD)
    update |= {name: value for name, value in given.items() if name in cls.model_fields and value is not None}
    for error in broken(settings.model_copy(update=update)):
        missing, name = error if isinstance(error, MissingExtra) else None, _named_in(str(error))
        field = name.removeprefix(PREFIX).lower()
        if field in OPTIONS and given.get(field) is not None:
            yield SettingFault(OPTIONS[field], str(error).replace(name, OPTIONS[field]), missing=missing)
        else:
            yield SettingFault(name, str(error), _meaning(cls, field), missing)


def _of_knowledge() -> Iterator[SettingFault]:
    if not os.environ.get("SKG_KNOWLEDGE"):
        return
    from spatial.knowledge.knowledge_base import check_knowledge
    from spatial.questions.wording.paraphrase_gate import require_admitted

    try:
        check_knowledge()
        require_admitted()
    except BadKnowledge as error:
        yield SettingFault("SKG_KNOWLEDGE", str(error), "correct the file, or take its folder out of SKG_KNOWLEDGE")


def _named_in(text: str) -> str:
    """The first setting that a message names, or nothing."""
    return next((word.strip("`'\",;:.()").partition("=")[0] for word in text.split() if PREFIX in word), "")


def require_all(given: Mapping[str, object] | None = None) -> None:
    """Raise Misconfigured with every fault, one a line; MissingExtra where nothing but an extra is missing."""
    _refuse(setting_faults(given))


def sound_settings(cls: type[Settings], given: Mapping[str, object] | None = None) -> Settings:
    """The settings of one process. `given`: fields that a command line sets (None: not).

    Raises Misconfigured with every fault of them, one a line; MissingExtra where nothing but an extra is missing.
    """
    _refuse(_faults_of(cls, given or {}))
    return cls().model_copy(update={name: value for name, value in (given or {}).items() if value is not None})


def _refuse(found: Iterable[SettingFault]) -> None:
    faults = list(found)
    wrong = [str(fault) for fault in faults if fault.missing is None]
    if wrong:
        raise Misconfigured("\n".join(wrong))
    for fault in faults:
        if fault.missing is not None:
            raise fault.missing
