"""The served gallery: every text escaped, posts from its own pages only, faults said in words."""

import re
import time
from html import unescape

import pytest
from starlette.testclient import TestClient

from agents.concepts.seed_check import check_seed
from dataset.gallery.http_server import is_loopback
from dataset.gallery.interfaces import FactoryView, StageView
from dataset.gallery.pages.factory_flow import advice
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.search_request import MAX_FORM_BYTES
from dataset.gallery.security_headers import LOOPBACK
from dataset.gallery.templates_engine import HERE
from dataset.gallery.web_app import GalleryData, application
from dataset.table.rejection_table import rejections_uri
from schemas.errors import RetryableError, UserError
from schemas.ids import make_seed
from spatial.knowledge.renderer_capabilities import pictures_only
from tests.fakes.events import make_graph, make_picture, make_qa, make_rejection, make_samples
from tests.fakes.gallery import NotedFactory, shown, store_rejections, store_samples

pytestmark = pytest.mark.thorough

NASTY = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"
OWN = {"Origin": "http://127.0.0.1:80", "Host": "127.0.0.1:80"}


@pytest.fixture
def uri(tmp_path) -> str:
    return str(tmp_path / "dataset")


@pytest.fixture
def factory() -> NotedFactory:
    return NotedFactory()


@pytest.fixture
def client(uri, factory) -> TestClient:
    """A gallery of two samples, one of them with HTML wherever a text can stand."""
    nasty = make_qa(make_graph(make_seed(NASTY), categories=("<b>cat</b>", "dog"), scene="<i>room</i>"))
    store_samples(uri, [nasty, make_qa()])
    store_rejections(uri, [make_rejection().model_copy(update={"detail": NASTY, "evidence": {"said": NASTY}})])
    return TestClient(application(shown(uri, factory)), base_url="http://127.0.0.1:80")


def test_every_page_shows_html_of_the_data_as_text(client):
    (nasty,) = re.findall(r'href="(/sample/[0-9a-f]+)"', client.get("/", params={"words": "script"}).text)
    for page in ("/", nasty, "/rejected", f"/factory?concept={NASTY}", f"/?words={NASTY}"):
        html = client.get(page).text
        assert not re.findall(r"<script>document|<img src=x|<b>cat|<i>room", html), page
        assert NASTY in unescape(html), page


def test_no_other_page_or_part_takes_html_of_the_data_or_of_an_address_for_its_own(client):
    (nasty,) = re.findall(r'href="(/sample/[0-9a-f]+)"', client.get("/", params={"words": "script"}).text)
    for page in (
        f"{nasty}/beside?kind={NASTY}",
        "/coverage",
        f"/coverage?scene={NASTY}&relation={NASTY}",
        f"/coverage/cell?scene={NASTY}&kind={NASTY}&split={NASTY}",
        "/statistics",
        "/evaluation",
        f"/factory?concept=x&family={NASTY}&count={NASTY}",
        f"/factory/request/{NASTY.replace('/', '')}?count={NASTY}",
    ):
        html = client.get(page).text
        assert not re.findall(r"<script>document|<img src=x|<b>cat|<i>room", html), page
    assert "<b>cat</b>" in unescape(client.get("/statistics").text)
    assert "<i>room</i>" in unescape(client.get("/coverage").text)


def test_nothing_is_loaded_from_elsewhere_and_the_browser_is_told_so(client):
    for page in ("/", "/rejected", "/factory"):
        answer = client.get(page)
        assert not re.findall(r"(?:https?:)?//[a-z]", answer.text)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        for source in re.findall(r'(?:src|href)="(/assets/[^"]+)"', answer.text):
            assert client.get(source).status_code == 200


def test_the_library_that_is_shipped_is_the_one_that_was_published_with_its_licence():
    script = (HERE / "htmx.min.js").read_text("utf-8")
    assert 'version:"2.0.11"' in script
    assert "Zero-Clause BSD" in (HERE / "htmx.LICENSE.txt").read_text("utf-8")


