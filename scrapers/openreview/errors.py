"""Why OpenReview gave no answer. Each is its own type, because each has its own way out.

FetchError (kb.errors)
 +- OpenReviewError
     +- ChallengeRequired   the browser check in front of anonymous listings, as 403 JSON or as 200 HTML
     +- LoginRejected       wrong user or password
     +- MfaPending          the account wants a second factor: a pasted token goes on
     +- TokenExpired        401: the stored token is too old
     +- Forbidden           403: this account may not see it
     +- NotFound            404: no such note or group, or not public
     +- RateLimited         429, or the stored hourly budget is spent; `.reset_at`
     +- Unreadable          neither JSON nor the challenge: a gateway's page, half an answer
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kb.errors import FetchError

if TYPE_CHECKING:
    from scrapers.fetch import Fetched

LOGIN_HINT = "`kb login openreview` uses your own account; `kb import papers` and the conference sites need none"


class OpenReviewError(FetchError):
    """OpenReview answered, but not with what was asked for."""


class ChallengeRequired(OpenReviewError):
    """OpenReview asks whoever is not logged in for a browser check. It is not tried again and not got round."""


class LoginRejected(OpenReviewError):
    """The user name or the password is wrong."""


class MfaPending(OpenReviewError):
    """The password is right and a second factor is wanted."""


class TokenExpired(OpenReviewError):
    """The token is too old or was withdrawn."""


class Forbidden(OpenReviewError):
    """Not for this account."""


class NotFound(OpenReviewError):
    """No such thing, as far as this account can see."""


class RateLimited(OpenReviewError):
    """Too many requests. `reset_at` is when the next one is allowed, in seconds since 1970, None when unknown."""

    def __init__(self, message: str, *, reset_at: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reset_at = reset_at


class Unreadable(OpenReviewError):
    """The answer is not what the API gives."""


def payload(answer: Fetched, *, now: float) -> dict[str, Any]:
    """The JSON object of an answer, or the error that the answer is. Content decides, not the status alone."""
    head = answer.body[:2_000].lstrip()
    if head.startswith(b"<"):
        if answer.status in (200, 403) and re.search(rb"verifying your browser|challenge", head, re.IGNORECASE):
            raise _challenge()
        raise Unreadable(f"OpenReview sent a web page instead of data (status {answer.status})", hint="Try again later")
    try:
        data = answer.json()
    except ValueError as why:
        if answer.status == 404 and not answer.body:
            raise NotFound(f"{_path(answer)} is not there") from why
        raise Unreadable(
            f"OpenReview sent something that is not JSON (status {answer.status}, {len(answer.body)} bytes)",
            hint="Try again later",
        ) from why
    if not isinstance(data, dict):
        raise Unreadable(f"OpenReview sent a {type(data).__name__} where an object belongs", hint="Try again later")
    if answer.status >= 400 or ("name" in data and str(data["name"]).endswith("Error")):
        raise _error(answer, data, now)
    return data


def _challenge() -> ChallengeRequired:
    return ChallengeRequired("OpenReview asks for a login", hint=LOGIN_HINT)


def _path(answer: Fetched) -> str:
    return answer.url.split("://", 1)[-1].split("?")[0]


def _error(answer: Fetched, data: dict[str, Any], now: float) -> OpenReviewError:
    name = str(data.get("name", ""))
    # The message ends with the request's id in brackets, which helps nobody here
    message = re.sub(r"\s*\(\d{4}-\d\d-\d\d-\d+\)\s*$", "", str(data.get("message", "")))[:300]
    details = data.get("details")
    details = details if isinstance(details, dict) else {}
    if name == "ChallengeRequiredError" or "challengeUrl" in details:
        return _challenge()
    if name == "TokenExpiredError" or answer.status == 401:
        return TokenExpired("OpenReview does not take the stored token any more", hint="Log in: `kb login openreview`")
    if name == "RateLimitError" or answer.status == 429:
        reset = reset_of(details, answer, now)
        when = f", again at {datetime.fromtimestamp(reset, UTC):%H:%M} UTC" if reset else ""
        return RateLimited(
            f"OpenReview: the budget of requests is spent{when}", reset_at=reset, hint="Run it again then"
        )
    if name == "NotFoundError" or answer.status == 404:
        return NotFound(f"OpenReview: {message or _path(answer) + ' is not there'}")
    if name == "ForbiddenError" or answer.status == 403:
        return Forbidden(f"OpenReview: {message or 'not allowed'}", hint=LOGIN_HINT)
    return OpenReviewError(f"OpenReview: {message or f'status {answer.status}'}")


def reset_of(details: dict[str, Any], answer: Fetched, now: float) -> float | None:
    """When the budget is full again, from the error's `resetTime` or the headers."""
    if isinstance(text := details.get("resetTime"), str):
        try:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
        except ValueError:
            pass
    for header, base in (("x-ratelimit-reset", 0.0), ("ratelimit-reset", now), ("retry-after", now)):
        value = answer.headers.get(header, "")
        if value.isdigit():
            return base + int(value)
    return None
