"""The OpenReview API, both versions, over a `Fetcher`. Thin: it asks and pages; `parse` reads the answers."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any, Literal

from scrapers.fetch import Fetched, Fetcher
from scrapers.openreview.budget import Budgets
from scrapers.openreview.errors import (
    ChallengeRequired,
    LoginRejected,
    MfaPending,
    NotFound,
    OpenReviewError,
    RateLimited,
    TokenExpired,
    Unreadable,
    payload,
)
from scrapers.openreview.parse import is_public
from scrapers.openreview.token import LIFE_S, Token, TokenFile, claims_of
from scrapers.plain import listed

Version = Literal["v2", "v1"]
HOSTS: Mapping[Version, str] = {"v2": "https://api2.openreview.net", "v1": "https://api.openreview.net"}
PAGE = 1_000  # the most notes one call gives; 1001 is refused
IDS_A_CALL = 100  # ids in one address: about 1,200 characters
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue's group. `version` says on which API its notes are; the names are empty where the group has none."""

    id: str
    version: Version
    title: str = ""
    subtitle: str = ""
    website: str = ""
    start_date: str = ""


class OpenReview:
    """Asks OpenReview for groups and notes, with the stored token when there is one.

    Every refusal is an `OpenReviewError` of its own type; an empty list is only ever an empty list. `api_hosts` are
    the two services; `known_venues` are ids to suggest from before OpenReview is asked for all of them; `now` is the
    clock, in seconds since 1970.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        home: Path,
        *,
        api_hosts: Mapping[Version, str] = HOSTS,
        known_venues: Sequence[str] = (),
        now: Callable[[], float] = time,
    ) -> None:
        self._fetcher, self._hosts, self._now = fetcher, api_hosts, now
        self._known_venues = known_venues
        self.tokens = TokenFile(home, now=now)
        self.budgets = Budgets(home / "openreview-budgets.json", now=now)
        self.calls = 0
        self._venues: tuple[str, ...] | None = None

    # --- login

    def login(self, user: str, password: str) -> Token:
        """Log in and keep the token. LoginRejected, MfaPending, RateLimited (3 a minute) say why not."""
        body = {"id": user, "password": password, "expiresIn": LIFE_S}
        answer = self._fetcher.request("POST", f"{self._hosts['v2']}/login", json=body)
        self.calls += 1
        try:
            data = payload(answer, now=self._now())
        except (RateLimited, Unreadable, ChallengeRequired):
            raise
        except OpenReviewError as why:
            # 400 and 401 both mean this here; the message is the server's, and never repeats the password
            raise LoginRejected(
                f"OpenReview does not accept this user and password for {user}", hint="Check them at openreview.net"
            ) from why
        if data.get("mfaPending"):
            methods = ", ".join(str(m) for m in listed(data.get("mfaMethods"))) or "unknown"
            raise MfaPending(
                f"This account wants a second factor ({methods})",
                hint="Log in with the browser and paste the token: `kb login openreview --token`",
            )
        text = data.get("token")
        if not isinstance(text, str) or not text:
            raise Unreadable("OpenReview's answer to the login holds no token", hint="Try again later")
        expires = (claims_of(text) or {}).get("exp")
        token = Token(text, user, float(expires) if isinstance(expires, (int, float)) else self._now() + LIFE_S)
        self.tokens.save(token)
        return token

    def token(self) -> Token | None:
        """The stored token while it lives."""
        token = self.tokens.load()
        return token if token and token.left(self._now()) > 0 else None

    @property
    def account(self) -> str:
        token = self.token()
        return token.user if token else ANONYMOUS

    # --- groups

    def venue(self, venue_id: str) -> Venue:
        """A venue by id. NotFound suggests the nearest known ids, as case and spelling vary."""
        try:
            data = self._get("v2", "/groups", {"id": venue_id})
        except NotFound as why:
            raise self._no_venue(venue_id) from why
        groups = _listed(data, "groups")
        if not groups:
            raise self._no_venue(venue_id)
        group = groups[0]
        raw = group.get("content")
        content: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}

        def text(name: str) -> str:
            value = content.get(name)
            value = value.get("value") if isinstance(value, Mapping) else value
            return value if isinstance(value, str) else ""

        # `domain` tells where the notes are: by venue, the wrong host answers with an empty list, not an error
        version: Version = "v2" if group.get("domain") else "v1"
        return Venue(venue_id, version, text("title"), text("subtitle"), text("website"), text("start_date"))

    def venue_ids(self) -> tuple[str, ...]:
        """Ids of all venues, by one anonymous call, kept for this client's life."""
        if self._venues is None:
            groups = _listed(self._get("v2", "/groups", {"id": "venues"}), "groups")
            members = groups[0].get("members") if groups else None
            self._venues = tuple(m for m in listed(members) if isinstance(m, str))
        return self._venues

    def _no_venue(self, venue_id: str) -> NotFound:
        near = nearest(venue_id, self._known_venues)
        if not near or near[0].casefold() != venue_id.casefold():
            with suppress(OpenReviewError):  # the suggestion is a courtesy
                near = nearest(venue_id, self.venue_ids()) or near
        hint = f"Near it: {', '.join(near)}" if near else "Venue ids look like ICML.cc/2024/Workshop/AI4Science"
        return NotFound(f"OpenReview has no venue '{venue_id}'", hint=hint)

    # --- notes

    def notes_of(self, venue: Venue, *, replies: bool = False) -> Iterator[dict[str, Any]]:
        """The public notes of a venue, 1,000 a call: on v2 the accepted ones, on v1 all submissions with decisions."""
        if venue.version == "v2":
            params: dict[str, str | int] = {"content.venueid": venue.id, "sort": "number:asc", "count": "true"}
            if replies:
                params["details"] = "replies"
        else:
            # A prefix: blind, open and workshop submissions are named differently. Decisions come as replies
            params = {"invitation": f"{venue.id}/-/.*", "details": "directReplies"}
        yield from self._paged(venue.version, params)

    def notes_by_id(self, ids: Sequence[str], *, replies: bool = False) -> dict[str, dict[str, Any]]:
        """Notes by id, looked up on v2 and then on v1; the id of a reply leads to its forum's note.

        The answer maps each id asked for to its note; ids that are unknown, or not public, are left out.
        """
        found = self._by_id(list(dict.fromkeys(ids)), replies)
        forums = {
            asked: forum
            for asked, note in found.items()
            if isinstance(forum := note.get("forum"), str) and forum != note.get("id")
        }
        parents = self._by_id(sorted({*forums.values()} - found.keys()), replies) if forums else {}
        for asked, forum in forums.items():
            parent = parents.get(forum) or found.get(forum)
            if parent is None:
                del found[asked]  # the reply is public, its paper is not
            else:
                found[asked] = parent
        return found

    def _by_id(self, ids: list[str], replies: bool) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for version in ("v2", "v1"):
            missing = [note_id for note_id in ids if note_id not in found]
            for start in range(0, len(missing), IDS_A_CALL):
                some = missing[start : start + IDS_A_CALL]
                params: dict[str, str | int] = {"id": some[0]} if len(some) == 1 else {"ids": ",".join(some)}
                if replies or version == "v1":
                    params["details"] = "replies" if replies else "directReplies"
                try:
                    notes = _listed(self._get(version, "/notes", params), "notes")
                except NotFound:
                    continue
                found |= {str(note.get("id")): note for note in notes if is_public(note)}
        return found

    def search(self, title: str, *, venue_id: str | None = None, limit: int = 10) -> list[dict[str, Any]]:
        """Notes whose title reads like this one: the look-up that needs no login."""
        params: dict[str, str | int] = {
            "term": title[:300],
            "type": "terms",
            "content": "title",
            "source": "forum",
            "limit": limit,
        }
        if venue_id:
            params["group"] = venue_id
        return [note for note in _listed(self._get("v2", "/notes/search", params), "notes") if is_public(note)]

    def _paged(self, version: Version, params: dict[str, str | int]) -> Iterator[dict[str, Any]]:
        offset = 0
        before: list[object] = []
        while True:
            data = self._get(version, "/notes", {**params, "limit": PAGE, "offset": offset})
            notes = _listed(data, "notes")
            ids = [note.get("id") for note in notes]
            if ids and ids == before:
                raise Unreadable("OpenReview gave the same page of notes twice", hint="Try again later")
            before = ids
            yield from (note for note in notes if is_public(note))
            offset += len(notes)
            count = data.get("count")
            if len(notes) < PAGE or (isinstance(count, int) and offset >= count):
                return

    # --- asking

    def _get(self, version: Version, path: str, params: Mapping[str, str | int]) -> dict[str, Any]:
        token = self.token()
        account, kind = token.user if token else ANONYMOUS, path.split("/")[1]
        self.budgets.check(account, kind)
        headers = {"Authorization": f"Bearer {token.text}"} if token else {}
        answer = self._fetcher.request("GET", f"{self._hosts[version]}{path}", params=params, headers=headers)
        self.calls += 1
        self.budgets.record(account, kind, answer.headers)
        return self._read(answer, account, kind)

    def _read(self, answer: Fetched, account: str, kind: str) -> dict[str, Any]:
        try:
            return payload(answer, now=self._now())
        except RateLimited as why:
            self.budgets.spent(account, kind, why.reset_at)
            raise
        except ChallengeRequired as why:
            stored = self.tokens.load()
            if stored and stored.left(self._now()) <= 0:
                raise TokenExpired("The OpenReview login has expired", hint="Log in: `kb login openreview`") from why
            raise


def _listed(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list an answer must hold: its absence is an error, not an empty list."""
    found = data.get(name)
    if not isinstance(found, list):
        raise Unreadable(f"OpenReview's answer holds no '{name}'", hint="Try again later")
    return [item for item in found if isinstance(item, dict)]


def nearest(venue_id: str, known: Sequence[str], *, limit: int = 3) -> list[str]:
    """Known venue ids a mistyped one may mean: equal but for case first, then alike in spelling."""
    folded = venue_id.casefold().strip("/")
    same = [name for name in known if name.casefold() == folded]
    if same:
        return same[:limit]
    by_fold = {name.casefold(): name for name in known}
    return [by_fold[name] for name in difflib.get_close_matches(folded, by_fold, n=limit, cutoff=0.75)]
