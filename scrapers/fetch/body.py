"""A body read in bounded pieces: neither a large file nor a gzip bomb ever lies in memory whole."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx

from scrapers.fetch.errors import TooLarge, Unreachable

ACCEPT_ENCODING = "gzip, deflate"  # the two that decompress with an output limit in the standard library
_PIECE = 262_144


class _Inflate:
    """gzip or deflate (with or without its header), at most `_PIECE` bytes of output at a time."""

    def __init__(self, encoding: str) -> None:
        self._raw_deflate_possible = encoding == "deflate"
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS if encoding == "gzip" else zlib.MAX_WBITS)

    def feed(self, data: bytes, room: int) -> bytes:
        """Up to `room` + 1 bytes of output: one more than allowed says that there is too much."""
        out = bytearray()
        while data and len(out) <= room and not self._inflater.eof:
            try:
                out += self._inflater.decompress(data, min(_PIECE, room + 1 - len(out)))
            except zlib.error:
                if not self._raw_deflate_possible:
                    raise
                self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
                out += self._inflater.decompress(data, min(_PIECE, room + 1))
            self._raw_deflate_possible = False
            data = self._inflater.unconsumed_tail
        return bytes(out)

    @property
    def complete(self) -> bool:
        return self._inflater.eof


async def read_body(response: httpx.Response, url: str, *, limit: int) -> tuple[bytes, int]:
    """The decompressed body and the number of bytes that were sent. Raises `TooLarge`, `Unreachable`."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Unreachable(
            f"{url} is sent as '{encoding}', which was not asked for", hint="Save the page and add the file"
        )
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(url, limit)
    inflate = _Inflate(encoding.removeprefix("x-")) if encoding not in ("identity", "") else None
    body, sent = bytearray(), 0
    chunks: AsyncIterator[bytes] = response.aiter_raw(65_536)
    async for chunk in chunks:
        sent += len(chunk)
        if inflate is None:
            body += chunk
        else:
            try:
                body += inflate.feed(chunk, limit - len(body))
            except zlib.error as why:
                raise Unreachable(f"{url} was sent damaged: {why}", hint="The next run tries again") from why
        if len(body) > limit or sent > limit:
            raise _too_large(url, limit)
    if inflate is not None and sent and not inflate.complete:
        raise Unreachable(f"{url} broke off after {sent:,} bytes", hint="The next run tries again")
    return bytes(body), sent


def _too_large(url: str, limit: int) -> TooLarge:
    return TooLarge(
        f"{url} is larger than {limit:,} bytes",
        hint="`kb config set max_body BYTES` raises the limit",
    )
