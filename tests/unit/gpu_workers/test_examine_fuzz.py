"""Whatever picture, truth and detections there are, examine gives events that travel or a failure word: nothing else."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.perception.interfaces import Detection
from gpu_workers.perception.perceived_scene import SceneDetector
from schemas.base import Event
from schemas.bounds import MAX_PAYLOAD_BYTES
from schemas.codec import decode, encode
from schemas.errors import PermanentError, RetryableError
from schemas.events import RenderedImage
from schemas.interfaces import StoredObject
from schemas.topics import BY_EVENT, IMAGES
from tests.fakes.event_strategies import Draw, models
from tests.fakes.examples_count import examples
from tests.fakes.payload_strategies import alter, packed, unpacked
from tests.fakes.picture_strategies import Finds, Slopes, announced, detections
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

DEPTHS = st.sampled_from([0.0, 1e30, math.nan, math.inf, -5.0])


def examined(event: RenderedImage, stored: StoredObject, detector: SceneDetector | None = None) -> list[Event] | Exception:
    """What comes of an event, which must travel; whatever is neither that nor a failure word is raised."""
    store = InMemoryStore()
    store.put_if_absent(event.image.key, stored)
    [result] = ExamineHandler(store, InMemoryStore(), Examiners(detector)).begin([event])()
    if isinstance(result, Exception):
        if not isinstance(result, PermanentError | RetryableError):
            raise result
        return result
    for each in result:
        value = encode(each)
        assert len(value) > MAX_PAYLOAD_BYTES or decode(BY_EVENT[type(each)].name, value) == each
    return result


@examples(150)
@given(announced())
def test_any_truth_is_judged(case: tuple[RenderedImage, StoredObject]):
    assert examined(*case)


@examples(100)
@given(announced(), detections(), DEPTHS)
def test_anything_that_a_detector_may_say_is_judged(
    case: tuple[RenderedImage, StoredObject], found: Sequence[tuple[int, Detection]], depth: float
):
    event, stored = case
    assert examined(event.model_copy(update={"truth": None}), stored, SceneDetector(Finds(found), Slopes(depth)))


@st.composite
def altered(draw: Draw) -> tuple[bytes, StoredObject]:
    """The bytes of an event with anything altered in it."""
    event, stored = draw(announced())
    payload = unpacked(encode(event))
    for _ in range(draw(st.integers(1, 3))):
        alter(draw, draw(st.sampled_from([payload, payload["image"], payload["graph"], payload["truth"] or payload])))
    return packed(payload), stored


@examples(80)
@given(altered())
def test_an_event_with_anything_altered_that_still_decodes_is_judged(case: tuple[bytes, StoredObject]):
    try:
        event = decode(IMAGES, case[0])
    except PermanentError:
        return  # a dead letter, before any handler sees it
    assert isinstance(event, RenderedImage)
    assert examined(event, case[1])


@examples(100)
@given(models(RenderedImage), st.binary(max_size=60))
def test_an_event_whose_picture_is_anything_is_judged(event: RenderedImage, data: bytes):
    assert examined(event, StoredObject(data, "image/webp"))
