"""`skg eval`: how well a model answers the questions of a hold-out, with intervals and baselines."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.llm.token_limits import ANSWER_TOKENS, LEAST_TOKENS, MOST_TOKENS
from streams.cli import completions
from streams.cli.command_help import add
from streams.cli.dataset_commands.snapshot_arguments import known

if TYPE_CHECKING:
    from dataset.evaluation.eval_report import Result
    from dataset.evaluation.eval_run import Answerer
    from dataset.evaluation.eval_session import Session
    from dataset.evaluation.scores import Score
    from streams.llm.endpoint import Endpoint

MAX_CAUSES = 3
"""Causes of a kind of fault that are said; the result has all."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "eval", evaluate)


def evaluate(  # noqa: PLR0913, PLR0917 - one parameter an option of the command line
    uri: Annotated[str | None, typer.Argument(help="the table: a folder or s3://…; default SKG_DATASET_URI")] = None,
    split: Annotated[
        str, typer.Option(help="the split whose questions are asked", autocompletion=completions.splits)
    ] = "test",
    questions: Annotated[Path | None, typer.Option(help="ask this file (JSON lines) instead of a split")] = None,
    url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint; its key is SKG_MLLM_API_KEY")] = None,
    name: Annotated[str | None, typer.Option(help="model at the endpoint; default SKG_MLLM_MODEL, or the only one")] = None,
    model: Annotated[str | None, typer.Option(help="folder of a local transformers model")] = None,
    out: Annotated[
        Path, typer.Option(help="folder of answers and results; with the same one again only open questions are asked")
    ] = Path("eval-out"),
    limit: Annotated[int | None, typer.Option(help="ask this many, drawn the same way every time", min=1)] = None,
    parallel: Annotated[int, typer.Option(help="questions at a time at an endpoint", min=1, max=256)] = 8,
    max_tokens: Annotated[
        int, typer.Option(help="limit of a reply; models that think need more", min=LEAST_TOKENS, max=MOST_TOKENS)
    ] = ANSWER_TOKENS,
) -> None:
    """Ask a model the questions of a hold-out. Example: skg eval --url http://localhost:8000/v1 --name my-model"""
    from dataset.evaluation.eval_session import EvalRequest, open_session
    from dataset.table.table_errors import NoTable
    from schemas.errors import require_extras
    from streams.cli.arguments import folder, where
    from streams.cli.remedies import is_table

    if url is not None and model is not None:
        raise typer.BadParameter("give --url or --model, not both")
    require_extras("charts", *(["llm"] if url else ()))
    if model is not None and not Path(model).is_dir():
        raise typer.BadParameter(f"--model {model}: there is no such folder; models of a hub have to be there already")
    found, options = where(uri) if questions is None or uri is not None else (None, None)
    if found is not None and "://" not in found and not is_table(Path(found)):
        raise NoTable(found)  # before any server is asked
    asked = EvalRequest(found, known(split) or split, questions, limit, max_tokens, options)
    session = open_session(asked, _model_name(url, name, model), folder(out))
    left = _ask(session, url, model, parallel) if url or model else None
    _say(session, left)


def _model_name(url: str | None, name: str | None, model: str | None) -> str | None:
    from streams.llm.endpoint_probe import only_model
    from streams.settings import JudgeSettings

    if url is None:
        return model
    settings = JudgeSettings()
    if name or "mllm_model" in settings.model_fields_set:
        return name or settings.mllm_model
    found = only_model(_endpoint(url, "any"))
    typer.echo(f"asking {found}, the model at {url}", err=True)
    return found


def _ask(session: "Session", url: str | None, model: str | None, parallel: int) -> str:
    """Ask the open questions; returns why some have no answer, empty if all have."""
    import asyncio

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    if url is not None and session.done < session.count:
        from streams.llm.endpoint_probe import endpoint_answers

        endpoint_answers(_endpoint(url, str(session.model)), named_by="--url")
    bar = BarColumn(complete_style="cyan", finished_style="cyan")  # red is for what is wrong
    columns = (TextColumn("{task.description}"), bar, TextColumn("{task.completed} of {task.total}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("asking", total=session.count, completed=session.done)
        went = asyncio.run(
            session.ask(lambda: _answerer(session, url, model, parallel), lambda: progress.update(task, advance=1))
        )
    return went.last if went.failed else ""


def _answerer(session: "Session", url: str | None, model: str | None, parallel: int) -> "Answerer":
    max_tokens = session.max_tokens
    if url is None:
        from dataset.evaluation.local_model import LocalModel

        return LocalModel(str(model), max_tokens=max_tokens)
    from streams.adapters.eval_endpoint import endpoint_answerer

    return endpoint_answerer(_endpoint(url, str(session.model)), parallel, max_tokens)


def _endpoint(url: str, model: str) -> "Endpoint":
    """The endpoint that `--url` names. Raises Misused."""
    from streams.errors import Misconfigured, Misused
    from streams.llm.endpoint import Endpoint
    from streams.settings import JudgeSettings

    settings = JudgeSettings()
    try:
        return Endpoint(url, model, settings.mllm_api_key.get_secret_value(), settings.mllm_timeout_s)
    except Misconfigured as error:
        raise Misused(f"--url: {error}") from None


def _say_score(label: str, whole: "Score", faults: str = "") -> None:
    without = f"; without an answer: {faults}" if faults else ""
    typer.echo(
        f"{label:<24} {whole['accuracy']:.3f}  ({whole['low']:.3f} to {whole['high']:.3f}), "
        f"{whole['right']} of {whole['asked']}{without}"
    )


def _say_faults(found: "Result", max_tokens: int) -> None:
    """Say why replies have no answer."""
    for kind, fault in found["faults"].items():
        causes = [f"{cause} ({count})" for cause, count in fault["causes"].items()]
        if len(causes) > MAX_CAUSES:
            causes[MAX_CAUSES:] = [f"and {len(causes) - MAX_CAUSES} more causes"]
        if causes:
            typer.echo(f"  {kind}, counted as wrong: {', '.join(causes)}")
    if found["faults"]["cut"]["count"]:
        typer.echo(f"  --max-tokens gives replies more room than {max_tokens} tokens")


def _say(session: "Session", failed: str | None) -> None:
    from dataset.evaluation.eval_report import faults_text

    found, (text, picture) = session.report()
    typer.echo(f"{'answered by':<24} {'right':<5}  (95 % interval), right answers of questions asked")
    if found["scores"] is not None:
        _say_score(str(session.model), found["scores"]["all"], faults_text(found))
        _say_faults(found, session.max_tokens)
    for name, scores in found["baselines"].items():
        _say_score(name, scores["all"])
    typer.echo(f"results: {text}, {picture}")
    if found["left"]:
        typer.echo(f"skg: {found['left']} questions have no answer ({failed}); the same command asks them again", err=True)
        raise typer.Exit(1)
