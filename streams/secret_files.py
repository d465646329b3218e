"""Secrets from files: for each secret `SKG_X` of the settings the variable `SKG_X_FILE` may name a file that holds it.

In: the environment, files.  Out: the secrets, or Misconfigured in one line that names the variable and never the content.
Read once, together with the settings.  A newline at the end is dropped.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from streams.errors import Misconfigured

MOST_BYTES = 65_536
"""Far more than a key or a token has; a wrong file need not be read to its end."""


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    return f"SKG_{name.upper()}"


def file_variable_of(name: str) -> str:
    """The variable that names the file of a secret."""
    return f"{variable_of(name)}_FILE"


def secrets_of(settings: type[BaseSettings]) -> Iterator[str]:
    """The names of the settings that are secret."""
    for name, info in settings.model_fields.items():
        if info.annotation is SecretStr or SecretStr in get_args(info.annotation):
            yield name


def _named_files(settings: type[BaseSettings]) -> dict[str, Path]:
    named = {name: os.environ.get(file_variable_of(name), "") for name in secrets_of(settings)}
    return {name: Path(path) for name, path in named.items() if path}


def unusable_files(settings: type[BaseSettings]) -> dict[str, Misconfigured]:
    """Each secret whose file cannot be used, with why."""
    found = {}
    for name, path in _named_files(settings).items():
        try:
            _content(name, path)
        except Misconfigured as error:
            found[name] = error
    return found


class SecretFiles(PydanticBaseSettingsSource):
    """A source of settings beside the environment."""

    def __call__(self) -> dict[str, Any]:
        """The secrets whose files are named and that the caller does not give. Raises Misconfigured."""
        given = self.settings_sources_data.get("InitSettingsSource", {})
        named = _named_files(self.settings_cls)
        return {name: _content(name, path) for name, path in named.items() if name not in given}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: all of them are read at once."""
        raise NotImplementedError


def _content(name: str, path: Path) -> SecretStr:
    variable = file_variable_of(name)
    if os.environ.get(variable_of(name)):
        raise Misconfigured(f"{variable_of(name)} and {variable} are both set: give one of them")
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1).decode()
    except OSError as error:
        raise Misconfigured(f"{variable}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{variable}: {path} is no text") from None
    content = text.rstrip("\r\n")
    if not content or len(text) > MOST_BYTES:
        raise Misconfigured(f"{variable}: {path} {'is too large for a secret' if content else 'is empty'}")
    return SecretStr(content)
