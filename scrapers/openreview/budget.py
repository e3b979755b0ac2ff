"""The hourly budgets OpenReview grants, kept over restarts: what is spent is not asked for again."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time

from kb.home import write_atomically
from scrapers.openreview.errors import RateLimited

_POLICY = re.compile(r"(\d+);\s*w=(\d+)")


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget: how many requests are left until `reset_at` (seconds since 1970)."""

    limit: int
    remaining: int
    reset_at: float


class Budgets:
    """Budgets by account and kind of request (notes, groups, attachments), in one small file.

    What the server's headers say is the truth; between two answers each request is counted here.
    """

    def __init__(self, path: Path, *, now: Callable[[], float] = time) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()

    def known(self, account: str) -> dict[str, Budget]:
        """Budgets of an account whose hour has not passed."""
        prefix = f"{account}:"
        return {
            name.removeprefix(prefix): budget
            for name, budget in self._load().items()
            if name.startswith(prefix) and budget.reset_at > self._now()
        }

    def check(self, account: str, kind: str) -> None:
        """RateLimited when nothing is left of this hour's budget."""
        budget = self.known(account).get(kind)
        if budget and budget.remaining <= 0:
            when = datetime.fromtimestamp(budget.reset_at, UTC)
            raise RateLimited(
                f"OpenReview: this hour's {budget.limit} requests for {kind} are spent, again at {when:%H:%M} UTC",
                reset_at=budget.reset_at,
                hint="Run it again then",
            )

    def record(self, account: str, kind: str, headers: Mapping[str, str]) -> None:
        """Take over what an answer's headers say."""
        remaining = headers.get("ratelimit-remaining") or headers.get("x-ratelimit-remaining") or ""
        policy = _POLICY.search(headers.get("ratelimit-policy", ""))
        limit = (
            int(policy[1]) if policy else _number(headers.get("ratelimit-limit") or headers.get("x-ratelimit-limit"))
        )
        reset = _number(headers.get("ratelimit-reset"))
        reset_at = self._now() + reset if reset is not None else float(_number(headers.get("x-ratelimit-reset")) or 0)
        if not remaining.isdigit() or not reset_at:
            return
        with self._lock:
            budgets = self._load()
            budgets[f"{account}:{kind}"] = Budget(limit or int(remaining), int(remaining), reset_at)
            self._save(budgets)

    def spent(self, account: str, kind: str, reset_at: float | None) -> None:
        """Remember a refusal: nothing is left until `reset_at`, or for a minute when that is unknown."""
        with self._lock:
            budgets = self._load()
            old = budgets.get(f"{account}:{kind}")
            until = reset_at or self._now() + 60
            budgets[f"{account}:{kind}"] = Budget(old.limit if old else 0, 0, until)
            self._save(budgets)

    def _load(self) -> dict[str, Budget]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                str(name): Budget(int(b["limit"]), int(b["remaining"]), float(b["reset_at"]))
                for name, b in data.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}  # a damaged file costs one refused request, no more

    def _save(self, budgets: dict[str, Budget]) -> None:
        now = self._now()
        kept = {name: asdict(budget) for name, budget in budgets.items() if budget.reset_at > now}
        write_atomically(self._path, json.dumps(kept, indent=1), mode=0o600)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None
