"""Writes the reference of the documentation from the code: `python -m tools.docs_reference`.

In: the tables of settings, commands, topics, metrics, reasons and kinds of questions.  Out: Markdown pages in
`docs/reference`.  A test compares them with the code; nobody edits them.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from prometheus_client.metrics import MetricWrapperBase

FOLDER = Path(__file__).parents[1] / "docs" / "reference"

HEAD = "<!-- Written by `make docs` from the code: edit the code, not this page. -->\n\n"

DAY_MS = 86_400_000


def pages() -> dict[str, str]:
    """File name to content."""
    writers: Mapping[str, Callable[[], Iterator[str]]] = {
        "settings": _settings, "commands": _commands, "events": _events, "metrics": _metrics, "reasons": _reasons,
        "kinds": _kinds,
    }  # fmt: skip
    return {f"{name}.md": HEAD + "\n".join(writer()) + "\n" for name, writer in writers.items()}


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _settings() -> Iterator[str]:
    from streams.secret_files import file_variable_of, secrets_of, variable_of
    from streams.settings import (
        AgentSettings,
        BalanceSettings,
        ExamineSettings,
        KafkaSettings,
        LagSettings,
        RenderSettings,
        StatusSettings,
        WriterSettings,
    )

    readers: dict[str, type[KafkaSettings]] = {
        "agents": AgentSettings, "render": RenderSettings, "examine": ExamineSettings, "write": WriterSettings,
        "balance": BalanceSettings, "lag-exporter": LagSettings, "status": StatusSettings,
    }  # fmt: skip
    yield from (
        "# Settings",
        "",
        "Every setting is an environment variable; `skg config` shows their values here.",
        "Other commands read those that concern them: the broker's, the store's, `SKG_DATASET_URI`.",
        "",
    )
    rows: dict[str, list[str]] = {}
    read_by: dict[str, list[str]] = {}
    for command, settings in readers.items():
        for name, info in settings.model_fields.items():
            env = variable_of(name)
            read_by.setdefault(env, []).append(command)
            default = "" if info.is_required() else _default(info.default)
            rows[env] = [_code(env), _code(default), _values(info.annotation), info.description or ""]
        for name in secrets_of(settings):
            env = file_variable_of(name)
            read_by.setdefault(env, []).append(command)
            rows[env] = [_code(env), "", "path", f"file that holds {_code(variable_of(name))}"]
    by_all = list(readers)
    whole = [[*rows[env], "all" if read_by[env] == by_all else ", ".join(read_by[env])] for env in sorted(rows)]
    yield from _table(("name", "default", "value", "meaning", "read by"), whole)


def _default(value: object) -> str:
    if hasattr(value, "get_secret_value") or value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


NAMES: Mapping[object, str] = {
    int: "whole number", float: "number", bool: "true or false", str: "text", Path: "path", type(None): "",
}  # fmt: skip


def _values(annotation: object) -> str:
    """The values that a setting takes, in words."""
    arguments = get_args(annotation)
    if getattr(get_origin(annotation), "__name__", "") == "Literal" or (
        arguments and all(isinstance(a, str) for a in arguments)
    ):
        return ", ".join(_code(str(each)) for each in arguments)
    if annotation in NAMES:
        return NAMES[annotation]
    if hasattr(annotation, "get_secret_value"):
        return "secret"
    return " or ".join(filter(None, dict.fromkeys(_values(each) for each in arguments if not _is_note(each))))


def _is_note(each: object) -> bool:
    """Whether it is a bound or a mark beside a type, not a type."""
    return not (isinstance(each, type) or get_origin(each) is not None or get_args(each))


def _commands() -> Iterator[str]:
    from streams.cli.root import build

    yield from (
        "# Commands",
        "",
        "`skg COMMAND --help` says the same.",
        "Where a command takes the table's address as `uri`, `--uri` gives it too.",
        "Exit codes: 0 done; 1 it ran, and failed or found what it looks for (faults, a missed goal); 2 nothing was done: "
        "an argument, a value, a setting, a file or an extra is wrong or missing, or a service does not answer or refuses "
        "the login; 130 interrupted.",
        "",
    )
    yield from _command(typer.main.get_command(build()), ("skg",))


def _command(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name in sorted(command.commands):
            yield from _command(command.commands[name], (*path, name))
        return
    text, _, example = " ".join((command.help or "").split()).partition(" Example: ")
    yield from (f"## {' '.join(path)}", "", text, "")
    if example:
        yield from ("```sh", example, "```", "")
    rows = [_parameter(each) for each in command.params if each.name != "help"]
    if rows:
        yield from _table(("parameter", "default", "meaning"), rows)


def _parameter(given: Any) -> tuple[str, str, str]:
    is_option = given.param_type_name == "option"
    names = [*given.opts, *given.secondary_opts] if is_option else [str(given.metavar or given.name)]
    default = given.default() if callable(given.default) else given.default
    shown = "" if default in (None, False, (), []) else str(default)
    return ", ".join(map(_code, names)), _code(shown), str(getattr(given, "help", "") or "")


def _events() -> Iterator[str]:
    from schemas.reference.documents import schema
    from schemas.topics import TOPICS

    yield from (
        "# Events",
        "",
        "MessagePack of the fields below, with CloudEvents headers; `schemas/generated/` has the JSON Schema of each, an "
        "AsyncAPI document and examples.",
        "",
    )
    rows = [
        (
            _code(topic.name), f"[{topic.event.__name__}](#{topic.event.__name__.lower()})", ", ".join(topic.producer),
            ", ".join(topic.consumer), topic.key, str(topic.partitions), _kept(topic.retention_ms),
        )
        for topic in TOPICS.values()
    ]  # fmt: skip
    yield from _table(("topic", "event", "published by", "read by", "key", "partitions", "kept"), rows)
    parts: dict[str, Any] = {}
    for topic in TOPICS.values():
        document = schema(topic)
        parts |= document.get("$defs", {})
        yield from _model(topic.event.__name__, document)
    for name in sorted(parts.keys() - {topic.event.__name__ for topic in TOPICS.values()}):
        yield from _model(name, parts[name])


def _model(name: str, document: Mapping[str, Any]) -> Iterator[str]:
    """A model's fields; those that need not be given are marked."""
    yield from (f"## {name}", "", " ".join(document.get("description", "").split()), "")
    needed = document.get("required", ())
    fields = document.get("properties", {}).items()
    yield from _table(
        ("field", "type", "may be left out"),
        [(_code(field), _kind(kind), "" if field in needed or "const" in kind else "yes") for field, kind in fields],
    )


