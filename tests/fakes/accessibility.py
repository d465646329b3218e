"""Rules of accessibility over a rendered page: those of WCAG 2.2 that a program can decide.

In: a page of a real browser.  Out: what breaks a rule, in words, with the element.
Checks what is visible: names, contrast, headings, landmarks, references, lists, sizes of what is pressed, reflow, focus.
"""

from pathlib import Path
from typing import Any

RULES = (Path(__file__).parent / "accessibility.js").read_text("utf-8")


FOCUS = r"""() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const isRinged = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return { name: e.outerHTML.replace(/\s+/g, ' ').slice(0, 120), isBody: e === document.body, isRinged,
    isSeen: box.width > 0 && box.bottom > 0 && box.top < innerHeight };
}"""


def faults_of(page: Any) -> list[str]:
    """What breaks a rule on the page that is shown."""
    found: list[str] = page.evaluate(RULES)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    return found


def focus_faults(page: Any, stops: int) -> list[str]:
    """Of the first stops of the Tab key those whose focus cannot be seen (WCAG 2.4.7, 2.4.11)."""
    faults = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found["isBody"]:
            break
        if not found["isRinged"] or not found["isSeen"]:
            faults.append(f"focus is not seen: {found['name']}")
    return faults
