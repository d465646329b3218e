"""The gallery page: whole without a network, safe with any text, usable in a real browser."""

import re

import pytest

from dataset.gallery import write_gallery
from dataset.table.table_errors import NoDataset
from schemas.ids import make_seed
from tests.fakes.events import make_graph, make_qa

pytestmark = pytest.mark.thorough

NASTY = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def page_path(lab):
    """A page of three samples: two scenes, and one whose concept is HTML."""
    events = [
        make_qa(make_graph(make_seed("a cat beside a dog"))),
        make_qa(make_graph(make_seed("a cup on a shelf"), categories=("cup", "book"), scene="kitchen")),
        make_qa(make_graph(make_seed(NASTY), categories=("<b>cat</b>", "dog"))),
    ]
    writer = lab.writer()
    writer.open("topic/0")
    writer.append(lab.deliver(writer, "topic/0", 0, events))
    return write_gallery(lab.uri, lab.folder / "gallery", summary={"accepted": 3, "rate": "1.2 samples/s"})


@pytest.fixture
def opened(browser, page_path):
    """The page in a browser that may load nothing but files, with what it asked for and what it complained about."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.asked, page.faults = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(page_path.as_uri())
    yield page
    page.close()


def shown(page) -> list[str]:
    return page.locator(".tile:visible h2").all_inner_texts()


def test_the_page_names_nothing_outside_its_folder(page_path):
    html = page_path.read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//[a-z]", html)
    for source in re.findall(r'src="([^"]+)"', html):
        assert (page_path.parent / source).is_file()


def test_html_in_a_concept_is_written_as_text(page_path):
    html = page_path.read_text(encoding="utf-8")
    assert NASTY not in html
    assert "<b>cat</b>" not in html
    assert "&lt;script&gt;document.title" in html


def test_a_page_without_samples_says_so(lab):
    lab.writer().open("topic/0")
    page = write_gallery(lab.uri, lab.folder / "gallery")
    assert "no samples yet" in page.read_text(encoding="utf-8")


def test_without_a_table_there_is_no_page(lab):
    with pytest.raises(NoDataset, match="there is no dataset at"):
        write_gallery(lab.uri, lab.folder / "gallery")


def test_only_the_newest_samples_are_shown(lab):
    writer = lab.writer()
    writer.open("topic/0")
    for offset in range(3):
        event = make_qa(make_graph(make_seed(f"concept number {offset}")))
        writer.append(lab.deliver(writer, "topic/0", offset, [event]))
    html = write_gallery(lab.uri, lab.folder / "gallery", limit=2).read_text(encoding="utf-8")
    assert [f"concept number {n}" in html for n in range(3)] == [False, True, True]
    assert len(list((lab.folder / "gallery" / "images").iterdir())) == 2


def test_a_browser_loads_only_files_and_reports_no_fault(opened):
    opened.wait_for_function("[...document.querySelectorAll('.tile img')].every(i => i.complete && i.naturalWidth > 0)")
    assert opened.locator(".tile").count() == 3
    assert {url.split(":")[0] for url in opened.asked} == {"file"}
    assert opened.faults == []


def test_html_in_a_concept_shows_as_text_and_does_nothing(opened):
    assert NASTY in shown(opened)
    assert opened.title() == "Gallery: 3 samples"
    assert opened.locator("h2 img, h2 script, .chip b").count() == 0


def test_filters_narrow_the_samples_and_say_how_many_are_left(opened):
    opened.get_by_label("Scene").select_option("kitchen")
    assert shown(opened) == ["a cup on a shelf"]
    assert opened.locator("[data-shown]").inner_text() == "1 shown"
    opened.get_by_label("Scene").select_option("")
    opened.get_by_label("Words").fill("cup shelf")
    assert shown(opened) == ["a cup on a shelf"]
    opened.get_by_label("Words").fill("no such word")
    assert opened.get_by_text("No sample fits these filters.").is_visible()
    opened.get_by_label("Words").fill("")
    opened.get_by_label("Question kind").select_option("relation")
    assert len(shown(opened)) == 3


def test_boxes_show_on_hover_and_on_focus(opened):
    figure, link = opened.locator(".tile figure").first, opened.locator(".tile .shot").first
    box = figure.locator(".box").first

    opened.emulate_media(reduced_motion="reduce")

    def visible():
        return box.evaluate("one => getComputedStyle(one).opacity")

    assert visible() == "0"
    figure.hover()
    assert visible() == "1"
    opened.mouse.move(0, 0)
    assert visible() == "0"
    opened.keyboard.press("Tab")
    link.focus()
    assert visible() == "1"


def test_the_keyboard_goes_from_picture_to_picture_and_opens_a_proof(opened):
    opened.keyboard.press("Tab")
    opened.locator(".tile .shot").first.focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Enter")
    viewer = opened.locator(".viewer:visible")
    assert viewer.count() == 1
    assert viewer.locator("h2").inner_text() == "a cup on a shelf"
    question = viewer.locator("details.question").first
    question.locator("summary").focus()
    opened.keyboard.press("Enter")
    assert question.locator(".proof").is_visible()
    assert "Margin: 0.31." in question.locator(".proof").inner_text()
    opened.keyboard.press("Escape")
    assert opened.locator(".viewer:visible").count() == 0
    assert opened.evaluate("document.activeElement.querySelector('h2').textContent") == "a cup on a shelf"


def test_without_scripts_a_picture_still_opens_its_questions(browser, page_path):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(page_path.as_uri())
    page.locator(".tile .shot").first.click()
    assert page.locator(".viewer:visible").count() == 1
    page.get_by_label("Close").first.click()
    assert page.locator(".viewer:visible").count() == 0
    page.context.close()


@pytest.mark.thorough
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_follows_the_scheme_and_fits_the_screen(opened, scheme, width):
    opened.emulate_media(color_scheme=scheme)
    opened.set_viewport_size({"width": width, "height": 800})
    brightness = opened.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
    assert (brightness > 128) == (scheme == "light")
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