def _kept(milliseconds: int) -> str:
    return "for ever" if milliseconds < 0 else f"{milliseconds // DAY_MS} days"


def _kind(field: Mapping[str, Any]) -> str:
    if "const" in field:
        return _code(str(field["const"]))
    if "$ref" in field:
        name = str(field["$ref"]).rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    if field.get("type") == "array":
        inner = field.get("items") or {}
        return f"list of {_kind(inner)}" if inner else "list"
    if "enum" in field:
        return ", ".join(_code(str(each)) for each in field["enum"])
    return str(field.get("type", "any"))


def _metrics() -> Iterator[str]:
    from monitoring import llm_metrics, metrics
    from monitoring.group_metrics import FAMILIES

    yield from (
        "# Metrics",
        "",
        "What each means, and what to do about it. Alerts are in [the runbook](../runbook.md).",
        "",
    )
    rows = [
        (_code(_name(family)), family.type, ", ".join(each._labelnames), family.documentation)
        for module in (metrics, llm_metrics)
        for each in vars(module).values()
        if isinstance(each, MetricWrapperBase)
        for family in each.describe()
    ]
    rows += [(_code(each.name), "gauge", ", ".join(each.labels), each.meaning) for each in FAMILIES]
    yield from _table(("metric", "type", "labels", "meaning"), sorted(rows))


