"""The token of an OpenReview account: a file only its owner may read, never printed and never logged."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import time

from kb.errors import UsageError
from kb.home import write_atomically

FILE = "openreview-token.json"
LIFE_S = 7 * 86_400  # what OpenReview grants at most


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token. Its text is left out of `repr`, so no traceback or log shows it."""

    text: str = field(repr=False)
    user: str
    expires_at: float  # seconds since 1970

    def left(self, now: float) -> float:
        """Seconds of life; negative once it is over."""
        return self.expires_at - now


class TokenFile:
    """Where the token is kept: `openreview-token.json` in the home folder, mode 0600."""

    def __init__(self, home: Path, *, now: Callable[[], float] = time) -> None:
        self.path = home / FILE
        self._now = now

    def load(self) -> Token | None:
        """The stored token, also an expired one; None when there is none or the file is damaged."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            token = Token(str(data["token"]), str(data["user"]), float(data["expires_at"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return token if token.text else None

    def save(self, token: Token) -> None:
        data = {"token": token.text, "user": token.user, "expires_at": token.expires_at}
        write_atomically(self.path, json.dumps(data), mode=0o600)

    def remove(self) -> bool:
        """Forget the token; False when there was none."""
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return False
        return True

    def accept(self, text: str) -> Token:
        """Keep a token the user pasted. UsageError when it is none, or is already over."""
        text = text.strip().removeprefix("Bearer ").strip()
        claims = claims_of(text)
        if claims is None:
            raise UsageError(
                "That is not an OpenReview token", hint="It has three parts joined by dots: eyJ....eyJ....x"
            )
        expires = claims.get("exp")
        now = self._now()
        token = Token(
            text, user_of(claims) or "?", float(expires) if isinstance(expires, (int, float)) else now + LIFE_S
        )
        if token.left(now) <= 0:
            raise UsageError("That token has expired", hint="Log in at openreview.net and copy the new one")
        self.save(token)
        return token


def claims_of(token: str) -> dict[str, object] | None:
    """What a JSON web token says about itself (not verified: only the server can); None when it is none."""
    parts = token.split(".")
    if len(parts) != 3 or not all(parts) or any(c.isspace() or not c.isascii() for c in token):
        return None
    try:
        data = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return None
    return data if isinstance(data, dict) else None


def user_of(claims: dict[str, object]) -> str | None:
    """The account's id in the claims: its e-mail address or profile."""
    user = claims.get("user")
    found = user.get("id") if isinstance(user, dict) else claims.get("sub") or claims.get("id")
    return found if isinstance(found, str) else None
