"""Screens as SVG pictures that two runs of one program draw alike."""

from __future__ import annotations

import re

from textual.app import App

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.S)
_NUMBERS = re.compile(r"terminal-\d+")


def picture(app: App[None]) -> str:
    """The screen as SVG, without fonts from elsewhere and without the number Rich gives every picture."""
    svg = app.export_screenshot(title="kb tui", simplify=True)
    svg = _NUMBERS.sub("kb", _FONT_FACE.sub("", svg))
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"
