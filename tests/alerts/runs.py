"""The recorded runs: what goes wrong in each, and when.

In: a folder.  Out: a factory, and deeds with the second at which each is done and the name of the moment; the last one is
the end.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from schemas.codec import encode
from schemas.ids import content_id
from schemas.reference.examples import graph
from schemas.topics import GRAPHS, TOPICS
from streams.demo.llm_answers import lifelike
from streams.demo.llm_stub import serving
from tests.alerts.watched import UNKNOWN, WatchedFactory, watched
from tests.chaos.disk import SmallDisk
from tests.chaos.model import Model

FEED_S, NEVER_S = 15.0, 1e6

BULK, REFUSED = 150, 600
"""Graphs that are asked for at once; graphs of a concept that no scene fits."""

CALL_S = "60"
"""The limit of a call for the renderer that hangs."""

FOREVER_S = "86400"
"""The limit of a call for one that hangs and does not say so."""

TOKENS = "3000"
"""The budget of the agents that have one."""

RENDERERS = 4
"""So many share the work beside the one that hangs: a quarter of the lag that its part would be alone."""

MANY, FEW = 12_000, 100
"""Pictures that are all accepted; pictures that are all rejected."""

OLD_DAYS = 3.1

Deed = Callable[[WatchedFactory], object]
Deeds = Sequence[tuple[float, str, Deed]]
Run = Callable[[Path], AbstractContextManager[tuple[WatchedFactory, Deeds]]]


def _nothing(factory: WatchedFactory) -> None:
    """The end."""


def _poison_and_feed(factory: WatchedFactory) -> None:
    factory.poison()
    factory.ask(BULK)
    factory.ask(REFUSED, UNKNOWN)


@contextmanager
def services(folder: Path) -> Iterator[tuple[WatchedFactory, Deeds]]:
    """A run in which a stage, the store and the broker are taken away, a call hangs and a budget is spent."""
    with serving(lifelike) as stub, watched(folder, FEED_S) as factory:

        def with_budget(_: WatchedFactory) -> None:
            factory.start("agents", SKG_LLM_URL=stub.url, SKG_LLM_MODEL="stub", SKG_LLM_MAX_TOKENS=TOKENS)
            factory.ask(20)

        yield (
            factory,
            (
                (300, "poison, a bulk feed and a concept that no scene fits", _poison_and_feed),
                (600, "render is killed", lambda factory: factory.kill("render")),
                (1020, "render is back", lambda factory: factory.start("render")),
                (1080, "the store dies", WatchedFactory.stop_store),
                (1290, "the store is back", WatchedFactory.start_store),
                (1350, "the broker dies", WatchedFactory.stop_broker),
                (1560, "the broker is back", WatchedFactory.start_broker),
                (1620, "render hangs", lambda factory: factory.start("render", "hang", SKG_CALL_S=CALL_S)),
                (1635, "the agents have a budget", with_budget),
                (2400, "the end", _nothing),
            ),
        )


@contextmanager
def models(folder: Path) -> Iterator[tuple[WatchedFactory, Deeds]]:
    """A run in which the dataset's disk is full, and then the language model is away."""
    model, disk = Model(), SmallDisk(folder / "disk")
    if disk.lacking:
        raise SystemExit(disk.lacking)
    with serving(model) as stub:
        more = {"SKG_LLM_URL": stub.url, "SKG_LLM_MODEL": "stub", "SKG_DATASET_URI": str(disk.folder / "dataset")}
        with watched(folder, FEED_S, **more) as factory:
            yield (
                factory,
                (
                    (120, "the disk fills", lambda _: disk.fill()),
                    (480, "the disk has room", lambda _: disk.empty()),
                    (525, "the model is away", lambda _: model.leave()),
                    (1125, "the model is back", lambda _: model.come_back()),
                    (2160, "the end", _nothing),
                ),
            )
        disk.close()


@contextmanager
def waits(folder: Path) -> Iterator[tuple[WatchedFactory, Deeds]]:
    """A run in which one of several renderers hangs and does not say so, and then such a one holds events that are old."""

    def hangs(factory: WatchedFactory) -> None:
        factory.start_another("hanging", "render", "hang", SKG_CALL_S=FOREVER_S)

    def old(factory: WatchedFactory) -> None:
        factory.put(GRAPHS, _graphs("old", TOPICS[GRAPHS].partitions), OLD_DAYS)

    with watched(folder, FEED_S / 3) as factory:
        for number in range(1, RENDERERS):
            factory.start_another(f"render-{number}", "render")
        yield (
            factory,
            (
                (60, "one of five renderers hangs", hangs),
                (1320, "it is gone", lambda factory: factory.kill("hanging")),
                (1380, "another one hangs", hangs),
                (1410, "events come that are three days old", old),
                (2430, "the other one is gone", lambda factory: factory.kill("hanging")),
                (2550, "the end", _nothing),
            ),
        )


@contextmanager
def bulk(folder: Path) -> Iterator[tuple[WatchedFactory, Deeds]]:
    """A run whose examiner accepts everything, then rejects everything, and then nobody shows the lag."""
    kinds = {"render": "trivial", "examine": "trivial", "lag-exporter": "none"}

    def refuse(factory: WatchedFactory) -> None:
        factory.start("examine", "refusing")
        factory.put(GRAPHS, _graphs("refused", FEW))

    with watched(folder, NEVER_S, kinds) as factory:
        yield (
            factory,
            (
                (60, "very many pictures", lambda factory: factory.put(GRAPHS, _graphs("many", MANY))),
                (840, "the examiner rejects", refuse),
                (960, "nobody shows the lag", lambda factory: factory.kill("lag-exporter")),
                (1680, "the lag is shown again", lambda factory: factory.start("lag-exporter")),
                (1770, "the end", _nothing),
            ),
        )


def _graphs(name: str, count: int) -> Iterator[bytes]:
    plain = graph()
    for number in range(count):
        yield encode(plain.model_copy(update={"graph_id": content_id(name, number), "index": number}))


RUNS: dict[str, Run] = {"services": services, "models": models, "waits": waits, "bulk": bulk}
