"""Draws sheets for people to judge: `python -m tools.review_sheets pictures|depth DATASET --count 40 --out DIR`.

In: a dataset's table.  Out: in DIR numbered sheets of pictures (PNG), `form.md` to fill in, and `key.json`, which no reader
sees: sample and question ids, and the stored answers.
The drawn ones follow from the seed.  Judges nothing.
"""

import argparse
import io
import json
import random
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from dataset.table.delta_table import Table

COLUMNS = ["sample_id", "image", "scene", "questions"]
ACROSS, DOWN, SIDE, TEXT_PX, FONT_PX = 4, 3, 400, 64, 15
"""Pictures on a sheet; pixels of one picture's field, of the text under it, and of the text's height."""

QUESTIONED = {"depth": "deeper"}
"""What is judged to the op of its questions; all else is judged of pictures alone."""

FORMS = {
    "pictures": (
        "Does the picture have a fault that a person sees at once: a thing of a wrong size beside the others, one without "
        "support or in a pose that it never has, a place that is not the named one? Write `ok`, or the fault in words.",
        "| no. | place | verdict |\n|---|---|---|\n",
    ),
    "depth": (
        "Answer each question from the picture alone. Write `not shown` where the picture does not show it.",
        "| no. | question | answer |\n|---|---|---|\n",
    ),
}


@dataclass(frozen=True)
class Item:
    """One field of a sheet: the encoded picture, the text under it, and what the key tells of it."""

    picture: bytes
    text: str
    key: dict[str, Any]


def drawn(rows: Sequence[dict[str, Any]], subject: str, count: int, seed: int) -> list[Item]:
    """As many items as are there and wanted, at most one question a picture, in an order that the seed decides."""
    rows = sorted(rows, key=lambda row: str(row["sample_id"]))
    random.Random(seed).shuffle(rows)
    return [item for row in rows for item in _items(row, subject)][:count]


def _items(row: dict[str, Any], subject: str) -> Iterator[Item]:
    picture, key = row["image"]["bytes"], {"sample_id": row["sample_id"]}
    if subject not in QUESTIONED:
        yield Item(picture, row["scene"], key)
        return
    for each in row["questions"]:
        if json.loads(each["certificate"])["query"]["op"] == QUESTIONED[subject]:
            yield Item(picture, each["question"], {**key, "question_id": each["id"], "answer": each["answer"]})
            return


def sheet(items: Sequence[Item], first: int) -> Image.Image:
    """The items as one picture, numbered from `first`."""
    page = Image.new("RGB", (ACROSS * SIDE, -(-len(items) // ACROSS) * (SIDE + TEXT_PX)), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(FONT_PX)
    for place, item in enumerate(items):
        x, y = place % ACROSS * SIDE, place // ACROSS * (SIDE + TEXT_PX)
        with Image.open(io.BytesIO(item.picture)) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((SIDE - 8, SIDE - 8))
        page.paste(picture, (x + 4, y + 4))
        words = "\n".join(textwrap.wrap(f"{first + place}. {item.text}", SIDE // 8))
        pen.multiline_text((x + 6, y + SIDE), words, "black", font)
    return page


def write(items: Sequence[Item], subject: str, out: Path) -> None:
    """Write sheets, form and key into a new folder. Raises FileExistsError."""
    out.mkdir(parents=True)
    step = ACROSS * DOWN
    for start in range(0, len(items), step):
        sheet(items[start : start + step], start + 1).save(out / f"sheet-{start // step + 1:02d}.png")
    task, head = FORMS[subject]
    lines = "".join(f"| {number} | {item.text} | |\n" for number, item in enumerate(items, 1))
    (out / "form.md").write_text(f"{task}\n\n{head}{lines}", "utf-8")
    keys = [{"number": number, **item.key} for number, item in enumerate(items, 1)]
    (out / "key.json").write_text(json.dumps(keys, indent=0) + "\n", "utf-8")


def main(arguments: Sequence[str]) -> int:
    """Draw the sheets; 1 where the dataset has fewer than were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.review_sheets", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("subject", choices=sorted(FORMS))
    parser.add_argument("dataset", help="a dataset's table")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder that is not there yet")
    given = parser.parse_args(arguments)
    rows = Table.load(given.dataset).query(f"SELECT {', '.join(COLUMNS)} FROM samples").to_pylist()
    items = drawn(rows, given.subject, given.count, given.seed)
    write(items, given.subject, given.out)
    sys.stdout.write(f"{given.out}: {len(items)} of {given.count}\n")
    return 0 if len(items) == given.count else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
