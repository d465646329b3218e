"""Names of the data as people read them, on pages and in dataset cards.

In: names of kinds of questions, relations, scenes, measures.  Out: text; for Markdown the name itself beside it.
Imports no engine of templates: exports are written where none is installed.
"""

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


def for_markdown(name: str) -> str:
    """The name in words for a table in Markdown, with the name itself where it is written otherwise."""
    text = " ".join(in_words(name).split())
    plain = "".join("\\" + c if c in "\\|<>[]`*_#" else c for c in text)
    return plain if text == name or not _is_code(name) else f"{plain} (`{name}`)"


def _is_code(name: str) -> bool:
    """Whether a name can stand as code in a table: names that people gave may hold anything."""
    return name.replace("_", "").replace("/", "").isalnum()
