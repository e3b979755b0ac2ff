"""`kb demo`."""

from __future__ import annotations

import os
import shlex
import time
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import contract_hit, echo, echo_json, json_option, open_for, progress, say
from kb.cli.main import Context
from kb.cli.search import show

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.models import SearchResult

HITS = 3  # a search: three of them fit a small terminal without scrolling


@click.command(epilog="\b\nExamples:\n  kb demo\n  kb tui --demo\n  kb --home try demo --json")
@json_option
@click.pass_context
def demo(ctx: click.Context, as_json: bool) -> int:
    """Build a small sample knowledge base and search it.

    Reads a few pages and a list of papers that come with the program, without network or account. They go to --home
    or KB_HOME when given, otherwise to a folder of their own. A second run finds everything in place.
    """
    from kb.demo import SEARCHES, demo_home

    began = time.perf_counter()
    context = ctx.ensure_object(Context)
    given = context.home is not None
    if context.home is None:
        context.home = demo_home()
    kb = open_for(ctx)
    read, changes, errors = fill(kb)
    with progress("indexing") as advance:
        kb.sync(progress=advance)
    answers = [kb.search(query, limit=HITS) for query in SEARCHES]
    took = time.perf_counter() - began
    counts = kb.store.counts()
    if as_json:
        echo_json(
            {
                "home": str(kb.store.home.path), "read": read, "changes": changes, "records": counts, "errors": errors,
                "searches": [_as_json(answer) for answer in answers], "took_s": round(took, 2),
            }
        )  # fmt: skip
    else:
        held = ", ".join(f"{number:,} {name}" for name, number in counts.items())
        state = f"{changes:,} changes" if changes else "nothing changed, the sample was already there"
        say(f"{read['pages']} pages and {read['papers']} papers read in {took:.1f} s: {state}.")
        say(f"{kb.store.home.path} holds {held}.")
        for answer in answers:
            echo(f'\n$ kb search "{answer.query}"')
            show(answer, "table")
        talk = next((hit.id for answer in answers for hit in answer.hits if hit.record.kind == "talk"), None)
        for line in _next_steps(kb, talk, given=given):
            say(line)
    for error in errors:
        say(f"kb: {error}")
    return 1 if errors else 0


def fill(kb: KnowledgeBase) -> tuple[dict[str, int], int, list[str]]:
    """Add the sample. Returns what was read (pages and papers), the number of changes, and errors, one line each."""
    from kb.demo import PAPERS, pages, papers

    # The list first: it knows authors and ids in full, so the works that pages cite by family name are found in it
    imported = kb.add_papers(papers(), source=PAPERS, index=False)
    changes = imported.added + imported.updated
    errors = [f"{PAPERS}, paper {number}: {why}" for number, why in imported.skipped]
    read = 0
    with pages() as sample:
        for page in sample:
            report = kb.add(str(page.path), url=page.url)
            read += report.pages
            changes += len(report.changes)
            errors += report.errors
    return {"pages": read, "papers": imported.read}, changes, errors


def _as_json(answer: SearchResult) -> dict[str, Any]:
    return {
        "query": answer.query, "took_ms": round(answer.took_ms, 2), "total": answer.total,
        "hits": [contract_hit(hit) for hit in answer.hits],
    }  # fmt: skip


def _next_steps(kb: KnowledgeBase, record_id: str | None, *, given: bool) -> list[str]:
    """How to go on with the knowledge base that was just filled, as commands that can be pasted."""
    home = shlex.quote(str(kb.store.home.path))
    if given or not os.environ.get("KB_HOME"):
        kb_here, browse = f"kb --home {home}", f"kb --home {home} tui" if given else "kb tui --demo"
    else:
        kb_here, browse = "kb", "kb tui"
    return [
        "Go on with:", f"$ {browse}", f"$ {kb_here} search 'weather kind:paper year:2023..'",
        *([f"$ {kb_here} show {shlex.quote(record_id)}"] if record_id else []),
        "Begin your own with:", "$ kb add https://ai4sciencecommunity.github.io/icml24.html",
    ]  # fmt: skip
