"""The documentation holds true: its reference is the code's, every page is in the site, and every link leads somewhere."""

import re
from pathlib import Path

import pytest

from tools.docs_reference import FOLDER, pages

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
TEXTS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"``[^`\n]+``|`[^`\n]*`")


def anchors(page: Path) -> set[str]:
    """The anchors that repositories and the site make of headings."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.replace("`", "").lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.md")))
def test_the_reference_is_that_of_the_code(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == pages()[name], "make docs writes it anew"


@pytest.mark.thorough
def test_every_page_of_the_reference_is_written_by_the_code() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(pages())


def test_every_page_is_in_the_site_once() -> None:
    listed = re.findall(r"(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = CODE.sub("", FENCED.sub("", page.read_text("utf-8")))
    for link in LINK.findall(text):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page if not path else (page.parent / path).resolve()
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_of_the_site_links_within_it() -> None:
    outside = {
        (str(page.relative_to(DOCS)), link)
        for page in DOCS.rglob("*.md")
        for link in LINK.findall(CODE.sub("", FENCED.sub("", page.read_text("utf-8"))))
        if "://" not in link and not link.startswith("#") and DOCS not in (page.parent / link).resolve().parents
    }
    assert outside == set(), "name the file instead: the site has the pages of docs alone"
