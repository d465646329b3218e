"""Reads a file of annotations; its form is detected.

In: a path.  Out: a record for every picture.  Raises BadAnnotations with the file and the record.
"""

import json
from pathlib import Path

from schemas.texts.strict_json import NotJson, parse_json
from streams.ingest.annotated_objects import AnnotatedPicture, BadAnnotations
from streams.ingest.coco_annotations import coco_pictures
from streams.ingest.object_lines import line_picture


def read_annotations(path: Path) -> list[AnnotatedPicture]:
    """The records of a file in either form: one JSON object with `images` is COCO's, all else is JSON lines."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadAnnotations(f"{path}: {error.strerror or error}") from error
    return parse_annotations(data, str(path))


def parse_annotations(data: bytes, name: str) -> list[AnnotatedPicture]:
    """The records of a file's bytes."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadAnnotations(f"{name}: not UTF-8 text (byte {error.start})") from error
    whole = _whole(text, name)
    if isinstance(whole, dict) and ("images" in whole or "annotations" in whole):
        found = coco_pictures(whole, name)
    else:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        found = [line_picture(_parsed(line, f"{name}, line {number}"), number, name) for number, line in lines]
    if not found:
        raise BadAnnotations(f"{name}: holds no pictures")
    for picture in found:
        if not all(character.isprintable() for character in picture.file_name):
            raise BadAnnotations(f"{name}, {picture.record}: the name of the file must be printable")
    return found


def _whole(text: str, name: str) -> object:
    """The file as one JSON value, None where it is none. Raises BadAnnotations for one of many lines that is ambiguous."""
    try:
        return parse_json(text)
    except NotJson as error:
        if "\n" in text.strip() and _is_json(text):
            raise BadAnnotations(f"{name}: {error}") from error
        return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _parsed(line: str, where: str) -> object:
    try:
        return parse_json(line)
    except NotJson as error:
        raise BadAnnotations(f"{where}: {error}") from error
