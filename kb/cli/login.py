"""`kb login`: the user's own account at OpenReview."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, echo_json, json_option, say
from kb.cli.main import Context
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.home import Home
    from scrapers.openreview.token import Token

_SOON_S = 86_400.0


@click.group(epilog="\b\nExamples:\n  kb login openreview\n  kb login status")
def login() -> None:
    """Log in to a service with your own account, and see how it stands."""


@login.command(
    epilog="""\b
Examples:
  kb login openreview --user ada@example.org
  kb login openreview --token          paste a token (accounts with a second factor)
  pass openreview | kb login openreview --user ada@example.org --password-stdin
  kb login openreview --logout"""
)
@click.option("--user", help="E-mail address or profile id of the account.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--token", "paste", is_flag=True, help="Paste a token instead of a password (read from standard input).")
@click.option("--logout", is_flag=True, help="Forget the stored token.")
@click.pass_context
def openreview(ctx: click.Context, user: str | None, password_stdin: bool, paste: bool, logout: bool) -> None:
    """Log in to OpenReview. Only the token is kept, in a file of the home folder that only you may read.

    Since June 2026 OpenReview shows listings to logged-in users only. A token lives a week at most.
    """
    from scrapers.openreview.token import TokenFile

    home = _home(ctx)
    tokens = TokenFile(home.path)
    if logout:
        echo("Logged out." if tokens.remove() else "Nobody was logged in.")
        return
    if paste:
        token = tokens.accept(_secret("Token"))
    else:
        user = user or (click.prompt("User", err=True) if sys.stdin.isatty() and not password_stdin else None)
        if not user:
            raise UsageError("No user was given", hint="kb login openreview --user NAME")
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _secret("Password")
        if not password:
            raise UsageError("No password was given", hint="Type it at the prompt, or use --password-stdin")
        token = _log_in(home, user, password)
    echo(f"Logged in to OpenReview as {token.user} until {_when(token.expires_at)}.")


@login.command(epilog="\b\nExample:\n  kb login status --json")
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> int:
    """Say who is logged in, for how long, and what is left of this hour's budgets."""
    from scrapers.openreview.budget import Budgets
    from scrapers.openreview.token import TokenFile

    home = _home(ctx)
    token = TokenFile(home.path).load()
    left = token.left(time.time()) if token else 0.0
    state = "none" if token is None else "valid" if left > 0 else "expired"
    account = token.user if token and left > 0 else "anonymous"
    budgets = Budgets(home.path / "openreview-budgets.json").known(account)
    if as_json:
        echo_json(
            {
                "openreview": {
                    "state": state,
                    "user": token.user if token else None,
                    "expires_at": _when(token.expires_at) if token else None,
                    "budgets": {
                        kind: {"remaining": b.remaining, "limit": b.limit, "reset_at": _when(b.reset_at)}
                        for kind, b in budgets.items()
                    },
                }
            }
        )
        return 0
    if token is None:
        echo("OpenReview: not logged in. `kb login openreview` uses your own account.")
    elif left <= 0:
        echo(
            f"OpenReview: the login of {token.user} expired {_when(token.expires_at)}. `kb login openreview` renews it."
        )
    else:
        echo(f"OpenReview: logged in as {token.user} until {_when(token.expires_at)}.")
        if left < _SOON_S:
            say("The login expires within a day; `kb login openreview` renews it.")
    for kind, budget in sorted(budgets.items()):
        echo(f"  {kind}: {budget.remaining} of {budget.limit} requests left until {_when(budget.reset_at)}")
    return 0


def _home(ctx: click.Context) -> Home:
    from kb.home import Home, default_home

    context: Context = ctx.find_object(Context) or Context()
    return Home(context.home.expanduser() if context.home else default_home())


def _secret(what: str) -> str:
    """A line that is not shown: from the terminal without echo, or from standard input."""
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _log_in(home: Home, user: str, password: str) -> Token:
    from scrapers.fetch import open_fetcher  # brings httpx, 0.4 s
    from scrapers.openreview.client import OpenReview

    with open_fetcher(home) as fetcher:
        return OpenReview(fetcher, home.path).login(user, password)


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