def test_a_picture_is_served_as_it_lies_in_the_table(client):
    answer = client.get(f"/image/{make_qa().sample_id}")
    assert answer.content == make_picture(make_qa().graph)
    assert answer.headers["content-type"] == "image/png"
    assert "max-age" in answer.headers["cache-control"]


def test_a_sample_shows_its_graph_its_proofs_and_its_lineage(client):
    event = make_qa()
    html = unescape(client.get(f"/sample/{event.sample_id}").text)
    for text in (
        event.graph.graph_id,
        event.image.sha256,
        "Margin: 0.31.",
        "the cat is left of the dog",
        "render seed",
        "boxes-1",
    ):
        assert text in html


@pytest.mark.parametrize("path", ["/sample/none", "/image/none", "/nothing", "/assets/../pages.py", "/assets/pages.py"])
def test_what_is_not_there_is_said_to_be_missing(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999", "99999999999999999999"])
def test_a_page_that_does_not_exist_is_no_fault(client, page):
    assert client.get("/", params={"page": page}).status_code == 200


def test_filters_choose_and_are_kept_in_the_form_and_in_links(uri):
    store_samples(uri, make_samples(60))
    client = TestClient(application(shown(uri)), base_url="http://localhost")
    html = client.get("/", params={"scene": "living_room", "kind": "relation", "page": 2}).text
    assert '<option value="living_room" selected>' in html
    assert "page 2 of 3" in html
    assert 'href="?scene=living_room&amp;kind=relation&amp;page=3"' in html
    assert "25 to 48 of 60" in re.sub(r"\s+", " ", html)


@pytest.mark.parametrize(
    ("page", "name"), [("/?scene=", "scene"), ("/?kind=", "question kind"), ("/rejected?gate=", "gate")]
)
def test_a_filter_that_nothing_has_is_said_and_stays_chosen(client, page, name):
    html = client.get(f"{page}bogus").text
    assert f"There is no {name} “bogus”" in html
    assert '<option value="bogus" selected>bogus (0)</option>' in html
    assert "There is no" not in client.get("/?words=bogus").text


def test_tables_that_were_not_read_yet_are_not_said_to_be_empty(uri):
    store_samples(uri, [make_qa()])
    store_rejections(uri, [make_rejection(make_seed("lost"), 0)])
    data = GalleryData(SampleSearch(uri), RejectionSearch(rejections_uri(uri)))
    client = TestClient(application(data), base_url="http://localhost")
    assert "The rejections are being read" in client.get("/rejected").text
    assert "The table is being read" in client.get("/rejected").text
    assert "The table is being read" in client.get("/").text
    data.refresh()
    assert "1 request ended without a sample</p>" in client.get("/rejected").text
    assert "being read" not in client.get("/").text


def test_a_table_of_rejections_that_is_not_there_is_read_at_once(uri):
    assert (
        "Nothing has been rejected yet"
        in TestClient(application(shown(uri)), base_url="http://localhost").get("/rejected").text
    )


def test_the_concept_that_the_form_proposes_can_be_drawn(client):
    (proposed,) = re.findall(r'name="concept"[^>]* placeholder="([^"]+)"', client.get("/factory").text)
    assert check_seed(make_seed(proposed), pictures_only("collage"), by_model=False).fault is None


def test_the_contact_sheet_shows_pictures_and_opens_their_questions_on_request(client):
    event = make_qa()
    sheet = client.get("/").text
    assert "Is the cat left of the dog?" not in unescape(sheet)
    assert f'data-opens="/sample/{event.sample_id}/beside"' in sheet
    assert "2 questions" in sheet
    part = unescape(client.get(f"/sample/{event.sample_id}/beside?kind=relation").text)
    assert "<html" not in part
    assert "Is the cat left of the dog?" in part
    assert re.findall(r'class="of-kind( faded)?" data-kind="(\w+)"', part) == [("", "relation"), (" faded", "presence")]
    assert client.get("/sample/none/beside").status_code == 404


def test_a_form_of_the_gallery_publishes(client, factory):
    form = {
        "concept": NASTY,
        "count": "3",
        "min_objects": "2",
        "max_objects": "4",
        "required": "cat, table ,",
        "excluded": "",
    }
    answer = client.post("/factory/seeds", data=form, headers=OWN)
    assert answer.status_code == 200
    (sent,) = factory.published
    assert (sent.concept, sent.count, sent.required, sent.excluded) == (NASTY, "3", ("cat", "table"), ())
    assert not sent.anyway
    client.post("/factory/seeds", data={**form, "anyway": "yes"}, headers=OWN)
    assert factory.published[-1].anyway
    assert make_seed(NASTY).seed_id in answer.text
    assert "<nav" not in client.post("/factory/seeds", data=form, headers={**OWN, "HX-Request": "true"}).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "cross-site"},
        {},
    ],
)
def test_a_page_of_another_site_cannot_publish(client, factory, headers):
    answer = client.post("/factory/seeds", data={"concept": "x"}, headers=headers)
    assert answer.status_code == 403
    assert factory.published == []


