"""Labels for jump mode: a letter or two for everything on screen that can be gone to."""

from __future__ import annotations

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The home row first. Escape, not a letter, leaves jump mode."""


def labels(count: int) -> list[str]:
    """`count` labels of equal length, so that no label is the beginning of another; at most 676."""
    if count <= len(LETTERS):
        return list(LETTERS[:count])
    pairs = [first + second for first in LETTERS for second in LETTERS]
    return pairs[: min(count, len(pairs))]
