"""The themes of the program: Textual's own, and one for readers who need contrast."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

DEFAULT = "textual-dark"

SHORT_NAMES = {"dark": "textual-dark", "light": "textual-light", "contrast": "high-contrast"}
"""Short names that the setting `theme` also takes."""

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8080",
    success="#00ff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
    # Muted text is the one place where a theme lowers contrast on purpose; here it is white as well.
    variables={
        "kb-dim": "#ffffff",
        "kb-cursor": "#00407a",
        "text-muted": "#ffffff",
        "text-disabled": "#d0d0d0",
        "text-primary": "#ffff00",
        "text-secondary": "#00ffff",
        "text-accent": "#ffff00",
        "text-warning": "#ffff00",
        "text-success": "#00ff00",
        "text-error": "#ff8080",
    },
)
"""Every text has at least 7:1 against its background (WCAG AAA)."""


def theme_name(wanted: str) -> str:
    """The full name of a theme; "" stays ""."""
    return SHORT_NAMES.get(wanted, wanted)


def own_variables(theme: Theme, variables: dict[str, str]) -> dict[str, str]:
    """The program's own two colours in a theme that does not set them: `kb-dim` for what is read second, `kb-cursor`
    behind the row under the cursor. Blended here, because text styles know no transparency."""
    if theme.ansi:
        return {"kb-dim": "ansi_bright_black", "kb-cursor": "ansi_blue", **variables}
    background = Color.parse(variables["background"])
    dim = background.blend(Color.parse(variables["foreground"]), 0.65)
    cursor = background.blend(Color.parse(variables["primary"]), 0.4)
    return {"kb-dim": dim.hex, "kb-cursor": cursor.hex, **variables}
