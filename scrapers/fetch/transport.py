"""httpx over connections that the guard has checked, through the machine's proxy where it names one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from scrapers.fetch.errors import Unreachable
from scrapers.fetch.guard import Guard, GuardedBackend

KEEPALIVE_S = 30.0  # longer than the spacing between two requests, so that one connection serves a site


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: object) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:  # type: ignore[attr-defined]  # httpcore calls it "Iterable | AsyncIterable"
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()  # type: ignore[attr-defined]


class GuardedTransport(httpx.AsyncBaseTransport):
    """One pool of connections, each to an address `guard` permits. Errors are httpcore's."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._pools: dict[tuple[str, str | None], httpcore.AsyncConnectionPool] = {}

    def _pool(self, scheme: str, proxy: str | None) -> httpcore.AsyncConnectionPool:
        key = (scheme, proxy)
        if key not in self._pools:
            self._pools[key] = httpcore.AsyncConnectionPool(
                # 0.15 s to load the certificates, which plain http does without
                ssl_context=httpx.create_ssl_context() if scheme == "https" else None,
                http2=_has_h2(),
                keepalive_expiry=KEEPALIVE_S,
                max_connections=None,
                max_keepalive_connections=64,
                proxy=httpcore.Proxy(proxy) if proxy else None,
                network_backend=None if proxy else GuardedBackend(self._guard),
            )
        return self._pools[key]

    async def _proxy_for(self, url: httpx.URL) -> str | None:
        """The proxy to use. It resolves the name itself, so a name that is private for us is refused beforehand."""
        proxy = getproxies().get(url.scheme)
        if not proxy or proxy_bypass(url.host):
            return None
        try:
            await self._guard.resolve(url.host, url.port or {"http": 80, "https": 443}[url.scheme])
        except Unreachable:
            return proxy  # behind such a proxy outside names often resolve for the proxy alone
        return proxy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        pool = self._pool(request.url.scheme, await self._proxy_for(request.url))
        answer = await pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()


def _has_h2() -> bool:
    try:
        import h2  # noqa: F401  # only whether it is there
    except ImportError:
        return False
    return True
