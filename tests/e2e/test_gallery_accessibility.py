"""Every page of the gallery in a real browser: rules of accessibility, in light and dark, wide and at 400 pixels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from dataset.evaluation.answer_log import Answer
from dataset.evaluation.eval_session import EvalRequest, open_session
from dataset.gallery import write_gallery
from dataset.gallery.interfaces import BalanceTargets
from dataset.gallery.sample_search import SampleFilter
from dataset.gallery.web_app import application
from dataset.review.review_pages import ReviewPages
from dataset.review.verdict_table import Verdict, add_verdicts
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.row_encoding import rows_of
from schemas.ids import make_seed
from spatial.world.solid_capabilities import solids_only
from tests.fakes.accessibility import faults_of, focus_faults
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.events import make_rejection
from tests.fakes.gallery import NotedFactory, running, shown, store_rejections
from tests.fakes.line import Line
from tests.fakes.wait import until

pytestmark = pytest.mark.e2e

TARGETS = BalanceTargets({"scenes": {"park": 0.9, "kitchen": 0.1}, "density": {"2-3": 1.0}}, 0.02, "targets.yaml")


@dataclass(frozen=True)
class Shown:
    """A gallery with something on every page."""

    address: str
    sample: str
    seed: str
    static: str

    @property
    def pages(self) -> dict[str, str]:
        """Each page by a name."""
        return {
            "samples": "/",
            "no samples": "/?words=nothing-has-this",
            "sample": f"/sample/{self.sample}",
            "coverage": "/coverage?scene=park&relation=left_of",
            "statistics": "/statistics",
            "evaluation": "/evaluation",
            "wrong answers": "/evaluation/wrong/0",
            "review": "/review",
            "rejections": "/rejected",
            "factory": "/factory?concept=park",
            "request": f"/factory/request/{self.seed}?count=9",
            "fault": "/sample/none",
        }


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Samples in metres with further cameras, rejections, verdicts, results of a model."""
    folder = tmp_path_factory.mktemp("gallery")
    uri = str(folder / "dataset")
    line = Line(BodyBoxesRenderer(128), capabilities=replace(solids_only("solid"), view_share=1.0))
    made = line.samples([make_seed(concept, 2) for concept in ("park", "farm", "breakfast table")])
    table = Table.create(uri, COLUMNS)
    table.append(rows_of(made), {})
    event = make_rejection(make_seed("lost"), 0)
    store_rejections(
        uri, [event, event.model_copy(update={"rejection_id": "ab" * 16, "stage": "examine", "gate": "relation"})]
    )
    verdict = {
        "sample_id": made[0].event.sample_id,
        "reviewer": "ada",
        "at": datetime(2026, 3, 1, tzinfo=UTC),
        "dataset_version": 1,
    }
    add_verdicts(uri, [Verdict(**verdict, question_id=made[0].event.questions[0].id, verdict="flag", reason="ambiguous")])
    data = shown(uri, NotedFactory(away=("cannot reach Kafka at 127.0.0.1:9092",)))
    split = data.samples.search(SampleFilter(), 1)[1][0]["split"]
    session = open_session(EvalRequest(uri, split), "first-sayer", folder / "results")
    assert session.log is not None
    for item in session.items:
        session.log.add(Answer(id=item.id, said="the first", choice=0))
    session.report()
    reviews = ReviewPages(uri, None, data.samples.sample)
    full = replace(data, reviews=reviews, targets=TARGETS, results=(folder / "results",))
    static = write_gallery(uri, folder / "static", summary={"accepted": 6}).as_uri()
    with running(application(full)) as address:
        yield Shown(address, made[0].event.sample_id, made[0].event.graph.seed_id, static)


@pytest.fixture
def page(browser, gallery: Shown) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900}, base_url=gallery.address)
    opened.emulate_media(reduced_motion="reduce")
    yield opened
    opened.close()