def test_another_name_for_this_machine_is_refused_unless_every_name_is_allowed(uri):
    gallery = shown(uri)
    for hosts, expected in ((LOOPBACK, 403), (None, 200)):
        client = TestClient(application(gallery, hosts), base_url="http://rebound.example")
        assert client.get("/").status_code == expected


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(UserError("concept: must have 1 to 200 characters"), 422), (RetryableError("no broker there"), 503)],
)
def test_what_is_wrong_with_a_seed_is_said_and_the_form_keeps_it(client, factory, refusal, status):
    factory.refuse = refusal
    answer = client.post("/factory/seeds", data={"concept": "market"}, headers=OWN)
    assert answer.status_code == status
    assert str(refusal) in answer.text
    assert 'value="market"' in answer.text


def test_all_that_the_filters_leave_and_that_is_an_outcome_is_judged_again(uri, factory):
    store_samples(uri, [make_qa()])
    lost = [make_rejection(make_seed("lost"), index) for index in range(3)]
    other = make_rejection(make_seed("other"), 0).model_copy(
        update={"stage": "examine", "gate": "image", "reason": "blank"}
    )
    again = make_rejection(make_seed("again"), 0).model_copy(update={"retried": True})
    store_rejections(uri, [*lost, other, again])
    pages = TestClient(application(shown(uri, factory)), base_url="http://127.0.0.1:80")
    html = pages.get("/rejected?reason=no_layout").text
    assert "Judge 3 again" in html
    (target,) = {unescape(found) for found in re.findall(r'action="(/rejected/replay[?][^"]*)"', html)}
    assert pages.post(target, headers=OWN).status_code == 200
    assert set(factory.replayed) == {each.rejection_id for each in lost}
    assert pages.get("/rejected").text.count("A rejection for the same reason is this row") == 3
    assert pages.post("/rejected/replay?reason=nothing", headers=OWN).status_code == 404
    assert pages.post("/rejected/replay?outcome=drawn_again", headers=OWN).status_code == 404
    assert "Judge all" not in pages.get("/rejected?outcome=drawn_again").text
    assert pages.post(target).status_code == 403


def test_it_is_said_how_a_concept_is_understood_before_anything_is_published(client, factory):
    def read(concept: str) -> str:
        return client.post("/factory/reading", data={"concept": concept}, headers=OWN).text

    assert "scene kitchen (named)" in read("kitchen")
    assert "<script" not in read(NASTY)
    assert re.findall(r'href="/\?scene=(\w+)"', read("kitchen")) == ["kitchen", "dining_room"]
    assert "<li>" not in read("")
    factory.refuse = UserError("'unicorn' is not known; near it: horse")
    assert "near it: horse" in read("unicorn")
    assert factory.published == []


def test_a_form_that_says_a_field_twice_is_refused(client, factory):
    said = client.post("/factory/seeds", data={"concept": ["kitchen", "beach"]}, headers=OWN)
    assert (said.status_code, "says concept twice" in said.text) == (400, True)
    assert factory.published == []


