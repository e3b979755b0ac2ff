"""`kb doctor`."""

from __future__ import annotations

from dataclasses import asdict

import click

from kb.cli.common import echo, echo_json
from kb.cli.main import Context
from kb.home import Home, default_home
from kb.text import clean

_MARKS = {"ok": "ok     ", "mended": "mended ", "note": "note   ", "bad": "BAD    "}


@click.command(epilog="\b\nExamples:\n  kb doctor\n  kb doctor --no-fix --json")
@click.option("--fix/--no-fix", default=True, show_default=True, help="Mend what can be rebuilt (the search index).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(ctx: click.Context, fix: bool, as_json: bool) -> int:
    """Check the knowledge base: files, settings, index, disk. Exits with 0 when all is well or mended, else 3."""
    from kb.doctor import examine, healthy

    context: Context = ctx.find_object(Context) or Context()
    findings = []
    for finding in examine(Home(context.home or default_home()), fix=fix):
        findings.append(finding)
        if not as_json:
            echo(_MARKS[finding.state] + clean(finding.text))
    if as_json:
        echo_json({"healthy": healthy(findings), "findings": [asdict(f) for f in findings]})
    return 0 if healthy(findings) else 3
