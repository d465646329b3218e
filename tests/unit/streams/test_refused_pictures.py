"""A topic that takes less than the factory sends: the picture is stored before anybody can know, and is found again."""

from collections.abc import Sequence

from gpu_workers.render import RenderHandler
from schemas.codec import Message
from schemas.errors import Oversize
from schemas.events import DeadLetter, RenderedImage
from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing
from schemas.topics import IMAGES
from streams.steps.handler_step import HandlerStep
from tests.fakes.boxes_renderer import BoxesRenderer
from tests.fakes.events import make_graph
from tests.fakes.steps import KeptMessages, record_of, tools
from tests.fakes.store import InMemoryStore


class SmallTopic(KeptMessages):
    """A broker whose topic of pictures takes nothing, until its limit is raised."""

    raised = False

    def publish(self, messages: Sequence[Message]) -> None:
        refused = [] if self.raised else [n for n, message in enumerate(messages) if message.topic == IMAGES]
        super().publish([message for n, message in enumerate(messages) if n not in refused])
        if refused:
            raise Oversize(refused, "the broker does not take it")


class Counting(BoxesRenderer):
    """Knows how many pictures it drew."""

    def __init__(self) -> None:
        self.drawn = 0

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        self.drawn += len(graphs)
        return super().render(graphs, seeds)


def test_a_picture_whose_event_was_refused_lies_under_its_key_until_the_replay_announces_it():
    store, topic, renderer = InMemoryStore(), SmallTopic(), Counting()
    step = HandlerStep(RenderHandler(renderer, store), tools(topic))
    record = record_of(make_graph())
    step.begin([record])()
    (letter,) = topic.events
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.value) == ("oversize", record.value)
    assert len(store.objects) == 1

    topic.raised = True
    step.begin([record])()
    announced = topic.events[-1]
    assert isinstance(announced, RenderedImage)
    assert set(store.objects) == {announced.image.key}
    assert renderer.drawn == 1