def test_a_form_that_is_too_long_or_no_text_is_refused(client):
    assert client.post("/factory/seeds", content=b"x" * (MAX_FORM_BYTES + 1), headers=OWN).status_code == 413
    assert client.post("/factory/seeds", content=b"\xff", headers=OWN).status_code == 400


def test_a_gallery_without_a_factory_says_so(uri):
    client = TestClient(application(shown(uri)), base_url="http://localhost")
    assert "without a factory" in client.get("/factory").text
    assert client.post("/factory/seeds", data={"concept": "x"}, headers={"Origin": "http://localhost"}).status_code == 409
    assert "Judge it again" not in client.get("/rejected").text


def test_the_funnel_names_each_stage_with_its_reasons(client):
    html = re.sub(r"\s+", " ", client.get("/factory/funnel").text)
    assert "1,201" in html
    assert 'href="/rejected?reason=violated_relation"' in html
    assert "lacks relations 12 %" in html
    assert '<td class="number" data-name="drawn again">13</td>' in html, (
        "pictures that were drawn again have a column of their own"
    )
    assert "the dataset holds 2 samples" in html
    assert "nothing has moved for 90 s" in html
    assert re.search(r"oldest</dt><dd>4 min<", html)


def test_the_flow_goes_from_seeds_to_the_dataset_and_reasons_branch_off_where_they_belong(uri, factory):
    store_samples(uri, make_samples(2))
    store_rejections(uri, [make_rejection(make_seed("lost"), 0)])
    html = TestClient(application(shown(uri, factory)), base_url="http://localhost").get("/factory").text
    stations = re.findall(r'class="place">(\w+)</span>.*?<strong>(\d+)</strong>', html, re.DOTALL)
    assert stations == [("Seeds", "3"), ("Graphs", "2"), ("Pictures", "2"), ("Examined", "2"), ("Dataset", "2")]
    (branch,) = re.findall(r'What agents rejected">(.*?)</ul>', html, re.DOTALL)
    assert 'href="/rejected?outcome=ended&amp;stage=agents&amp;reason=no_layout"' in branch


def test_services_that_do_not_answer_are_said_and_what_to_do_where_nothing_runs(client, factory, uri):
    factory.away = ("cannot reach Kafka at 127.0.0.1:9092",)
    assert "cannot reach Kafka at 127.0.0.1:9092" in client.get("/factory/funnel").text
    assert "No stage runs" not in client.get("/factory/funnel").text
    commands = [command for _, command in advice(FactoryView((StageView("agents"),), away=("no broker",)), 0, "my data")]
    assert commands == [
        """export SKG_DATASET_URI='my data'; eval "$(skg up)"; skg topics apply; skg gallery""",
        "export SKG_DATASET_URI='my data'; skg agents & skg render & skg examine & skg write &",
        'skg seed "street market" --count 20',
    ], "they lead to the dataset that is shown"
    said = [line for line, _ in advice(FactoryView((StageView("agents"),)), 9, "data")]
    assert said == ["No stage runs. Start all four in a terminal, where `kill %1 %2 %3 %4` ends them:"]
    assert "A stage is “not known” where the broker did not say" in client.get("/factory/funnel").text
    assert advice(FactoryView((StageView("agents", members=1),)), 0, "data") == []


def test_a_factory_that_was_never_started_is_at_rest_and_not_wrong(tmp_path, factory):
    factory.away, factory.stages = ("cannot reach Kafka at 127.0.0.1:9092",), (StageView("agents"), StageView("write"))
    html = TestClient(application(shown(str(tmp_path / "none"), factory)), base_url="http://localhost").get("/factory").text
    assert "<h3>Nothing runs yet</h3>" in html
    assert html.index("skg up") < html.index("cannot reach Kafka"), "what to do comes first"
    assert '<ol class="flow nothing">' in html, "empty bars are no losses"
    assert "callout bad" not in html
    factory.stages = (StageView("agents", problems=("3 events wait, and no process reads them",)),)
    assert (
        "callout bad"
        in TestClient(application(shown(str(tmp_path / "none"), factory))).get("http://localhost/factory").text
    )


