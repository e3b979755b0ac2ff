"""Logging: quiet by default, `--verbose` on stderr, `--log-file` as one JSON object a line."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from kb.text import clean


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"), "level": record.levelname.lower(),
            "logger": record.name, "message": record.getMessage(),
        }  # fmt: skip
        if record.exc_info:
            row["error"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


def configure(*, verbose: bool, log_file: Path | None) -> None:
    """Send the log of kb's own packages to stderr and, as JSON lines, to a file."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    if verbose:
        handler = logging.StreamHandler()
        handler.setFormatter(_Lines("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    if log_file:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        to_file = logging.FileHandler(log_file, encoding="utf-8")
        to_file.setFormatter(_JsonLines())
        root.addHandler(to_file)
