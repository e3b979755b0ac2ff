"""`kb index`: the search index, which is derived from the database and can always be built again."""

from __future__ import annotations

from dataclasses import asdict

import click

from kb.cli.common import echo, echo_json, json_option, open_for, progress, say
from kb.cli.main import Context
from kb.home import Home, default_home, save_setting


@click.group(
    epilog="""\b
Examples:
  kb index status
  kb index build
  kb index build --backend milvus --uri http://localhost:19530"""
)
def index() -> None:
    """Look at the search index, check it, build it again."""


@index.command(epilog="\b\nExample:\n  kb index status --json")
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Say what the index holds and whether it is in step with the records."""
    kb = open_for(ctx)
    now = kb.index.status(generation=kb.store.generation())
    if as_json:
        echo_json(asdict(now))
        return
    state = {
        "missing": "not built yet; the next search or `kb index build` builds it",
        "behind": "behind; the next search or `kb index build` brings it up to date",
        "damaged": "damaged; the next search or `kb index build` builds it again",
        "ok": "up to date",
    }[now.state]
    echo(f"The {now.backend} index is {state}.")
    if now.state != "missing":
        echo(f"{now.documents} records, {now.bytes / 1e6:.1f} MB, model {now.model}")
    if now.note:
        echo(now.note)


@index.command(epilog="\b\nExamples:\n  kb index build\n  kb index build --backend builtin")
@click.option("--backend", type=click.Choice(["builtin", "milvus"]), help="Use this backend from now on.")
@click.option("--uri", help="Where Milvus is: http://HOST:19530, or a file of milvus-lite.")
@json_option
@click.pass_context
def build(ctx: click.Context, backend: str | None, uri: str | None, as_json: bool) -> None:
    """Build the whole index again from the records. Vectors of texts that did not change are kept."""
    context: Context = ctx.find_object(Context) or Context()
    home = Home(context.home or default_home())
    if uri is not None:
        save_setting(home, "milvus_uri", uri)
    if backend is not None:
        save_setting(home, "backend", backend)
    kb = open_for(ctx)
    with progress("indexing") as advance:
        report = kb.sync(progress=advance, rebuild=True)
    if as_json:
        echo_json(asdict(report))
    say(f"{report.added} records indexed, {report.embedded} texts embedded in {report.took_s:.1f} s")


@index.command(epilog="\b\nExample:\n  kb index verify")
@json_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> int:
    """Read every file of the index and compare its parts; exit code 3 when something is wrong."""
    kb = open_for(ctx)
    problems = kb.index.verify()
    if as_json:
        echo_json({"problems": problems})
    for problem in problems:
        say(problem)
    if problems:
        say("`kb index build` makes the index again from the records.")
        return 3
    say("Nothing is wrong with the index.")
    return 0
