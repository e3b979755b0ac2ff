"""A loopback server that behaves like OpenReview (both API versions) and arXiv, in the shapes they were seen to have.

It can put the browser check in front of anonymous listings (as 403 JSON or as 200 HTML), count an hourly budget, ask
for a second factor, answer with half a JSON, and answers a venue on the wrong host with an empty list.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

CHALLENGE = "<!DOCTYPE html>\n<html><head><title>Verifying your browser | OpenReview</title></head><body></body></html>"
REQ = "2026-11-20-1234567"
EVERYONE = ["everyone"]


def token_for(user: str, *, expires_in: float = 604_800) -> str:
    """A JSON web token in shape: its signature is not one."""

    def part(data: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    claims = {"user": {"id": user}, "exp": int(time.time() + expires_in)}
    return f"{part({'alg': 'HS256'})}.{part(claims)}.c2lnbmF0dXJl"


def note_v2(note_id: str, domain: str, /, *, state: str = "", number: int = 1, **content: Any) -> dict[str, Any]:
    """A v2 submission; `state` is what follows the venue in `venueid`."""
    fields = {
        "title": f"Paper {note_id}", "authors": ["Ada Lovelace", "Alan Turing"],
        "authorids": ["~Ada_Lovelace1", "alan@example.org"], "abstract": f"What {note_id} finds.",
        "TLDR": "In short.", "keywords": ["proteins"], "pdf": "/pdf/0123456789abcdef.pdf",
        "venue": "ICML 2024 AI4Science Poster", "venueid": f"{domain}/{state}" if state else domain, **content,
    }  # fmt: skip
    return {
        "id": note_id, "forum": note_id, "domain": domain, "number": number, "readers": EVERYONE, "version": 2,
        "invitations": [f"{domain}/-/Submission"], "signatures": [f"{domain}/Submission{number}/Authors"],
        "cdate": 1_715_000_000_000, "pdate": 1_718_000_000_000,
        "content": {name: {"value": value} for name, value in fields.items()},
    }  # fmt: skip


def note_v1(
    note_id: str, domain: str, /, *, number: int = 1, decision: str | None = None, **content: Any
) -> dict[str, Any]:
    """A v1 blind submission, its Decision among the replies where there is one."""
    fields = {
        "title": f"Paper {note_id}", "authors": ["Grace Hopper"], "authorids": ["~Grace_Hopper1"],
        "abstract": f"What {note_id} finds.", "TL;DR": "In short.", "keywords": [],
        "pdf": f"/pdf/{note_id}.pdf", **content,
    }  # fmt: skip
    reply = {
        "id": f"{note_id}D", "forum": note_id, "replyto": note_id, "readers": EVERYONE,
        "invitation": f"{domain}/Paper{number}/-/Decision",
        "content": {"title": "Paper Decision", "decision": decision},
    }  # fmt: skip
    return {
        "id": note_id, "original": f"{note_id}O", "number": number, "forum": note_id, "replyto": None, "ddate": None,
        "readers": EVERYONE, "nonreaders": [], "invitation": f"{domain}/-/Blind_Submission", "cdate": 1_580_000_000_000,
        "content": fields, "details": {"directReplies": [reply] if decision else []},
    }  # fmt: skip


def group(venue: str, *, v2: bool = True, **content: str) -> dict[str, Any]:
    found = {"id": venue, "readers": EVERYONE, "parent": venue.rpartition("/")[0], "members": []}
    if v2:
        found |= {"domain": venue, "content": {name: {"value": value} for name, value in content.items()}}
    return found


@dataclass
class Services:
    """What the server holds and how it behaves; change it between requests."""

    v2: list[dict[str, Any]] = field(default_factory=list)
    v1: list[dict[str, Any]] = field(default_factory=list)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    arxiv: dict[str, str] = field(default_factory=dict)  # id -> title
    gate: str | None = "json"  # what anonymous listings meet: "json", "html" or nothing
    budget: int = 500
    users: dict[str, str] = field(default_factory=lambda: {"ada@example.org": "correct horse"})
    mfa: bool = False
    tokens: set[str] = field(default_factory=set)
    broken: str | None = None  # answer every note request with this body
    log: list[str] = field(default_factory=list)
    arxiv_times: list[float] = field(default_factory=list)

    def __enter__(self) -> Self:
        services = self

        class Handler(_Handler):
            state = services

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api_hosts(self) -> dict[Any, str]:
        return {"v2": f"{self.url}/v2", "v1": f"{self.url}/v1"}


class _Handler(BaseHTTPRequestHandler):
    state: Services
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        return None

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.state.log.append(f"GET {self.path}")
        if parts.path == "/arxiv/api/query":
            self._arxiv(query)
            return
        match = re.fullmatch(r"/(v[12])(/[\w/]+)", parts.path)
        if not match:
            self._json(404, {"name": "NotFoundError", "message": "no such path", "status": 404, "details": {}})
        elif match[2] == "/groups":
            self._groups(query)
        elif match[2] == "/notes/search":
            self._search(query)
        else:
            self._notes(match[1], query)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        self.state.log.append(f"POST {self.path}")
        if self.state.users.get(body.get("id")) != body.get("password"):
            self._error(400, "Error", "Invalid username or password")
        elif self.state.mfa:
            self._json(200, {"mfaPending": True, "mfaPendingToken": "p", "mfaMethods": ["totp", "emailOtp"]})
        else:
            token = token_for(body["id"])
            self.state.tokens.add(token)
            self._json(200, {"token": token, "user": {"id": body["id"], "profile": {"id": "~Ada_Lovelace1"}}})

    # --- OpenReview

    def _known(self) -> bool | None:
        """True for a good token, False for a bad one, None without."""
        header = self.headers.get("authorization")
        return None if header is None else header.removeprefix("Bearer ") in self.state.tokens

    def _notes(self, version: str, query: dict[str, str]) -> None:
        known = self._known()
        if known is False:
            self._error(401, "TokenExpiredError", "Token has expired")
            return
        if known is None and self.state.gate:
            if self.state.gate == "html":
                self._send(200, CHALLENGE.encode(), "text/html; charset=utf-8")
            else:
                details = {"challengeUrl": "https://openreview.net/challenge?redirect=..."}
                self._error(403, "ChallengeRequiredError", "Challenge verification required", details)
            return
        if not self._spend("notes", 500):
            return
        if self.state.broken is not None:
            self._send(200, self.state.broken.encode(), "application/json")
            return
        limit, offset = int(query.get("limit", 1000)), int(query.get("offset", 0))
        if limit > 1000:
            self._error(400, "ValidationError", "limit must be <= 1000", {"path": "limit", "invalidValue": limit})
            return
        everything = self.state.v2 if version == "v2" else self.state.v1
        found = [note for note in everything if self._matches(version, note, query)]
        if "id" in query and not found:
            self._error(404, "NotFoundError", f"The Note {query['id']} was not found", {"path": "id"})
            return
        page = found[offset : offset + limit]
        if "details" not in query:
            page = [{name: value for name, value in note.items() if name != "details"} for note in page]
        data: dict[str, Any] = {"notes": page}
        if version == "v1" or "count" in query or "offset" in query:
            data["count"] = len(found)
        self._json(200, data, budget="notes")

    @staticmethod
    def _matches(version: str, note: dict[str, Any], query: dict[str, str]) -> bool:
        venue_id = note["content"].get("venueid")
        venue_id = venue_id.get("value") if isinstance(venue_id, dict) else venue_id
        if "id" in query and note["id"] != query["id"]:
            return False
        if "ids" in query and note["id"] not in query["ids"].split(","):
            return False
        if "content.venueid" in query and venue_id != query["content.venueid"]:
            return False
        if "invitation" in query:
            pattern = query["invitation"]
            return version == "v1" and bool(re.match(pattern, note.get("invitation", "")))
        return True

    def _groups(self, query: dict[str, str]) -> None:
        if not self._spend("groups", 700):
            return
        if query.get("id") == "venues":
            found = [{"id": "venues", "members": list(self.state.groups)}]
        elif query.get("id") in self.state.groups:
            found = [self.state.groups[query["id"]]]
        else:
            self._error(404, "NotFoundError", f"The Group {query.get('id')} was not found", {"path": "id"})
            return
        self._json(200, {"groups": found, "count": len(found)}, budget="groups")

    def _search(self, query: dict[str, str]) -> None:
        wanted = set(query.get("term", "").lower().split())
        found = [n for n in self.state.v2 if wanted & set(n["content"]["title"]["value"].lower().split())]
        self._json(200, {"notes": found[: int(query.get("limit", 10))], "count": len(found)})

    def _spend(self, kind: str, limit: int) -> bool:
        if self.state.budget <= 0:
            details = {"limit": limit, "remaining": 0, "resetTime": "2099-01-01T00:00:00.000Z", "used": limit + 1}
            self._error(429, "RateLimitError", f"Too many requests: surpassing the limit of {limit} requests", details)
            return False
        self.state.budget -= 1
        return True

    # --- arXiv

    def _arxiv(self, query: dict[str, str]) -> None:
        self.state.arxiv_times.append(time.monotonic())
        ids = query.get("id_list", "").split(",")
        if bad := next((i for i in ids if not re.match(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d+)?$", i)), None):
            self._send(400, atom_error(bad), "application/atom+xml")
        else:
            known = [(i, self.state.arxiv[i]) for i in ids if i in self.state.arxiv]
            self._send(200, atom_feed(known), "application/atom+xml")

    # --- answering

    def _error(self, status: int, name: str, message: str, details: dict[str, Any] | None = None) -> None:
        body = {
            "name": name,
            "message": f"{message} ({REQ})",
            "status": status,
            "details": {**(details or {}), "reqId": REQ},
        }
        self._json(status, body)

    def _json(self, status: int, data: Any, *, budget: str | None = None) -> None:
        headers = {}
        if budget:
            limit = {"notes": 500, "groups": 700}[budget]
            headers = {
                "ratelimit-policy": f"{limit};w=3600", "ratelimit-limit": str(limit),
                "ratelimit-remaining": str(self.state.budget), "ratelimit-reset": "2221",
            }  # fmt: skip
        self._send(status, json.dumps(data).encode(), "application/json; charset=utf-8", headers)

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


_FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><title>arXiv Query</title>
<opensearch:totalResults>{count}</opensearch:totalResults>{entries}</feed>"""


def atom_feed(papers: list[tuple[str, str]]) -> bytes:
    """An answer of the Atom API for these (id, title) pairs."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{arxiv_id}v2</id><title>{escape(title)}</title>"
        f"<published>2023-06-26T17:59:46Z</published><summary>\n  What it\n  finds.</summary>"
        f"<author><name>Emmy Noether</name></author><arxiv:comment>10 pages</arxiv:comment></entry>"
        for arxiv_id, title in papers
    )
    return _FEED.format(count=len(papers), entries=entries).encode()


def atom_error(bad: str) -> bytes:
    entry = (
        f"<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_{escape(bad)}</id><title>Error</title>"
        f"<summary>incorrect id format for {escape(bad)}</summary></entry>"
    )
    return _FEED.format(count=1, entries=entry).encode()
