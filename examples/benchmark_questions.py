"""Writes the published files of spatial benchmarks as questions for `skg eval --questions`.

    python examples/benchmark_questions.py mindcube MindCube_tinybench.jsonl --pictures MindCube/data --out mindcube
    skg eval --questions mindcube/questions.jsonl --url http://127.0.0.1:8000/v1 --name my-model

In: JSON lines, a JSON list, CSV, TSV or Parquet, as a benchmark is published.  Out: a folder with `questions.jsonl` and the
pictures that were inside of the file; other pictures stay where they are.
Questions whose answer is a number or a text without choices are left out, and counted: `skg eval` scores choices.
"""

import argparse
import base64
import csv
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

MOST_PICTURES = 64
"""Pictures of one question that `skg eval` takes; of a longer video that many are drawn evenly."""

MARK = re.compile(r"(?:^|(?<=\s))\(?([A-Z])[.)](?=\s|$)")
"""The letter of a choice within a line: `A.`, `(A)`."""

OPTION = re.compile(r"\(?([A-Z])[.)]\s*(\S.*)")
"""A choice on a line of its own, with its letter."""

LETTER = re.compile(r"\(?([A-Z])[.)]?")
"""An answer that is a letter alone."""

ENDS = (".", "?", "!", ":")
"""With one of these ends what is before choices that begin within its line."""

HOW_TO_ANSWER = re.compile(r"\s*Your answer can only include one of options [A-Z](?:, [A-Z])*(?: or [A-Z])?\.?\s*$")
"""Of SPAR-Bench, after the choices: how to answer, which `skg eval` says in its own words."""

YES_NO = ("Yes", "No")
SIZES = ("small", "large")
COLOURS = ("gray", "blue", "purple", "brown", "green", "cyan", "red", "yellow")
DIRECTIONS = ("left", "right", "front", "back")
SPATIAL457_ANSWERS = (YES_NO, SIZES, COLOURS, DIRECTIONS, tuple(str(number) for number in range(11)))
"""Of Spatial457: what an answer may be; the names of shapes are no closed list, so such questions are left out."""


class NotConverted(Exception):
    """A question that has no choices or no pictures, or whose form is not understood; the reason is counted."""


