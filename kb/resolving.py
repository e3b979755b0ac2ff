"""The queue of unresolved links, drained within a budget: by `kb resolve`, and at the end of `kb refresh`.

Each service is asked in batches as large as it allows. A refusal (a login is wanted, the hour's budget is spent, the
host is down) ends that service's part of the run with one line; the rows keep waiting and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kb.errors import KBError
from kb.knowledge_base import KnowledgeBase
from kb.lookup import NEEDS_LOGIN, Counted, RefusedError, Services
from kb.models import Extraction
from kb.store import resolution
from kb.store.apply import PageInfo
from kb.store.resolution import Kind, Wanted
from kb.store.store import Store, utc_now
from scrapers.fetch import Fetcher, open_fetcher

DEFAULT_BUDGET = 200  # requests in one run: a fifth of what OpenReview and Crossref grant an hour, 10 minutes of arXiv
_SOON_S = 86_400.0
BATCH: dict[Kind, int] = {"arxiv": 100, "openreview": 100, "doi": 1, "page": 1}


@dataclass(slots=True)
class ResolveReport:
    """What a run did. `requests` were made; `resolved` rows got their paper, `unknown` ones are not known there,
    `refused` ones need a login, `waiting` ones are left for later. `errors` has one line for each service or page
    that failed, `notes` what the person can do; times are in seconds."""

    queued: int = 0
    requests: int = 0
    resolved: int = 0
    unknown: int = 0
    refused: int = 0
    waiting: int = 0
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    took_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The object of `kb resolve --json`."""
        return {
            "queued": self.queued, "requests": self.requests, "resolved": self.resolved, "unknown": self.unknown,
            "refused": self.refused, "waiting": self.waiting, "errors": list(self.errors),
            "notes": list(self.notes), "took_s": round(self.took_s, 3),
        }  # fmt: skip


def resolve(
    kb: KnowledgeBase,
    *,
    replay: Path | None = None,
    budget: int = DEFAULT_BUDGET,
    fetcher: Fetcher | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> ResolveReport:
    """Queue what is unresolved and look up as much of it as `budget` requests allow.

    The caller holds the writer lock (`kb.store.job`). Ctrl-C or a kill loses at most the batch that was being asked;
    `stopped` is looked at between two batches. What a replayed folder does not hold stays as it was.
    """
    began = time.perf_counter()
    now = datetime.now(UTC)
    report = ResolveReport(queued=resolution.enqueue(kb.store, now=now))
    resolution.settle(kb.store, now=now)
    if budget <= 0:
        report.waiting = _waiting(kb.store)
        return report
    opened = fetcher or open_fetcher(kb.store.home, replay=replay)
    try:
        counting = Counted(opened, budget)
        services = Services(counting, kb.store, replayed=replay is not None)
        drain(kb.store, services, report, counting, progress=progress, stopped=stopped)
    finally:
        if fetcher is None:
            opened.close()
    resolution.settle(kb.store, now=datetime.now(UTC))
    kb.store.link_changed()
    report.requests = counting.made
    report.waiting = _waiting(kb.store)
    report.took_s = time.perf_counter() - began
    return report


def _waiting(store: Store) -> int:
    return sum(states.get("waiting", 0) for states in resolution.counts(store).values())


def drain(
    store: Store,
    services: Services,
    report: ResolveReport,
    counting: Counted,
    *,
    progress: Callable[[int, int | None], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Look up what is due, service by service, until the budget is spent or the run is `stopped`."""
    token = services.openreview.token()
    if token is not None:
        resolution.reopen(store, "openreview", now=datetime.now(UTC))
        if token.left(time.time()) < _SOON_S:
            report.notes.append("The OpenReview login expires within a day; `kb login openreview` renews it")
    asked = 0
    for kind in resolution.KINDS:
        for rows in _batches(store, kind, counting):
            if stopped():
                return
            try:
                _one(store, services, kind, rows, report)
            except RefusedError as why:
                _refuse(store, kind, rows, why, report)
                break
            except KBError as why:  # the host cannot be reached, or is left alone for now
                now = datetime.now(UTC)
                resolution.finish(store, rows, "waiting", now=now, error=why.line())
                report.errors.append(f"{kind}: {why.line()}")
                break
            asked += len(rows)
            if progress:
                progress(asked, None)


def _batches(store: Store, kind: Kind, counting: Counted) -> Iterator[list[Wanted]]:
    seen: set[str] = set()
    while counting.left > 0:
        rows = [
            row
            for row in resolution.due(store, kind, now=datetime.now(UTC), limit=BATCH[kind] + len(seen))
            if row.key not in seen
        ][: BATCH[kind]]
        if not rows:
            return
        seen |= {row.key for row in rows}
        yield rows


def _one(store: Store, services: Services, kind: Kind, rows: Sequence[Wanted], report: ResolveReport) -> None:
    found = services.ask(kind, rows)
    now = datetime.now(UTC)
    refused = 0
    for row in rows:
        answer = found.get(row.key)
        if isinstance(answer, Extraction):
            store.apply(answer, PageInfo(answer.url, utc_now(), kind))
            if kind == "openreview":
                _join_reply(store, row, answer)
            resolution.finish(store, [row], "done", now=now)
            report.resolved += 1
        elif answer == NEEDS_LOGIN:
            resolution.finish(store, [row], "refused", now=now, error=answer)
            refused += 1
        elif answer is not None:
            resolution.finish(store, [row], "waiting", now=now, error=answer)
            report.errors.append(f"{row.key}: {answer}")
        elif not services.replayed:
            resolution.finish(store, [row], "unknown", now=now, error=f"{kind} does not know it, or it is not public")
            report.unknown += 1
    report.refused += refused
    if refused:
        report.notes.append(f"openreview: {refused} papers are waiting. {NEEDS_LOGIN}")


def _join_reply(store: Store, row: Wanted, answer: Extraction) -> None:
    """A page that linked to a reply meant its paper: the two records become one."""
    meant = answer.papers[0].openreview_id
    if meant is None or meant == row.key:
        return
    with store.transaction() as conn:
        found = conn.execute("SELECT id FROM papers WHERE openreview_id = ?", (meant,)).fetchone()
    if found and found[0] != row.paper_id and store.get(row.paper_id) is not None:
        store.edit(row.paper_id, {"openreview_id": meant})
        store.merge(found[0], row.paper_id)


def _refuse(store: Store, kind: Kind, rows: Sequence[Wanted], why: RefusedError, report: ResolveReport) -> None:
    now = datetime.now(UTC)
    # What else is due of this kind meets the same refusal: it is not asked, and not due before the service is
    rows = [*rows, *(row for row in resolution.due(store, kind, now=now, limit=100_000) if row not in rows)]
    if why.login:
        resolution.finish(store, rows, "refused", now=now, error=str(why))
        report.refused += len(rows)
    else:
        resolution.postpone(store, rows, until=why.until or now + timedelta(hours=1), now=now, error=str(why))
    report.errors.append(f"{kind}: {why} ({len(rows)} waiting)")
