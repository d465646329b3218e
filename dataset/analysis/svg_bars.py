"""Bar charts as standalone vector pictures, in light and dark as their viewer prefers.

In: a title and bars.  Out: SVG text.  Every text is escaped; numbers stand beside the bars.
"""

from collections.abc import Callable, Mapping
from html import escape

WIDTH, LABELS, ROW, HEAD = 720, 250, 20, 34
"""Pixels: the picture's width, what labels take of it, the height of a row, and what the title takes."""

NUMBERS = 70
"""Pixels for the numbers beside the bars."""

LETTERS = 38
"""Longest label; a longer one ends with an ellipsis."""

STYLE = """
text { font: 12px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; fill: #1b1f24; }
.title { font-size: 14px; font-weight: 600; } .number { fill: #59636e; } rect { fill: #2b87f0; }
@media (prefers-color-scheme: dark) { text { fill: #e7ebf0; } .number { fill: #9aa5b1; } rect { fill: #4a9bff; } }
"""


def bar_chart(title: str, bars: Mapping[str, float], shown: Callable[[float], str] | None = None) -> str:
    """The bars, one below the other, each as long as its share of the largest. `shown`: how numbers are written."""
    most = max(bars.values(), default=0) or 1
    height = HEAD + ROW * len(bars) + 8
    rows = [_row(place, name, (value, most), shown or number_in_words) for place, (name, value) in enumerate(bars.items())]
    head = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}"'
    name = f'<text class="title" x="4" y="20">{escape(title)}</text>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}><style>{STYLE}</style>{name}{"".join(rows)}</svg>\n'


def _row(place: int, name: str, numbers: tuple[float, float], shown: Callable[[float], str]) -> str:
    value, most = numbers
    top, room = HEAD + ROW * place, WIDTH - LABELS - NUMBERS
    long = round(max(1.0, room * value / most), 1)
    label = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
    return (
        f'<text x="{LABELS - 8}" y="{top + 14}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{LABELS}" y="{top + 4}" width="{long}" height="{ROW - 7}" rx="3"/>'
        f'<text class="number" x="{LABELS + long + 6}" y="{top + 14}">{shown(value)}</text>'
    )


def number_in_words(value: float) -> str:
    """A count in full, a share in three digits."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}"


def share_in_words(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.0f} %"
