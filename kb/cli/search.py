"""`kb search`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import contract_hit, echo, echo_json, first_steps, open_for, people_of, progress, say
from kb.errors import LockedError
from kb.text import clean

if TYPE_CHECKING:
    from kb.knowledge_base import Mode, Sort
    from kb.models import SearchResult

FORMATS = ("table", "json", "jsonl", "csv", "bibtex", "csl", "markdown")


@click.command(
    context_settings={"ignore_unknown_options": True},  # "-diffusion" is a word that must not occur
    epilog="""\b
Examples:
  kb search "steered generation of molecules"
  kb search "protein design kind:talk venue:ICLR year:2023..2024 -diffusion"
  kb search --json --limit 5 'person:"David Baker"'
  kb search --like draft.txt""",
)
@click.argument("query", nargs=-1)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["talk", "person", "paper", "event"]),
    help="Only this kind; may be given again.",
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(0, 10_000), help="How many hits.")
@click.option("--offset", default=0, type=click.IntRange(0), help="Skip this many hits.")
@click.option(
    "--mode",
    default="hybrid",
    show_default=True,
    type=click.Choice(["hybrid", "lexical", "semantic"]),
    help="Rank by words, by meaning, or both.",
)
@click.option(
    "--sort",
    default="relevance",
    show_default=True,
    type=click.Choice(["relevance", "date", "title"]),
    help="Order of the hits.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print the hits (default: table).")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--facets", is_flag=True, help="Count the whole result by kind, venue, year, topic and source.")
@click.option("--no-fold", is_flag=True, help="List near-duplicates one by one.")
@click.option(
    "--like",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="Find records that read like this text file ('-' for standard input).",
)
@click.option("--model", help="Embedding model for this search: a name or a folder.")
@click.option("--explain", is_flag=True, help="Say how the query was read.")
@click.pass_context
def search(
    ctx: click.Context,
    query: tuple[str, ...],
    kinds: tuple[str, ...],
    limit: int,
    offset: int,
    mode: Mode,
    sort: Sort,
    form: str | None,
    as_json: bool,
    facets: bool,
    no_fold: bool,
    like: Path | None,
    model: str | None,
    explain: bool,
) -> int:
    """Search talks, people, papers and events by words and by meaning.

    Any string is a valid query. Filters inside it: kind: venue: year: person: topic: tag: has: source:, a minus
    excludes, quotes make a phrase.
    """
    text = " ".join(query)
    form = "json" if as_json else form or "table"
    kb = open_for(ctx, model=model)
    if explain:
        from kb.query import parse

        say(parse(text).explain().replace("\n", "; "))
    empty = first_steps(kb)
    if not empty:
        try:
            with progress("indexing") as advance:
                kb.sync(progress=advance)
        except LockedError:
            say("Another process is indexing; what it adds is found once it is done.")
    if like is not None:
        body = sys.stdin.read() if str(like) == "-" else like.read_text(encoding="utf-8", errors="replace")
        result = kb.like(body, kinds=kinds or None, limit=limit)  # type: ignore[arg-type]  # checked by click
    else:
        result = kb.search(
            text,
            kinds=kinds or None,
            limit=limit,
            offset=offset,
            mode=mode,
            sort=sort,
            fold=not no_fold,
            facets=facets,
        )
    show(result, form, facets=facets)
    if form == "table" and not result.hits and not empty:
        say("Nothing matches. Fewer words or filters may help; `kb search --explain` shows how the query was read.")
    return 0


def show(result: SearchResult, form: str, *, facets: bool = False) -> None:
    """Print a result in one of `FORMATS`."""
    if form == "json":
        data: dict[str, Any] = {
            "query": result.query,
            "took_ms": round(result.took_ms, 2),
            "total": result.total,
            "hits": [contract_hit(hit) for hit in result.hits],
        }
        if not result.exact_total:
            data["total_is"] = "at least"
        if facets:
            data["facets"] = {name: [list(pair) for pair in pairs] for name, pairs in result.facets.items()}
        echo_json(data)
    elif form == "jsonl":
        import json

        for hit in result.hits:
            click.echo(json.dumps(contract_hit(hit), ensure_ascii=False))
    elif form == "table":
        _table(result)
        if facets:
            for name, pairs in result.facets.items():
                echo(f"{name}: " + ", ".join(f"{clean(value)} ({count})" for value, count in pairs[:12]))
    else:
        from kb.export import write

        write([hit.record for hit in result.hits], form, sys.stdout)


def _table(result: SearchResult) -> None:
    for number, hit in enumerate(result.hits, start=1):
        record = hit.record
        where = ", ".join(str(v) for v in (getattr(record, "venue", None),) if v)
        year = getattr(record, "year", None)
        if year and str(year) not in where:
            where = f"{where} {year}".strip()
        people = people_of(record)
        who = ", ".join(people[:4]) + (f" and {len(people) - 4} more" if len(people) > 4 else "")
        click.echo(f"{number:>3}  " + click.style(clean(record.title or f"Talk by {who}"), bold=True))
        click.echo("     " + click.style(" · ".join(filter(None, (record.kind, clean(who), clean(where)))), dim=True))
        if hit.snippet:
            click.echo("     " + clean(hit.snippet))
        click.echo("     " + click.style(hit.id + (f"  (+{len(hit.folded)} versions)" if hit.folded else ""), dim=True))
    if result.hits:
        total = f"{result.total}" if result.exact_total else f"at least {result.total}"
        say(f"{len(result.hits)} of {total} in {result.took_ms:.0f} ms")
