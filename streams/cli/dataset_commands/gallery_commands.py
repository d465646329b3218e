"""`skg gallery`: the dataset in a browser, served or as a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add

if TYPE_CHECKING:
    from dataset.gallery.interfaces import BalanceTargets

PORT = 8765
"""Not the port of a well-known service."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "gallery", gallery)


def gallery(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    uri: Annotated[str | None, typer.Argument(help="the table: a folder or s3://…; default SKG_DATASET_URI")] = None,
    static: Annotated[Path | None, typer.Option(help="write a page that opens from disk into this folder")] = None,
    limit: Annotated[int, typer.Option(help="samples of the page from disk, newest first", min=1)] = 200,
    host: Annotated[
        str, typer.Option(help="address to listen on; others than loopback are open to the network")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on; 0 takes a free one", min=0, max=65535)] = PORT,
    feed: Annotated[
        bool | None,
        typer.Option("--feed/--no-feed", help="offer to publish seeds and to review; default: on loopback only"),
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="targets of `skg balance`, shown beside the mix; SKG_BALANCE_TARGETS")
    ] = None,
    results: Annotated[
        list[Path] | None, typer.Option("--eval", help="folder of results of `skg eval`, or of several; again for more")
    ] = None,
) -> None:
    """Look at samples, rejections and the funnel in a browser. Example: skg gallery demo-out/dataset"""
    from dataset.table.table_errors import NoTable
    from schemas.errors import BadInput, require_extras
    from streams.cli.arguments import where
    from streams.cli.remedies import is_table

    require_extras("gallery")
    for folder in results or ():
        if not folder.is_dir():
            raise BadInput(f"--eval {folder}: there is no such folder; give one that `skg eval` wrote, or one of several")
    found, options = where(uri, waits=static is None)
    if uri is not None and "://" not in uri and not is_table(Path(uri)):
        raise NoTable(uri)  # a path that is typed is there; one of the settings may appear later
    if static is not None:
        if static.exists() and not static.is_dir():
            raise BadInput(f"--static {static}: this is a file; give a folder")
        from dataset.gallery import write_gallery

        typer.echo(write_gallery(found, static, limit, storage_options=options))
        return
    _serve(_Served(found, options, feed, targets, tuple(results or ())), (host, port))


@dataclass(frozen=True)
class _Served:
    """What a gallery serves: the dataset, whether its pages may write, and what is shown beside it."""

    uri: str
    options: dict[str, str] | None
    feed: bool | None
    targets: Path | None
    results: tuple[Path, ...]


def _serve(served: _Served, address: tuple[str, int]) -> None:
    from dataset.gallery.http_server import is_loopback, serve
    from dataset.gallery.pages.evaluation_results import runs_in
    from dataset.gallery.rejected_samples import RejectionSearch
    from dataset.gallery.sample_search import SampleSearch
    from dataset.gallery.security_headers import LOOPBACK
    from dataset.gallery.web_app import GalleryData, application
    from dataset.review.review_pages import ReviewPages
    from dataset.table.rejection_table import rejections_uri
    from monitoring.logs import set_up
    from monitoring.otel_export import exporting
    from streams.adapters.gallery_backend import running_factory, stored_pictures
    from streams.cli.remedies import is_table
    from streams.demo.left_store import LeftStore
    from streams.settings import StatusSettings

    settings, uri, options = StatusSettings(), served.uri, served.options
    private = is_loopback(address[0])
    may_write = private if served.feed is None else served.feed
    factory = running_factory(settings, uri, options) if may_write else None
    rejected = RejectionSearch(rejections_uri(uri), options)
    left = LeftStore(uri, settings)
    pictures = stored_pictures(lambda: left.reached_by(settings)) if left.has_pictures else None
    samples = SampleSearch(uri, options)
    reviews = ReviewPages(uri, options, samples.sample, samples.views) if may_write else None
    shown = GalleryData(samples, rejected, factory, pictures, reviews, _targets(served.targets), served.results)

    for fault in runs_in(served.results)[1]:
        typer.echo(f"skg: {fault}; it is shown as soon as there is one", err=True)

    def ready(found: str) -> None:
        set_up(settings.log_format, "gallery", settings.log_level)  # from here on: what fails before is a line for people
        typer.echo(f"gallery of {uri} at {found} (Ctrl-C ends it)")
        if "://" not in uri and not is_table(Path(uri)):
            typer.echo(f"skg: {without_dataset(uri)}", err=True)
        if not private:
            typer.echo(
                "everybody who reaches this address can look" + (", publish seeds and review" if factory else ""), err=True
            )

    with left, exporting("gallery"):
        serve(application(shown, LOOPBACK if private else None), *address, ready)


def without_dataset(uri: str) -> str:
    """What is said where no dataset is at an address yet, with what to do."""
    from streams.cli.remedies import for_missing_dataset

    others = for_missing_dataset()
    made = f"{others}: give one, as in `skg gallery PATH`" if others else "`skg demo` makes one in demo-out/dataset"
    return f"there is no dataset at {uri} yet, its pages are empty until there is; {made}"


def _targets(given: "Path | None") -> "BalanceTargets | None":
    """The targets that are given, else those of the settings if there are any."""
    from schemas.errors import BadInput
    from streams.adapters.gallery_backend import targets_at
    from streams.settings import BalanceSettings

    if given is not None and not given.is_file():
        raise BadInput(f"--targets {given}: there is no such file")
    path = given or BalanceSettings().balance_targets
    return targets_at(path) if given is not None or path.is_file() else None