def _name(family: Any) -> str:
    """The name as Prometheus sees it: of counters with their suffix."""
    return f"{family.name}_total" if family.type == "counter" else str(family.name)


def _reasons() -> Iterator[str]:
    from schemas.reasons import DEAD_LETTER_REASONS, GATES, REASONS, REJECTED_BY, SERVICES

    yield from (
        "# Reasons",
        "",
        "## Rejections",
        "",
        "A request that was understood, and that a rule or a measurement speaks against; `skg rejections list` shows them.",
        "",
    )
    givers: dict[str, list[str]] = {}
    for stage, gates in REJECTED_BY.items():
        for gate, reasons in gates.items():
            for reason in reasons:
                givers.setdefault(reason, []).append(f"{stage}: {gate}")
    yield from _table(
        ("reason", "meaning", "given by (stage: gate)"),
        [(_code(name), meaning, ", ".join(givers.get(name, []))) for name, meaning in REASONS.items()],
    )
    yield from ("## Gates", "")
    yield from _table(("gate", "what it looks at"), [(_code(name), meaning) for name, meaning in GATES.items()])
    yield from ("## Dead letters", "", "A message that could not be processed at all; `skg replay` sends it back.", "")
    dead = [(_code(name), meaning) for name, meaning in DEAD_LETTER_REASONS.items()]
    yield from _table(("reason", "meaning"), dead)
    yield from ("## Services that are waited for", "")
    yield from _table(("service", "what it is"), [(_code(name), meaning) for name, meaning in SERVICES.items()])


def _kinds() -> Iterator[str]:
    from spatial.questions.kind_table import KINDS

    yield from (
        "# Kinds of questions",
        "",
        "Examples, and when each is asked: [unanswerable ones](../dataset.md#unanswerable-questions), "
        "[descriptions](../dataset.md#descriptions), [questions in metres](../dataset.md#questions-in-metres).",
        "",
    )
    examples = _examples()
    rows = [
        (
            _code(name), row.meaning, " ".join(f"*{text}*" for text in examples[name]), str(row.fewest_things),
            str(row.in_all),
            "two pictures of a scene in metres" if row.in_views else "scenes in metres" if row.in_metres else "all",
        )
        for name, row in KINDS.items()
    ]  # fmt: skip
    yield from _table(("kind", "what is asked", "as in", "fewest things", "most in a sample", "asked of"), rows)


HOPS = "What colour is the thing to the left of the cat in the picture?"
"""Of the kind whose questions name a thing by its relation alone."""


def _examples() -> dict[str, list[str]]:
    """A question of each shape, by its kind: sentences of the grammar about a cat and the like."""
    from spatial.questions.kind_table import KINDS, kind_of
    from spatial.questions.wording.question_parsing import parse
    from spatial.questions.wording.realisation import grammar

    found: dict[str, list[str]] = {name: [] for name in KINDS}
    found[kind_of(parse(HOPS))].append(HOPS)
    for shape, sentences in grammar().items():
        kind, text = _example(shape, sentences)
        found[kind].append(text)
    return found


def _example(shape: str, sentences: Sequence[str]) -> tuple[str, str]:
    """The kind of a shape, and a question about things that differ."""
    from spatial.questions.kind_table import kind_of
    from spatial.questions.wording.phrase_samples import sample_queries, slots_of
    from spatial.questions.wording.realisation import realise

    queries = [query for sentence in sentences for query in sample_queries(shape, slots_of(sentence))]
    texts = [(realise(query), query) for query in queries]
    text, query = min(texts, key=lambda each: _repeats(each[0]))
    return kind_of(query), text


def _repeats(text: str) -> int:
    words = [word.strip(",?") for word in text.lower().split()]
    return len(words) - len(set(words))


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{os.path.relpath(FOLDER / name)}\n")


if __name__ == "__main__":
    main()
