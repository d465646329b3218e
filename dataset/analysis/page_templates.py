"""The environment of every HTML page.

In: folders of templates, names of the data.  Out: an environment, the names in words.
Every text is escaped; an unknown name in a template is an error.
"""

from pathlib import Path

import jinja2

PHRASES = {
    "direction_yes_no": "direction, yes or no",
    "direction_open": "direction, which side",
    "direction_choice": "direction, one of four",
    "multi_hop": "in several steps",
    "row_order": "order in a row",
    "chain": "order of three",
    "count_where": "count on a side",
    "compare_counts": "comparing counts",
    "false_description": "wrong sentence",
    "object_frame": "seen from a thing",
    "support_chain": "what falls with it",
    "view_change": "camera's move",
}
"""Names of kinds of questions that do not say themselves what is asked; commands and files have the names themselves."""


def in_words(name: object) -> str:
    """A name of the data as people read it."""
    return PHRASES.get(str(name)) or str(name).replace("_", " ")


def templates_in(*folders: Path) -> jinja2.Environment:
    """The templates of some folders; of several with the same name that of the first."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
