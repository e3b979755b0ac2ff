"""What leaves the screen for good: records written to a file, and corrections written into the knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from kb.errors import UsageError
from kb.models import Record
from tui.places import Place
from tui.ports import Library
from tui.screens.ask import Ask
from tui.screens.menu import Menu
from tui.screens.sources import Refreshing

FORMATS = {
    "b": ("BibTeX", "bibtex", "bib"),
    "c": ("CSL-JSON", "csl", "json"),
    "m": ("Markdown", "markdown", "md"),
    "v": ("CSV", "csv", "csv"),
    "j": ("JSON lines", "jsonl", "jsonl"),
}

EXPORT_LIMIT = 1_000
"""Records of a search that are written: a reference list, not a copy of the knowledge base (`kb export` is that)."""

FIELDS = {
    "paper": ("title", "abstract", "venue", "year", "url", "pdf", "doi", "arxiv_id"),
    "talk": ("title", "summary", "start"),
    "person": ("name", "homepage", "orcid", "bio"),
    "event": ("name", "venue", "year", "dates", "place", "url"),
}
"""Fields of a record that a reader may correct here, in the order of the menu."""


class Keeping(Refreshing):
    """Adds export and correction."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "export", "Export the list to a file", show=False, id="export"),
        Binding("E", "correct", "Correct a field", show=False, id="correct"),
    ]

    @work(group="asking")
    async def action_export(self) -> None:
        """Write the record under the cursor, or all that the place lists, to a file."""
        row, place = self.row, self.place
        listed = [found.record for _, found in self.rows.pages.loaded() if found.record is not None]
        if row is None or not listed:
            self.app.complain("There is nothing to export here")
            return
        scopes = [("a", "all that is listed"), ("1", "this record")][: 2 if row.record is not None else 1]
        scope = await self.app.push_screen_wait(Menu("Export", scopes))
        if scope is None:
            return
        choices = [(letter, name) for letter, (name, _, _) in FORMATS.items()]
        letter = await self.app.push_screen_wait(Menu("Export as", choices))
        if letter is None:
            return
        name, form, suffix = FORMATS[letter]
        answer = await self.app.push_screen_wait(Ask(f"Write {name} to", value=f"kb-export.{suffix}"))
        if not answer:
            return
        path = Path(answer).expanduser()
        one = row.record if scope == "1" else None
        count = await self.ask(
            lambda library: _export(library, place, [one] if one else listed, form, path, one is None)
        )
        if count is not None:
            self.app.tell(f"{count} record{'' if count == 1 else 's'} written to {path}")

    @work(group="asking")
    async def action_correct(self) -> None:
        """Ask for a field and its right value; corrections outlive every refresh."""
        row = self.row
        if row is None or row.record is None:
            return
        record, fields = row.record, FIELDS[row.record.kind]
        choices = [(str(number), field) for number, field in enumerate(fields, 1)]
        number = await self.app.push_screen_wait(Menu("Correct", choices))
        if number is None:
            return
        field = fields[int(number) - 1]
        before = getattr(record, field, None)
        question = Ask(f"The right {field}", value="" if before is None else str(before), hint="Empty: there is none")
        answer = await self.app.push_screen_wait(question)
        if answer is None or answer == str(before or ""):
            return
        done = await self.ask(lambda library: library.edit(record.id, **{field: answer or None}))
        if done is not None:
            self.app.tell(f"{field.capitalize()} corrected; no refresh will change it back")
            self.action_reload()


def _export(library: Library, place: Place, listed: list[Record], form: str, path: Path, whole: bool) -> int:
    """Write records to a new file; returns how many. Runs on the desk's thread."""
    from kb.export import write

    records = listed
    if whole and place.tab == "search" and place.record is None and place.query.strip():
        result = library.search(place.query, limit=EXPORT_LIMIT, mode=place.mode, sort=place.sort)
        records = [hit.record for hit in result.hits]
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            write(records, form, stream)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already", hint="Give another name") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint="Give another name") from error
    return len(records)
