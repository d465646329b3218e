"""The environment of every HTML page.

In: folders of templates.  Out: an environment.
Every text is escaped; an unknown name in a template is an error.
"""

from pathlib import Path

import jinja2

from dataset.analysis.names_in_words import in_words


def templates_in(*folders: Path) -> jinja2.Environment:
    """The templates of some folders; of several with the same name that of the first."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["words"] = in_words
    return environment
