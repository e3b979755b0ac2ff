"""`kb show`, `kb open`, `kb forget`: one record."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, echo_json, open_for, people_of, say, url_of
from kb.errors import UsageError
from kb.text import clean

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.models import Record

_HIDDEN = {"id", "kind", "title", "name", "speakers", "authors", "people", "links", "summary", "abstract", "event_id"}


@click.command(
    epilog="""\b
Examples:
  kb show person/david-baker
  kb show paper/kzGuiRXZrQ --why
  kb show event/icml-2024-ai-for-science --json"""
)
@click.argument("record_id", metavar="ID")
@click.option("--why", is_flag=True, help="Show the text each page gave, and who read it.")
@click.option("--history", is_flag=True, help="Show what runs added or changed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, record_id: str, why: bool, history: bool, as_json: bool) -> None:
    """Print a record, its links, and which page gave it."""
    kb = open_for(ctx)
    record = kb.get(record_id)
    neighbours = kb.neighbours(record.id)
    if as_json:
        echo_json(
            {
                **asdict(record),
                "neighbours": {group: [r.id for r in records] for group, records in neighbours.items()},
                "mentions": [asdict(mention) for mention in kb.mentions(record.id)],
                "user": asdict(kb.user_state(record.id)),
            }
        )
        return
    click.echo(click.style(clean(record.title or "Untitled talk"), bold=True))
    echo(f"{record.kind}  {record.id}" + (f"  (asked for {record_id})" if record.id != record_id else ""))
    for name, value in _fields(record):
        echo(f"  {name + ':':14} {clean(value)}")
    if text := getattr(record, "summary", None) or getattr(record, "abstract", None):
        echo("")
        echo(_wrapped(text))
    if slides := kb.store.slides(record.id):
        what = "deck" if 0 in slides else f"{len(slides)} slides"
        echo(f"\nslides: the text of the {what} is searched with this talk")
    for group, records in neighbours.items():
        echo(f"\n{group}")
        for other in records[:30]:
            echo(f"  {clean(other.title or 'Untitled talk by ' + ', '.join(people_of(other)))}  [{other.id}]")
        if len(records) > 30:
            echo(f"  and {len(records) - 30} more")
    if why:
        _links(kb, record.id)
    _user(kb, record.id)
    _pages(kb, record.id, why=why)
    if history:
        echo("\nhistory")
        for change in kb.changes(record_id=record.id):
            echo(f"  {change.at}  {change.what} {', '.join(change.fields)}  {change.page_url or ''}".rstrip())


def _fields(record: Record) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if record.kind in ("talk", "paper"):
        who = [p.name + (f" ({p.affiliation})" if p.affiliation else "") for p in record.people]  # type: ignore[union-attr]
        if who:
            out.append(("speakers" if record.kind == "talk" else "authors", ", ".join(who)))
    for name, value in asdict(record).items():
        if name in _HIDDEN or value in (None, (), []):
            continue
        if name == "affiliations":
            value = "; ".join(f"{org} ({year})" if year else org for org, year in value)
        elif isinstance(value, (list, tuple)):
            value = ", ".join(str(v) for v in value)
        out.append((name.replace("_", " "), str(value)))
    for link in getattr(record, "links", ()):
        out.append((link.kind, link.url))
    return out


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(clean(text), 96, initial_indent="  ", subsequent_indent="  "))


def _links(kb: KnowledgeBase, record_id: str) -> None:
    if links := kb.store.links(record_id):
        echo("\nlinks")
    for link in links:
        other = link["to_id"] if link["from_id"] == record_id else link["from_id"]
        by = " (yours)" if link["by_user"] else ""
        echo(f"  {link['kind']} {other}: {link['why']}, sure {link['score']:.2f}{by}")
    for decision in kb.store.decisions_on(record_id):
        echo(f"  you decided: {decision['what']} {decision['a']} {decision['b']} ({decision['at']})")


def _user(kb: KnowledgeBase, record_id: str) -> None:
    state = kb.user_state(record_id)
    marks = [
        *(["starred"] if state.starred else []),
        *(f"tag:{tag}" for tag in state.tags),
        *filter(None, [state.reading]),
    ]
    if marks:
        echo("\nyours: " + ", ".join(marks))
    if state.note:
        echo("note: " + clean(state.note))


def _pages(kb: KnowledgeBase, record_id: str, *, why: bool) -> None:
    echo("\npages")
    seen: set[str] = set()
    for mention in kb.mentions(record_id):
        if why or mention.page_url not in seen:
            echo(f"  {mention.page_url}  ({mention.fetched_at})")
        seen.add(mention.page_url)
        if why:
            evidence = mention.evidence
            given = ", ".join(sorted(mention.fields)) or "all fields of the record"
            echo(f"    gave {given}")
            echo(
                f"    read by {evidence.extractor or 'unknown'} at {evidence.place or 'the page'}, "
                f"sure {evidence.confidence:.2f}"
            )
            if evidence.text:
                echo(f"    “{clean(evidence.text)[:300]}”")


@click.command(
    name="open",
    epilog="\b\nExamples:\n  kb open paper/kzGuiRXZrQ\n  kb open talk/iclr-2024-mldd/de-novo-protein-design --print",
)
@click.argument("record_id", metavar="ID")
@click.option("--print", "only_print", is_flag=True, help="Print the URL instead of opening it.")
@click.pass_context
def open_(ctx: click.Context, record_id: str, only_print: bool) -> None:
    """Open a record in the browser: its paper, slides, homepage, or the page that gave it."""
    kb = open_for(ctx)
    record = kb.get(record_id)
    url = url_of(record) or next((m.page_url for m in kb.mentions(record.id) if m.page_url.startswith("http")), None)
    if not url or not url.startswith(("http://", "https://")):
        raise UsageError(f"{record.id} has no page to open", hint=f"`kb show {record.id}` prints what is known")
    if only_print:
        echo(url)
        return
    import webbrowser

    say(f"Opening {url}")
    if not webbrowser.open(url):
        raise UsageError(f"No browser could be started for {url}", hint="`kb open --print` prints the URL")


@click.command(epilog="\b\nExamples:\n  kb forget person/jane-doe\n  kb forget https://example.org/old-page.html")
@click.argument("what", metavar="ID|URL")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(ctx: click.Context, what: str, yes: bool) -> None:
    """Remove a record, or all that a page said, for good: no later refresh brings it back."""
    kb = open_for(ctx)
    if not yes:
        click.confirm(f"Forget {clean(what)} for good?", abort=True, err=True)
    gone = kb.forget(what)
    kb.sync()
    say(f"Forgotten: {gone} {'record' if gone == 1 else 'records'}.")
