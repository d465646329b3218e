"""Seeds as people really write them are read, or refused line by line before anything is published."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.events import SeedConcept
from schemas.ids import make_seed
from streams.cli.root import run
from streams.errors import BadSeeds
from streams.seed_files.seed_reading import parse_seeds, read_context, read_seeds

CAFE = "café"
DECOMPOSED = unicodedata.normalize("NFD", CAFE)


def read(tmp_path: Path, data: str | bytes) -> list[SeedConcept]:
    path = tmp_path / "seeds"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_seeds(path)


def told(text: str) -> list[tuple[str, int]]:
    return [(seed.concept, seed.count) for seed in parse_seeds(text, "s")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"concept": "park", "count": true}', "count: a whole number is needed"),
        ('{"concept": "park", "count": "3"}', "count: a whole number is needed"),
        ('{"concept": "park", "count": 3.5}', "count: a whole number is needed"),
        ('{"concept": "park", "count": ' + "9" * 5000 + "}", "a number is too long"),
        ('{"concept": "park", "count": NaN}', "NaN is no number of JSON"),
        ('{"concept": "park", "first": "0"}', "first: a whole number is needed"),
        ('{"concept": "park", "options": {"min_objects": "3"}}', "options.min_objects: a whole number is needed"),
        ('{"concept": "park", "options": {"max_objects": true}}', "options.max_objects: a whole number is needed"),
        ('{"concept": "park", "options": {"families": {"depth": true}}}', "families.depth: a number is needed"),
        ('{"concept": "park", "concept": "beach"}', "the key 'concept' is there twice"),
        ('{"concept": "park", "options": {"salt": "a", "salt": "b"}}', "the key 'salt' is there twice"),
        ('{"concept": "pa\\u0000rk"}', "concept: must not have a control character (U+0000)"),
        ('{"concept": "pa\u200brk"}', "concept: must not have an invisible character (U+200B ZERO WIDTH SPACE)"),
        ('{"concept": "pa\u202erk"}', "(U+202E RIGHT-TO-LEFT OVERRIDE)"),
        ('{"concept": "pa\\u2028rk"}', "concept: must not have a line break (U+2028)"),
        ('{"concept": "pa\u2028rk"}', "concept: must not have a line break (U+2028)"),
        ('{"concept": "pa\u0085rk"}', "concept: must not have a line break (U+0085)"),
        ('{"concept": "pa\\ud800rk"}', "concept: must not have half a character (U+D800)"),
        ('{"concept": "pa\u3164rk"}', "(U+3164 HANGUL FILLER)"),
        ('{"concept": "pa\u200drk"}', "(U+200D ZERO WIDTH JOINER)"),
        ('{"concept": "park", "context": "a\\u0000b"}', "context: must not have a control character (U+0000)"),
        ('{"concept": "park", "options": {"excluded": ["ca\u200bt"]}}', "options: must not have an invisible character"),
        ('{"concept": "park", "a\\u001b[31m\\nb": 1}', "'a\\x1b[31m\\nb'".strip("'") + ": there is no such field"),
        ("park", "not JSON"),
    ],
)  # fmt: skip
def test_a_line_of_json_that_people_write_wrongly_is_refused_in_one_line(line: str, reason: str):
    with pytest.raises(BadSeeds) as caught:
        parse_seeds(f'{{"concept": "kitchen"}}\n{line}\n', "seeds.jsonl")
    (said,) = str(caught.value).splitlines()
    assert said.startswith("seeds.jsonl, line 2: ")
    assert reason in said
    assert said.isprintable()


def test_line_breaks_of_unicode_within_a_text_end_no_line():
    context = "first\u2028second\u0085third"
    line = json.dumps({"concept": "park", "context": context}, ensure_ascii=False)
    (seed, other) = parse_seeds(f'{line}\n{{"concept": "beach"}}', "s")
    assert (seed.context, other.concept) == (context, "beach")


def test_one_concept_in_two_spellings_of_unicode_is_one_seed():
    first, second = parse_seeds(f'{{"concept": "{CAFE}"}}\n{{"concept": "{DECOMPOSED}"}}', "s")
    assert first == second
    assert first.concept == second.concept == CAFE
    assert make_seed(DECOMPOSED) == make_seed(CAFE)
    assert [seed.concept for seed in parse_seeds(f"{CAFE}\n{DECOMPOSED}", "s")] == [CAFE, CAFE]


@pytest.mark.parametrize("word", ["نمی‌خواهم", "क्‍ष", "a family 👨‍👩‍👧 in a park", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", "naïve café", "東京の市場"])
def test_a_word_that_needs_its_joiners_keeps_them(word: str):
    (seed,) = parse_seeds(json.dumps({"concept": word}), "s")
    assert seed.concept == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize(
    "data",
    [
        b'\xef\xbb\xbf{"concept": "park", "count": 2}\n',
        b'{"concept": "park", "count": 2}\r\n',
        b'{"concept": "park", "count": 2}\r',
        b"\xef\xbb\xbfconcept,count\r\npark,2\r\n",
        b'"Concept", "Count"\npark, 2\n',
        b"# from a sheet\n\nconcept,count\n,\n# none\npark,2\n",
        b"concept\tcount\npark\t2\n",
        b"count;concept\n2;park\n",
        "concept\tcount\r\npark\t2\r\n".encode("utf-16"),
        b"concept,count,salt,context,min_objects\npark,2,,,\n",
    ],
)
def test_what_editors_and_spreadsheets_save_is_read(tmp_path: Path, data: bytes):
    assert [(seed.concept, seed.count) for seed in read(tmp_path, data)] == [("park", 2)]


def test_a_table_says_all_that_a_line_of_json_can_say_of_a_seed():
    table = (
        "concept,count,first,context,min_objects,max_objects,required_objects,excluded,salt\n"
        '"park, at noon",3,5,"two\nlines",2,4,cat; dog,car|bus,again\nbeach,,,,,,,,\n'
    )
    options = {"min_objects": 2, "max_objects": 4, "required_objects": ["cat", "dog"], "excluded": ["car", "bus"]}
    park = {"concept": "park, at noon", "count": 3, "first": 5, "context": "two\nlines"}
    lines = json.dumps({**park, "options": {**options, "salt": "again"}}) + '\n{"concept": "beach"}'
    assert parse_seeds(table, "s") == parse_seeds(lines, "s")


@pytest.mark.parametrize(
    ("table", "place", "reason"),
    [
        ("concept,colour\npark,red", 1, "there is no column 'colour'; there are concept, count"),
        ("concept,count,Count\npark,1,2", 1, "the column 'count' is there twice"),
        ("concept,count\npark,many", 2, "count: must be a whole number, not 'many'"),
        ("concept,count\npark,3.0", 2, "count: must be a whole number, not '3.0'"),
        ("concept,count\npark,٣", 2, "count: must be a whole number"),
        ("concept,count\npark,0", 2, "count: at least 1 is needed"),
        ("concept,count\na park, with trees,3", 2, "3 cells where the header has 2"),
        ("concept,count\npark", 2, "1 cells where the header has 2"),
        ('concept,count\n"two\nlines",1', 2, "concept: must not have a line break (U+000A)"),
        ('concept,count\n"a\nb",1\npark,x', 4, "count: must be a whole number, not 'x'"),
        ('concept,count\n"park,3', 2, "not a row of a table: unexpected end of data"),
        ("concept,count\npa\u200brk,3", 2, "an invisible character (U+200B"),
        ("concept,count\npa\0rk,3", 2, "a control character (U+0000)"),
        ("concept,count\n,3", 2, "concept: it is missing"),
    ],
)  # fmt: skip
def test_a_faulty_row_of_a_table_is_named_with_its_line_and_its_reason(table: str, place: int, reason: str):
    with pytest.raises(BadSeeds) as caught:
        parse_seeds(table, "seeds.csv")
    said = str(caught.value).splitlines()[-1]
    assert said.startswith(f"seeds.csv, line {place}: ")
    assert reason in said


def test_plain_lines_are_a_concept_each():
    assert told("# mine\n\nstreet market\n  a cat beside a dog  \n") == [("street market", 1), ("a cat beside a dog", 1)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("street market,20\nharbour,5", "begin the file with a header: concept,count"),
        ("street market\t20", "begin the file with a header: concept,count"),
        ('park\n{"concept": "beach"}', "looks like JSON in a file of plain lines"),
        ("pa\u202erk", "must not have an invisible character (U+202E"),
        ("x" * 201, "this one has 201"),
        ("!!!", "a concept needs at least one letter or digit"),
        ('[\n {"concept": "park"},\n {"concept": "beach"}\n]', "this is one JSON list; a seeds file has one object a line"),
        ('[{"concept": "park"}]', "this is one JSON list; a seeds file has one object a line"),
        ('{\n "concept": "park"\n}', "this is one JSON object; a seeds file has one object a line"),
    ],
)  # fmt: skip
def test_another_form_is_refused_and_what_is_wanted_is_said(text: str, reason: str):
    with pytest.raises(BadSeeds) as caught:
        parse_seeds(text, "s")
    assert reason in str(caught.value)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path):
    with pytest.raises(BadSeeds, match=r"line 2: not UTF-8 text \(byte 8\)"):
        read(tmp_path, b"concept\n\xe9tang\n")


def test_a_context_is_read_without_a_byte_order_mark_and_in_one_spelling(tmp_path: Path):
    path = tmp_path / "context.txt"
    path.write_bytes(b"\xef\xbb\xbf" + f"{DECOMPOSED}\r\nand more".encode())
    assert read_context(path) == f"{CAFE}\nand more"
    path.write_bytes(b"a\0b")
    with pytest.raises(BadSeeds, match="control character"):
        read_context(path)


def test_nothing_is_published_from_a_file_with_one_refused_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "seeds.jsonl"
    path.write_text('{"concept": "park"}\n{"concept": "park", "count": true}\n')
    assert run(["seed", "--file", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"skg: {path}, line 2: count: a whole number is needed\n"


@pytest.mark.parametrize("concept", ["pa\u200brk", "pa\u202erk", "pa\0rk", "pa\udcffrk", "pa\nrk", "[" * 100_000])
def test_a_concept_of_the_command_line_is_refused_in_one_line(concept: str, capsys: pytest.CaptureFixture[str]):
    assert run(["seed", concept]) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert (said.out, line.isprintable(), len(line) < 400) == ("", True, True)


def test_a_path_in_the_place_of_the_concept_is_read_as_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "seeds.csv"
    path.write_text("concept,count\nkitchen,2\n")
    assert run(["seed", str(path), "--dry-run"]) == 0
    assert "kitchen" in capsys.readouterr().out


def read_or_refused(tmp_path: Path, data: bytes) -> tuple[list[str], list[SeedConcept]]:
    try:
        return [], read(tmp_path, data)
    except BadSeeds as error:
        return str(error).splitlines(), []


PIECES = st.sampled_from(
    ['{"concept": "park"', ', "count": ', "true", "1e999", '"', "\\ud800", "}", "[", "]", "concept,count\n", "concept\t",
     ",", ";", "\n", "\r", "\0", "\u2028", "\u200d", "\ufeff", "#", "park", "3", '"options": {', "NaN", "-", ":"]
)  # fmt: skip


@pytest.mark.thorough
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=25).map(
    lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass"))))  # fmt: skip
def test_whatever_a_file_holds_it_is_read_or_refused_in_lines_that_name_it(tmp_path: Path, data: bytes):
    faults, seeds = read_or_refused(tmp_path, data)
    assert bool(faults) != bool(seeds)
    assert all(line.startswith((f"{tmp_path}", "… and ")) and line.isprintable() for line in faults)
    assert all(SeedConcept.model_validate(seed.model_dump()) == seed for seed in seeds)
