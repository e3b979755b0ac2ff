"""`kb pages` and `kb archive`: the raw pages that facts come from."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, echo_json, json_option, rows_as_text, say
from kb.cli.main import Context
from kb.errors import UsageError
from kb.home import Home, default_home
from kb.text import clean

if TYPE_CHECKING:
    from kb.store.archive import Archive, ArchivedPage


def _archive(ctx: click.Context) -> Archive:
    from kb.store.archive import Archive

    context: Context = ctx.find_object(Context) or Context()
    archive = Archive(Home(context.home or default_home()).pages, readonly=True)
    ctx.call_on_close(archive.close)
    return archive


@click.group(epilog="\b\nExamples:\n  kb pages list --source ruder\n  kb pages show https://ruder.io/naacl2019/ --text")
def pages() -> None:
    """Look at the archived pages that facts come from."""


@pages.command(name="list", epilog="\b\nExamples:\n  kb pages list https://ruder.io/\n  kb pages list --json")
@click.argument("prefix", default="")
@click.option("--source", help="Only pages of this source.")
@json_option
@click.pass_context
def list_(ctx: click.Context, prefix: str, source: str | None, as_json: bool) -> None:
    """List archived pages, those whose URL begins with PREFIX where it is given."""
    found = _archive(ctx).pages(source=source, prefix=prefix)
    if as_json:
        echo_json([asdict(page) for page in found])
        return
    rows = [[str(p.status), p.fetched_at, f"{p.size:,}", clean(p.source or "-"), clean(p.url)] for p in found]
    if rows:
        echo(rows_as_text([["status", "fetched", "bytes", "source", "url"], *rows]))
    else:
        say("No page matches. `kb refresh` fills the archive.")


@pages.command(
    epilog="\b\nExamples:\n  kb pages show https://ruder.io/naacl2019/\n  kb pages show URL --raw > page.html"
)
@click.argument("url")
@click.option("--raw", is_flag=True, help="Write the page's bytes as they were fetched.")
@click.option("--text", is_flag=True, help="Print the page's text.")
@click.option("--at", metavar="TIME", help="The state of that time, as listed under versions.")
@json_option
@click.pass_context
def show(ctx: click.Context, url: str, raw: bool, text: bool, at: str | None, as_json: bool) -> None:
    """Print what is known about one page: status, headers, when it was fetched, and its earlier states."""
    archive = _archive(ctx)
    page = _page(archive, url)
    if raw or text:
        body = _body(archive, page, at)
        if raw:
            if sys.stdout.isatty():
                raise UsageError("The bytes of a page may steer the terminal", hint="Send them to a file: --raw > FILE")
            sys.stdout.buffer.write(body)
        else:
            from scrapers.extract.api import extract

            echo(extract(body, url=page.final_url, content_type=page.content_type).text)
        return
    versions = archive.versions(page.url)
    if as_json:
        echo_json(asdict(page) | {"versions": [asdict(version) for version in versions]})
        return
    rows = [
        ["url", page.url], ["final url", page.final_url], ["status", str(page.status)], ["bytes", f"{page.size:,}"],
        ["fetched", page.fetched_at], ["checked", page.checked_at], ["source", page.source or "-"],
        ["sha256", page.body_hash or "-"], *([name, value] for name, value in page.headers.items()),
        *(["version", f"{v.fetched_at}  {v.status}  {(v.body_hash or '-')[:12]}"] for v in versions),
    ]  # fmt: skip
    echo(rows_as_text([[key, clean(value)] for key, value in rows]))


def _page(archive: Archive, url: str) -> ArchivedPage:
    from scrapers.fetch.urls import canonical, is_url

    for candidate in dict.fromkeys((url, canonical(url) if is_url(url) else url, f"{url}/")):
        if page := archive.page(candidate):
            return page
    raise UsageError(f"{url} is not in the archive", hint="`kb pages list` names what is; `kb add URL` fetches a page")


def _body(archive: Archive, page: ArchivedPage, at: str | None) -> bytes:
    body_hash = page.body_hash
    if at is not None:
        states = {version.fetched_at: version.body_hash for version in archive.versions(page.url)}
        if at not in states:
            raise UsageError(f"{page.url} has no state of {at}", hint=f"States: {', '.join(states)}")
        body_hash = states[at]
    if body_hash is None:
        raise UsageError(f"{page.url} answered {page.status}: there is no body", hint="Earlier states: --at TIME")
    return archive.body(body_hash)


@click.group(epilog="\b\nExample:\n  kb archive export pages.warc.gz")
def archive() -> None:
    """Write the archived pages for other tools."""


@archive.command(
    epilog="\b\nExamples:\n  kb archive export pages.warc.gz\n  kb archive export ruder.warc.gz --source ruder"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--source", help="Only pages of this source.")
@click.pass_context
def export(ctx: click.Context, file: Path, source: str | None) -> int:
    """Write the archived pages to a WARC file (.warc.gz or .warc), which `kb add` and other WARC tools read."""
    from scrapers.warc import write_warc

    written, left_out = write_warc(_archive(ctx), file, source=source)
    say(f"Wrote {written} pages to {file}.")
    if left_out:
        say(f"{left_out} pages have no (sound) body and were left out; `kb doctor` tells more.")
    if not written:
        raise UsageError("No page was written", hint="`kb pages list` shows what the archive holds")
    return 0
