"""`kb mcp`."""

from __future__ import annotations

import click

from kb.cli.common import open_for, say


@click.command(epilog="\b\nExample (the command of an agent's configuration):\n  kb mcp")
@click.pass_context
def mcp(ctx: click.Context) -> None:
    """Serve the knowledge base to an agent over MCP on standard input and output (extra `mcp`)."""
    from kb.mcp import build_server

    kb = open_for(ctx)
    server = build_server(kb)
    say("Serving on standard input and output; Ctrl-C ends.")
    server.run("stdio")
