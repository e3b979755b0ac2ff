"""The same program in a browser: served on this machine only, to whoever has the link with its token."""

from __future__ import annotations

import asyncio
import logging
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from textual_serve.server import Server

COOKIE = "kb-token"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TokenServer(Server):
    """textual-serve on loopback, behind a token: other users and other pages of the browser get a refusal.

    The link carries the token once; a cookie that only this origin is sent (`SameSite=Strict`) carries it from then
    on. The host name is checked too, so that a page elsewhere cannot rebind its own name to this address.
    """

    def __init__(self, command: str, *, port: int, token: str) -> None:
        super().__init__(command, host="127.0.0.1", port=port, title="kb")
        self._token = token

    @property
    def link(self) -> str:
        return f"{self.public_url}/?token={self._token}"

    def initialize_logging(self) -> None:
        """Warnings only: the link is all a reader needs to see."""
        logging.basicConfig(level=logging.WARNING)

    async def on_startup(self, app: web.Application) -> None:
        """Say where, on stderr, as soon as the port answers (this is called a moment before)."""
        self._announcing = asyncio.create_task(self._announce())

    async def _announce(self) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection(self.host, self.port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            break
        print(f"Open {self.link} in a browser on this machine. Ctrl+C ends it.", file=sys.stderr, flush=True)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host != f"127.0.0.1:{self.port}":
            raise web.HTTPForbidden(text="This program answers to 127.0.0.1 only.\n")
        given = request.query.get("token") or request.cookies.get(COOKIE, "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="Open the link that `kb tui --web` printed: it carries a token.\n")
        response = await handler(request)
        if "token" in request.query and not response.prepared:
            response.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict")
        return response


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(arguments: Sequence[str]) -> None:
    """Serve `kb ARGUMENTS` until Ctrl+C; each browser tab gets a program of its own."""
    command = shlex.join([sys.executable, "-c", "from kb.cli import main; main()", *arguments])
    TokenServer(command, port=free_port(), token=secrets.token_urlsafe(16)).serve()
