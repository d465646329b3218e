"""Reads YAML that people write, and refuses a key that is there twice: the library takes the last.

In: text.  Out: plain values, or NotYaml with one line for people.  The only file that imports yaml for reading settings.
"""

from collections.abc import Hashable
from typing import Any

import yaml

from schemas.texts.written_text import shown


class NotYaml(ValueError):
    """Not YAML, or YAML that is ambiguous. The text is one line."""


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping. Raises NotYaml for a key that is there twice."""
        written: set[Hashable] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            if (key.tag, key.value) in written:
                raise NotYaml(f"line {key.start_mark.line + 1}: the key {shown(key.value)} is there twice")
            written.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> Any:
    """The value of a YAML text. Raises NotYaml."""
    try:
        return yaml.load(text, _Loader)  # a safe loader
    except yaml.YAMLError as error:
        raise NotYaml(f"not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise NotYaml("nested too deeply") from None
    except NotYaml:
        raise
    except ValueError as error:  # of a date or a number that is none
        raise NotYaml(f"not YAML: {' '.join(str(error).split())}") from None