def test_a_request_is_followed_until_each_of_its_graphs_has_an_outcome(client):
    event = make_qa()
    seed = event.graph.seed_id
    part = client.get(f"/factory/request/{seed}?count=3", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert re.sub(r"<[^>]+>", "", part).strip().startswith("1 of 3 graphs in the dataset; this goes on")
    assert 'hx-trigger="every 2s"' in part
    assert f'href="/sample/{event.sample_id}"' in part
    done = client.get(f"/factory/request/{seed}?count=1", headers={"HX-Request": "true"})
    assert "hx-trigger" not in done.text, "it has all of its outcomes"
    assert done.headers["HX-Trigger"] == "request-done"
    assert "<html" in client.get(f"/factory/request/{seed}?count=x").text


def test_a_rejection_is_judged_again_by_a_button_of_the_gallery_alone(client, factory):
    (rejection,) = re.findall(r'action="/rejected/replay/(\w+)"', client.get("/rejected").text)
    assert client.post(f"/rejected/replay/{rejection}", headers={"Origin": "http://elsewhere.example"}).status_code == 403
    assert factory.replayed == []
    assert "judged again" not in client.get("/rejected").text.partition("<main")[2]
    part = client.post(f"/rejected/replay/{rejection}", headers={**OWN, "HX-Request": "true"})
    assert re.fullmatch(r'<span class="good">Sent to skg[.]images[.] [(]\d\d:\d\d:\d\d UTC[)]</span>', part.text.strip())
    page = client.get("/rejected").text
    assert re.search(r"judged again (just now|\d+ seconds? ago)", page)
    assert "It came out otherwise." in page, "its request has a sample"
    assert "<html" in client.post(f"/rejected/replay/{rejection}", headers=OWN).text
    assert factory.replayed == [rejection, rejection]
    assert client.post("/rejected/replay/none", headers=OWN).status_code == 404
    factory.refuse = RetryableError("no broker there")
    refused = client.post(f"/rejected/replay/{rejection}", headers=OWN)
    assert (refused.status_code, "no broker there" in refused.text) == (503, True)


def test_a_growing_table_is_followed_while_the_gallery_runs(uri):
    from tests.fakes.wait import until

    with TestClient(application(shown(uri), refresh_s=0.05), base_url="http://localhost") as client:
        assert "no samples yet" in client.get("/").text
        store_samples(uri, make_samples(1))
        until(lambda: "1 picture," in client.get("/").text, 10, "the new sample is shown")


def test_a_page_beyond_the_last_one_is_the_last_one(uri):
    store_samples(uri, make_samples(26))
    store_rejections(uri, [make_rejection()])
    with TestClient(application(shown(uri)), base_url="http://localhost") as client:
        html = client.get("/?page=999").text
        assert "25 to 26 of 26" in html
        assert "page 2 of 2" in html
        assert "1 to 1 of 1" in client.get("/rejected?page=2").text


def test_a_search_for_thousands_of_words_is_answered_at_once(uri):
    store_samples(uri, make_samples(3))
    words = "+".join(f"w{number}" for number in range(3000))
    with TestClient(application(shown(uri)), base_url="http://localhost") as client:
        for page in ("/", "/rejected"):
            began = time.perf_counter()
            assert client.get(f"{page}?words={words}").status_code == 200
            assert time.perf_counter() - began < 2


def test_a_table_of_another_form_is_no_end_of_the_gallery(uri):
    import pyarrow as pa
    from deltalake import write_deltalake

    write_deltalake(uri, pa.table({"other": [1]}))
    with TestClient(application(shown(uri), refresh_s=0.05), base_url="http://localhost") as client:
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("host", "private"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("gallery.lan", False)],
)
def test_only_loopback_is_private(host, private):
    assert is_loopback(host) == private