@dataclass(frozen=True)
class Places:
    """Where pictures are, and where the converted questions go."""

    pictures: Path
    out: Path

    def link(self, name: str) -> str:
        """The path of a picture of the benchmark, from the folder of the questions."""
        found = self.pictures / name
        if not found.is_file():
            raise NotConverted(f"pictures are missing, such as {found}")
        return os.path.relpath(found, self.out)

    def write(self, name: str, data: bytes) -> str:
        """Keep a picture that was inside of the file."""
        suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
        file = self.out / "pictures" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}.{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return os.path.relpath(file, self.out)


def question(images: Sequence[str], text: str, choices: Sequence[str], answer: str, **more: object) -> dict[str, object]:
    """One line. Raises NotConverted where the choices do not name the answer, each of them once."""
    if len(choices) < 2:
        raise NotConverted("questions without choices")
    if len(set(choices)) < len(choices) or answer not in choices:
        raise NotConverted("choices that do not name the answer, each of them once")
    return {"images": list(images), "question": text.strip(), "choices": list(choices), "answer": answer, **more}


def with_choices(text: str) -> tuple[str, dict[str, str]]:
    """What comes before the choices that a text ends with, and the choices by their letters, from A on and in order.

    A choice is a line of its own, or all of them are in the last line.  Raises NotConverted where nothing is lettered, and
    where what is lettered does not end the text.
    """
    lines = text.rstrip().split("\n")
    starts = [k for k, line in enumerate(lines) if line.strip().startswith(("A.", "A)", "(A)"))]
    found = lettered(lines[starts[-1] :]) if starts else {}
    if found:
        return "\n".join(lines[: starts[-1]]).strip(), found
    *before, last = lines
    marks = list(MARK.finditer(last))
    firsts = [k for k, mark in enumerate(marks) if mark[1] == "A"]
    if not starts and not firsts:
        raise NotConverted("questions without choices")
    used = marks[firsts[-1] :] if firsts else []
    ends = [mark.start() for mark in used[1:]] + [len(last)]
    found = lettered([last[mark.start() : end] for mark, end in zip(used, ends, strict=False)])
    begun = last[: used[0].start()].strip() if used else last
    if not found or (begun and not begun.endswith(ENDS)):
        raise NotConverted("choices that are not lettered in order at the end")
    return "\n".join([*before, begun]).strip(), found


def lettered(options: Sequence[str]) -> dict[str, str]:
    """The choices by their letters; none where they are not each lettered, in order from A on."""
    read = [OPTION.fullmatch(option.strip()) for option in options if option.strip()]
    found = {match[1]: match[2].strip() for match in read if match}
    in_order = [chr(ord("A") + k) for k in range(len(read))]
    return found if len(read) > 1 and list(found) == in_order else {}


def chosen(choices: Mapping[str, str], said: object) -> str:
    """The choice that an answer names: by its letter, by letter and text, or by its text. Empty for none."""
    text = str(said).strip()
    whole, letter = OPTION.fullmatch(text), LETTER.fullmatch(text)
    if letter:
        return choices.get(letter[1], "")
    if whole and choices.get(whole[1]) == whole[2].strip():
        return whole[2].strip()
    return text if text in choices.values() else ""


def from_mindcube(row: Row, places: Places) -> dict[str, object]:
    """MindCube (Yin et al. 2025): `images`, a `question` that ends with its choices, `gt_answer` a letter."""
    (stem, choices), images = with_choices(row["question"]), [places.link(name) for name in row["images"]]
    answer = chosen(choices, row["gt_answer"])
    return question(images, stem, list(choices.values()), answer, id=row["id"], kind=str(row.get("type") or "other"))


def from_viewspatial(row: Row, places: Places) -> dict[str, object]:
    """ViewSpatial-Bench (Li et al. 2025): `image_path` a list, `choices` a text of lettered lines, `answer` one of them."""
    names = row["image_path"] if isinstance(row["image_path"], list) else [row["image_path"]]
    before, choices = with_choices(row["choices"])
    if before:
        raise NotConverted("choices that are not lettered in order at the end")
    answer = chosen(choices, row["answer"])
    return question(
        [places.link(name) for name in names], row["question"], list(choices.values()), answer, kind=row["question_type"]
    )


def from_3dsrbench(row: Row, places: Places) -> dict[str, object]:
    """3DSRBench (Ma et al. 2025): `A` to `D`, `answer` a letter, `image` in base64 (TSV) or as a file's bytes."""
    choices = {letter: row[letter] for letter in "ABCD" if row.get(letter) and str(row[letter]).lower() != "nan"}
    name = str(row["index"])
    image = places.write(name, _bytes_of(row.get("image")))
    answer = choices.get(row["answer"], "")
    return question([image], row["question"], list(choices.values()), answer, id=name, kind=row["category"])


def from_spar(row: Row, places: Places) -> dict[str, object]:
    """SPAR-Bench (Zhang et al. 2025): `image` a list of files' bytes, choices at the end of `question`, after several lines
    of it, `answer` a letter, `task`."""
    found = row["image"] if isinstance(row["image"], list) else [row["image"]]
    stem, choices = with_choices(HOW_TO_ANSWER.sub("", row["question"]))
    answer = chosen(choices, row["answer"])
    images = [places.write(f"{row['id']}_{k}", _bytes_of(image)) for k, image in enumerate(found)]
    return question(images, stem, list(choices.values()), answer, id=str(row["id"]), kind=row["task"])


def from_spatial457(row: Row, places: Places) -> dict[str, object]:
    """Spatial457 (Wang et al. 2025): `image_filename`, an open `answer` of a few closed kinds."""
    said = str(row["answer"]).strip()
    closed = next((words for words in SPATIAL457_ANSWERS if said.lower() in map(str.lower, words)), ())
    answer = next((word for word in closed if word.lower() == said.lower()), "")
    return question([places.link(row["image_filename"])], row["question"], closed, answer)


def from_vsi(row: Row, places: Places) -> dict[str, object]:
    """VSI-Bench (Yang et al. 2025): `options` lettered, `ground_truth` a letter; the video's pictures are in a folder
    `<dataset>/<scene_name>`, in the order of their names: extract them before, as with
    `ffmpeg -i scannet/scene0011_00.mp4 -vf fps=1 scannet/scene0011_00/%04d.jpg`."""
    options = row.get("options") or []
    choices = lettered(options)
    if options and not choices:
        raise NotConverted("choices that are not lettered in order at the end")
    folder = places.pictures / row["dataset"] / row["scene_name"]
    files = sorted(file for file in folder.glob("*") if file.suffix.lower() in (".jpg", ".png", ".webp"))
    if choices and not files:
        raise NotConverted(f"pictures are missing, such as {folder}")
    step = max(1, -(-len(files) // MOST_PICTURES))
    images = [os.path.relpath(file, places.out) for file in files[::step]]
    answer = chosen(choices, row.get("ground_truth", ""))
    return question(images, row["question"], list(choices.values()), answer, id=str(row["id"]), kind=row["question_type"])


FORMATS: Mapping[str, Callable[[Row, Places], dict[str, object]]] = {
    "3dsrbench": from_3dsrbench, "mindcube": from_mindcube, "spar-bench": from_spar, "spatial457": from_spatial457,
    "viewspatial": from_viewspatial, "vsi-bench": from_vsi,
}  # fmt: skip


def _bytes_of(image: object) -> bytes:
    """The bytes of a picture: base64 text, or the Image feature of a Parquet file."""
    if isinstance(image, str) and image:
        return base64.b64decode(image)
    data = image.get("bytes") if isinstance(image, Mapping) else image
    if not isinstance(data, bytes) or not data:
        raise NotConverted("pictures are missing in the file")
    return data


def rows_of(file: Path) -> Iterator[Row]:
    """The rows of a file, by its suffix."""
    if file.suffix == ".parquet":
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(file).iter_batches(64):
            yield from batch.to_pylist()
    elif file.suffix in (".csv", ".tsv"):
        csv.field_size_limit(1 << 28)
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines, delimiter="\t" if file.suffix == ".tsv" else ",")
    else:
        text = file.read_text("utf-8")
        whole = json.loads(text) if text.lstrip().startswith("[") or file.suffix == ".json" else None
        found = whole.get("questions", []) if isinstance(whole, dict) else whole
        yield from found if found is not None else map(json.loads, filter(str.strip, text.split("\n")))


def main(arguments: Sequence[str]) -> int:
    """Convert a file; 1 where no question could be."""
    parser = argparse.ArgumentParser(description="Write a benchmark's questions for `skg eval --questions`.")
    parser.add_argument("benchmark", choices=sorted(FORMATS))
    parser.add_argument("file", type=Path, help="as it is published: .jsonl, .json, .csv, .tsv or .parquet")
    parser.add_argument("--pictures", type=Path, default=Path(), help="the folder that paths in the file begin from")
    parser.add_argument("--out", type=Path, required=True, help="a folder for questions.jsonl")
    asked = parser.parse_args(arguments)
    places, left_out = Places(asked.pictures.resolve(), asked.out.resolve()), Counter[str]()
    written = set[str]()
    places.out.mkdir(parents=True, exist_ok=True)
    with (places.out / "questions.jsonl").open("w", encoding="utf-8") as lines:
        for row in rows_of(asked.file):
            try:
                line = FORMATS[asked.benchmark](row, places)
            except NotConverted as reason:
                left_out[str(reason).partition(", such as ")[0]] += 1
                continue
            except (KeyError, TypeError, AttributeError) as error:
                sys.stderr.write(f"{asked.file}: no row of {asked.benchmark}: {type(error).__name__}: {error}\n")
                return 1
            text = json.dumps(line, ensure_ascii=False)
            left_out["questions that are asked twice"] += text in written
            lines.write("" if text in written else text + "\n")
            written.add(text)
    sys.stdout.write(f"{asked.out}/questions.jsonl: {len(written)} questions\n")
    sys.stdout.writelines(f"  left out: {number} {reason}\n" for reason, number in left_out.most_common() if number)
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
