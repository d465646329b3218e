"""Reads a file of annotations; its form is detected.

In: a path.  Out: a record for every picture.  Raises BadAnnotations with the file and the record.
"""

import json
from pathlib import Path

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
    whole = _whole(text)
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


def _whole(text: str) -> object:
    """The file as one JSON value, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parsed(line: str, where: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise BadAnnotations(f"{where}: not JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:
        raise BadAnnotations(f"{where}: not JSON: a number is too long") from error
    except RecursionError as error:
        raise BadAnnotations(f"{where}: nested too deeply") from error