def open_all(page: Page) -> None:
    """Open what is folded, and the first picture of a contact sheet."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    if page.locator(".sheet .shot").count():
        page.locator(".sheet .shot").first.click()
        page.locator(".viewer.open").first.wait_for()
        page.evaluate("document.querySelectorAll('.viewer.open details').forEach(one => { one.open = true })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_every_page_keeps_the_rules_and_fits_the_screen(page: Page, gallery: Shown, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for name, path in gallery.pages.items():
        page.goto(path)
        until(lambda: page.locator("[hx-trigger^='load delay']").count() == 0, 20, f"{name} is complete")
        open_all(page)
        brightness = page.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
        assert (brightness > 128) == (scheme == "light"), name
        found[name] = faults_of(page)
    page.goto(gallery.static)
    open_all(page)
    found["page from disk"] = faults_of(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_no_text_is_cut_at_400_pixels(page: Page, gallery: Shown):
    page.set_viewport_size({"width": 400, "height": 900})
    found = {}
    for name in ("statistics", "evaluation", "wrong answers", "rejections", "factory", "request"):
        page.goto(gallery.pages[name])
        until(lambda: page.locator("[hx-trigger^='load delay']").count() == 0, 20, "the page is complete")
        found[name] = page.evaluate(CUT)
    assert {name: texts for name, texts in found.items() if texts} == {}


CUT = """() => [...document.querySelectorAll("main td, main th, main p, main caption")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width && box.left >= 0 && (box.right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1);
}).map(one => one.textContent.trim().slice(0, 60))"""


def test_the_focus_is_always_seen(page: Page, gallery: Shown):
    found = {}
    for name, path in gallery.pages.items():
        page.goto(path)
        found[name] = focus_faults(page, 25)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_every_page_has_a_title_of_its_own(page: Page, gallery: Shown):
    titles = []
    for path in gallery.pages.values():
        page.goto(path)
        titles.append(page.title())
    assert len(set(titles)) == len(titles) - 1, "the contact sheet is opened twice"


def test_a_heat_map_is_one_stop_and_arrows_go_from_cell_to_cell(page: Page):
    page.goto("/coverage")
    first = page.locator("[data-map] tbody tr").first.locator("td a").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    reached = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert reached == page.locator("[data-map] tbody tr").nth(1).locator("td a").nth(1).get_attribute("aria-label")
    assert page.locator("[data-map]").first.locator("td a[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    page.locator("#cell .ask-more").wait_for()
    page.get_by_role("button", name="Ask for more").click()
    page.locator("#asked").get_by_text("Published.").wait_for()


def test_a_sample_is_reviewed_by_keys_alone(page: Page, gallery: Shown):
    page.goto("/review")
    page.get_by_label("Reviewer").fill("grace")
    page.locator("[data-item] input[type=radio]").first.focus()
    left = page.locator(".title p").inner_text()
    for key in ("j", "a", "j", "f"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.name").startswith("reason:"), "a flag asks for its reason"
    page.keyboard.press("ArrowDown")
    page.locator("[data-item] input[type=radio]:checked").last.focus()
    page.keyboard.press("k")
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.name").startswith("comment:")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?order=*")
    assert page.locator(".title p").inner_text() != left
    assert page.get_by_label("Reviewer").input_value() == "grace", "typed once"


def test_layers_lie_over_a_picture_by_pointing_at_their_name_and_over_all_by_a_key(page: Page):
    page.goto("/")
    masks = page.locator(".tile .layer.masks").first
    assert not masks.is_visible()
    page.locator(".tile").first.hover()
    page.locator(".tile .peek").first.get_by_text("masks").hover()
    assert masks.is_visible()
    assert not page.locator(".tile .layer.masks").nth(1).is_visible()
    page.mouse.move(0, 0)
    assert not masks.is_visible()
    page.keyboard.press("m")
    assert masks.is_visible()
    until(lambda: masks.evaluate("one => one.naturalWidth") > 0, 20, "the masks are loaded")
    page.locator(".tile .shot").first.click()
    page.locator(".viewer.open").wait_for()
    assert page.locator(".viewer.open .layer.masks").is_visible()
    assert page.locator(".viewer.open [data-layer=m]").is_checked()
    page.keyboard.press("d")
    assert page.locator(".tile .layer.depth").first.is_visible()
    page.keyboard.press("m")
    assert not masks.is_visible()
