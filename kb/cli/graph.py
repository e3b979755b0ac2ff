"""Correcting the graph: `kb merge`, `kb split`, `kb link`, `kb unlink`, `kb edit`."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict
from typing import Any

import click

from kb.cli.common import open_for, say
from kb.errors import UsageError

_EDITABLE = {
    "talk": ("title", "talk_kind", "summary", "start"),
    "person": ("name", "homepage", "openreview_profile", "scholar_id", "orcid", "bio"),
    "paper": (
        "title",
        "abstract",
        "tldr",
        "venue",
        "year",
        "decision",
        "openreview_id",
        "arxiv_id",
        "doi",
        "url",
        "pdf",
    ),
    "event": ("name", "series", "venue", "year", "dates", "place", "url"),
}


@click.command(epilog="\b\nExample:\n  kb merge person/bob-smith person/robert-smith")
@click.argument("keep", metavar="KEEP-ID")
@click.argument("other", metavar="OTHER-ID")
@click.pass_context
def merge(ctx: click.Context, keep: str, other: str) -> None:
    """Make OTHER part of KEEP, for good. The other id still resolves; `kb split KEEP` undoes it."""
    kb = open_for(ctx)
    kb.get(keep), kb.get(other)
    kb.store.merge(keep, other)
    kb.sync()
    say(f"{other} is now part of {keep}.")


@click.command(
    epilog="\b\nExamples:\n  kb split person/wei-wang\n  kb split person/wei-wang --page https://example.org/speakers"
)
@click.argument("record_id", metavar="ID")
@click.option("--page", "pages", multiple=True, help="What this page said is about somebody else; may be given again.")
@click.pass_context
def split(ctx: click.Context, record_id: str, pages: tuple[str, ...]) -> None:
    """Undo the latest merge into a record, or take what some pages said out of it."""
    kb = open_for(ctx)
    other = kb.store.split(kb.get(record_id).id, pages=pages)
    kb.sync()
    say(f"{other} is a record of its own.")


@click.command(epilog="\b\nExample:\n  kb link talk/iclr-2024-mldd/de-novo-protein-design paper/kzGuiRXZrQ")
@click.argument("from_id", metavar="ID")
@click.argument("to_id", metavar="OTHER-ID")
@click.option("--kind", default="about", show_default=True, help="What the link says.")
@click.pass_context
def link(ctx: click.Context, from_id: str, to_id: str, kind: str) -> None:
    """Link two records, for good."""
    kb = open_for(ctx)
    kb.store.link(kb.get(from_id).id, kb.get(to_id).id, kind=kind)


@click.command(epilog="\b\nExample:\n  kb unlink talk/iclr-2024-mldd/de-novo-protein-design paper/kzGuiRXZrQ")
@click.argument("a", metavar="ID")
@click.argument("b", metavar="OTHER-ID")
@click.pass_context
def unlink(ctx: click.Context, a: str, b: str) -> None:
    """Take the links between two records away, for good."""
    kb = open_for(ctx)
    if not kb.store.unlink(kb.get(a).id, kb.get(b).id):
        raise UsageError(f"{a} and {b} are not linked", hint=f"`kb show {a} --why` lists links")


@click.command(
    epilog="\b\nExamples:\n  kb edit person/david-baker\n  kb edit person/david-baker homepage=https://www.ipd.uw.edu"
)
@click.argument("record_id", metavar="ID")
@click.argument("assignments", nargs=-1, metavar="[FIELD=VALUE]...")
@click.pass_context
def edit(ctx: click.Context, record_id: str, assignments: tuple[str, ...]) -> None:
    """Correct a record: in $EDITOR as TOML, or FIELD=VALUE. It stays corrected; an empty VALUE clears."""
    kb = open_for(ctx)
    record = kb.get(record_id)
    names = _EDITABLE[record.kind]
    before = {name: value for name, value in asdict(record).items() if name in names}
    if assignments:
        after: dict[str, Any] = dict(_assigned(text) for text in assignments)
    else:
        lines = [f"# {record.id}: what you change here stays changed. A field left out or empty is cleared."]
        lines += [
            f"{name} = {json.dumps(before.get(name) if before.get(name) is not None else '', ensure_ascii=False)}"
            for name in names
        ]
        text = click.edit("\n".join(lines) + "\n", extension=".toml")
        if text is None:
            say("Unchanged.")
            return
        try:
            after = tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            raise UsageError(f"That is not valid TOML: {why}", hint="Nothing was changed; try again") from why
    changed: dict[str, Any] = {}
    for name, value in after.items():
        if name not in names:
            raise UsageError(f"A {record.kind} has no field '{name}' to edit", hint=f"Fields: {', '.join(names)}")
        if name == "year" and value not in ("", None):
            try:
                value = int(value)
            except (TypeError, ValueError) as why:
                raise UsageError(f"'{value}' is no year") from why
        if (value or None) != before.get(name):
            changed[name] = value or None
    if not changed:
        say("Unchanged.")
        return
    kb.edit(record.id, **changed)
    kb.sync()
    say(f"Corrected {', '.join(changed)} of {record.id}.")


def _assigned(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"'{text}' is no correction", hint="Write FIELD=VALUE, for example year=2024")
    return name.strip(), value.strip()
