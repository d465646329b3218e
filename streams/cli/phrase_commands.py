"""`skg phrases …`: the bank of paraphrases, listed, checked, and grown by a language model.

In: files of paraphrases, a model's endpoint.  Out: lines or JSON; `phrases.json` in a folder for SKG_KNOWLEDGE.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.command_help import add, family_of
from streams.cli.failures import EXIT_FAILURE
from streams.errors import Misused

if TYPE_CHECKING:
    from agents.llm.paraphrase_growth import Proposed
    from schemas.errors import RetryableError
    from spatial.questions.wording.paraphrase_bank import Paraphrase
    from spatial.questions.wording.paraphrase_gate import Gate
    from streams.llm.endpoint import Endpoint

FROM_SETTINGS = "env"
"""Instead of an address: SKG_LLM_URL's."""

KindOption = Annotated[str | None, typer.Option(help="only of this kind of question")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON, one object a line")]


def build() -> typer.Typer:
    """The family of commands."""
    family = "The bank of paraphrases of questions. Example: skg phrases list --kind count"
    app = family_of(family)
    add(app, "list", list_phrases)
    add(app, "check", check)
    add(app, "grow", grow)
    return app


def list_phrases(kind: KindOption = None, as_json: JsonOption = False) -> None:
    """List the bank, the package's own and those of SKG_KNOWLEDGE. Example: skg phrases list --kind between --json"""
    from spatial.questions.wording.paraphrase_bank import added, own

    shapes = _shapes(kind)
    for each in (*own(), *added()):
        if each.shape not in shapes:
            continue
        origin = "package" if each in own() else each.where
        entry = _as_json(each, {"from": origin})
        typer.echo(entry if as_json else f"{each.shape:<22} {each.text}")


def check(file: Annotated[Path, typer.Argument(help="a file of the form of phrases.json")]) -> None:
    """Say which paraphrases of a file are not admitted; exit 1 if any is not. Example: skg phrases check my/phrases.json"""
    from spatial.questions.wording.paraphrase_bank import paraphrases_in
    from spatial.questions.wording.paraphrase_gate import open_gate

    if not file.is_file():
        raise Misused(f"{file}: there is no such file")
    found = paraphrases_in(file)
    refused = list(open_gate().unfit(found))
    for each, refusal in refused:
        typer.echo(f"{each.where}: {each.text!r}: {refusal}")
    typer.echo(f"{len(found) - len(refused)} of {len(found)} are admitted")
    raise typer.Exit(EXIT_FAILURE if refused else 0)


def grow(
    out: Annotated[Path, typer.Option(help="folder of phrases.json; what is in it stays, and SKG_KNOWLEDGE can name it")],
    llm: Annotated[str, typer.Option(help="OpenAI-compatible endpoint; env: SKG_LLM_URL")] = FROM_SETTINGS,
    kind: KindOption = None,
    count: Annotated[int, typer.Option(help="sentences wanted of each shape of question", min=1, max=100)] = 8,
    as_json: JsonOption = False,
) -> None:
    """Ask a language model for paraphrases and keep those that are admitted; exit 1 if none is. Example: skg phrases
    grow --llm http://localhost:8000/v1 --kind count --out my-words"""
    from schemas.errors import require_extras
    from spatial.knowledge.knowledge_files import PARAPHRASES
    from spatial.questions.wording.paraphrase_bank import Paraphrase, paraphrases_in, write_paraphrases
    from streams.cli.arguments import folder

    shapes, path = _shapes(kind), folder(out) / PARAPHRASES
    endpoint = _endpoint(llm)
    require_extras("llm")
    before = paraphrases_in(path) if path.exists() else ()
    proposed, away = _proposed(endpoint, shapes, before, count)
    admitted = [Paraphrase(each.shape, each.text) for each in proposed if not each.refusal]
    _say(proposed, as_json)
    if admitted:
        total = write_paraphrases(path, (*before, *admitted))
        typer.echo(f"{path}: {total} sentences, {len(admitted)} of them new; SKG_KNOWLEDGE={out} uses them", err=as_json)
    if away is not None:
        raise away
    if not admitted:
        silent = [each.refusal for each in proposed if not each.text]
        typer.echo("; ".join(("skg: nothing was admitted", *silent[-1:])), err=True)
        raise typer.Exit(EXIT_FAILURE)


def _as_json(each: "Paraphrase | Proposed", more: dict[str, str]) -> str:
    from spatial.questions.wording.shape_kinds import shape_kinds

    entry = {"kind": shape_kinds()[each.shape].kind, "shape": each.shape, "text": each.text}
    return json.dumps(entry | more, ensure_ascii=False)


def _shapes(kind: str | None) -> tuple[str, ...]:
    from spatial.questions.wording.shape_kinds import shape_kinds, shapes_of

    try:
        return tuple(shape_kinds()) if kind is None else shapes_of(kind)
    except LookupError as error:
        from streams.errors import Misused

        raise Misused(f"--kind {error.args[0]}") from None


def _endpoint(llm: str) -> "Endpoint":
    from streams.errors import Misused
    from streams.llm.endpoint import Endpoint
    from streams.settings import LanguageSettings

    settings = LanguageSettings()
    url = settings.llm_url if llm == FROM_SETTINGS else llm
    if url is None:
        raise Misused("no language model: give --llm URL, or set SKG_LLM_URL")
    return Endpoint(url, settings.llm_model, settings.llm_api_key.get_secret_value(), settings.llm_timeout_s)


def _proposed(
    endpoint: "Endpoint", shapes: Sequence[str], before: "Sequence[Paraphrase]", count: int
) -> "tuple[list[Proposed], RetryableError | None]":
    """What was proposed, of all shapes together, and the failure of those for which no server answered, if any."""
    import asyncio

    from agents.llm.paraphrase_growth import Grower
    from schemas.errors import RetryableError
    from streams.llm.endpoint_probe import endpoint_answers
    from streams.llm.openai_client import OpenAIClient
    from streams.llm.rate_limiter import ConcurrencyLimit, RateLimitedModel
    from streams.settings import LanguageSettings

    settings, gate = LanguageSettings(), _gate_with(before)
    endpoint_answers(endpoint, named_by="--llm, SKG_LLM_URL")

    async def all_shapes() -> "list[list[Proposed] | BaseException]":
        limit = ConcurrencyLimit(settings.llm_in_flight, lambda *_: None)
        model = RateLimitedModel(OpenAIClient(endpoint), limit)
        grower = Grower(model, gate, count, settings.llm_temperature, settings.call_tokens)
        return await asyncio.gather(*(grower.grow(shape) for shape in shapes), return_exceptions=True)

    found = asyncio.run(all_shapes())
    proposed: list[Proposed] = []
    away: RetryableError | None = None
    for of_shape in found:
        if isinstance(of_shape, RetryableError):
            away = of_shape
        elif isinstance(of_shape, BaseException):
            raise of_shape
        else:
            proposed += of_shape
    return proposed, away


def _gate_with(before: "Sequence[Paraphrase]") -> "Gate":
    """A gate that knows the bank and these. Raises BadKnowledge where one of them is unfit itself."""
    from schemas.errors import BadKnowledge
    from spatial.questions.wording.paraphrase_bank import added, own
    from spatial.questions.wording.paraphrase_gate import Gate

    gate, texts = Gate((*own(), *added())), {each.text for each in added()}
    for each, refusal in gate.unfit([each for each in before if each.text not in texts]):
        raise BadKnowledge(f"{each.where}: {each.text!r}: {refusal}")
    return gate


def _say(proposed: "Sequence[Proposed]", as_json: bool) -> None:
    from spatial.questions.wording.shape_kinds import shape_kinds

    if as_json:
        for each in proposed:
            typer.echo(_as_json(each, {"refusal": each.refusal}))
        return
    typer.echo(f"{'kind':<22} {'admitted':>8} {'refused':>8}  why")
    for kind in dict.fromkeys(row.kind for row in shape_kinds().values()):
        of_kind = [each for each in proposed if shape_kinds()[each.shape].kind == kind]
        if of_kind:
            refusals = [each.refusal for each in of_kind if each.refusal]
            typer.echo(f"{kind:<22} {len(of_kind) - len(refusals):>8} {len(refusals):>8}  {_reasons(refusals)}".rstrip())


def _reasons(refusals: Iterable[str]) -> str:
    """Each reason without its sentence, the commonest first."""
    counts = Counter(refusal.partition(":")[0] for refusal in refusals)
    return "; ".join(f"{reason} ({count})" for reason, count in counts.most_common())
