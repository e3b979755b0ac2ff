"""Addresses a page may not lead us to: decided on the resolved address, at the moment of connecting."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable

import httpcore

from scrapers.fetch.errors import BadUrl, PrivateAddress, Unreachable
from scrapers.fetch.urls import origin

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")  # holds any address of a private network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str) -> bool:
    """True for an address of the open internet, also where IPv6 only wraps an IPv4 address."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64_LOCAL:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Guard:
    """Which addresses may be connected to: public ones, and host:port of the start URLs that the user gave."""

    def __init__(self, start_urls: Iterable[str] = ()) -> None:
        self._allowed: set[tuple[str, int]] = set()
        for url in start_urls:
            self.allow(url)

    def allow(self, url: str) -> None:
        """Let this URL's host and port be private. What is no URL allows nothing."""
        try:
            where = origin(url)
        except BadUrl:
            return
        self._allowed.add((where.host, where.port))

    def permitted(self, host: str, port: int, addresses: Iterable[str]) -> list[str]:
        """The addresses that may be connected to, in order; `PrivateAddress` when there is none."""
        found = list(dict.fromkeys(addresses))
        kept = found if (host, port) in self._allowed else [address for address in found if is_public(address)]
        if not kept:
            raise PrivateAddress(
                f"{host}:{port} is a private address ({', '.join(found[:3])})",
                hint="Pages may not lead there; if you mean it, add it as a source of its own",
            )
        return kept

    async def resolve(self, host: str, port: int) -> list[str]:
        """Permitted addresses of a host; `Unreachable` when it has none."""
        loop = asyncio.get_running_loop()
        try:
            infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as why:
            raise Unreachable(f"The host {host} is not known", hint="Check its spelling and the connection") from why
        return self.permitted(host, port, (str(info[4][0]) for info in infos))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the very address that was checked: a second DNS answer cannot slip in between."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await self._guard.resolve(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as why:
                failure = why
        assert failure is not None  # `resolve` answers one address or more
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise PrivateAddress(f"{path} is a local socket", hint="Only http and https are followed")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
