"""The rows of a list of any length, of which only the pages near the screen are held."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from tui.rows import Row

PAGE = 50
"""Rows asked for at once: a screen of 60x20 shows 8, one of 200x60 shows 28, so a page is always one screen ahead."""

HELD = 40
"""Pages kept (2,000 rows); those not looked at for longest are let go, so a long scroll does not grow the program."""


class Pages:
    """Rows by index. Rows not loaded yet are None; `wanted` says which pages to fetch for a range of them."""

    def __init__(self, total: int = 0, *, exact: bool = True) -> None:
        self.total = total
        self.exact = exact
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._asked: set[int] = set()

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Pages:
        """A list that is known whole."""
        pages = cls(len(rows))
        for number in range((len(rows) + PAGE - 1) // PAGE):
            pages._pages[number] = tuple(rows[number * PAGE : (number + 1) * PAGE])
        pages._asked = set(pages._pages)
        pages._whole = True
        return pages

    _whole = False

    def __len__(self) -> int:
        return self.total

    def row(self, index: int) -> Row | None:
        """The row at `index`, or None when it is not loaded or does not exist."""
        number, at = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None or index < 0 or at >= len(page):
            return None
        self._pages.move_to_end(number)
        return page[at]

    def wanted(self, first: int, last: int) -> tuple[int, ...]:
        """Numbers of the pages to fetch so that rows `first`..`last` can be shown; each is named only once."""
        if self._whole or not self.total:
            return ()
        numbers = range(max(first, 0) // PAGE, min(last, self.total - 1) // PAGE + 1)
        missing = tuple(n for n in numbers if n not in self._pages and n not in self._asked)
        self._asked.update(missing)
        return missing

    def put(self, number: int, rows: Iterable[Row], total: int, *, exact: bool = True) -> None:
        """Page `number` has arrived. A short page ends the list there, whatever the total promised."""
        page = tuple(rows)
        self._asked.discard(number)
        self._pages[number] = page
        self._pages.move_to_end(number)
        self.total, self.exact = total, exact
        if len(page) < PAGE:
            end = number * PAGE + len(page)
            if end < self.total:
                self.total, self.exact = end, True
        while len(self._pages) > HELD and not self._whole:
            self._pages.popitem(last=False)

    def failed(self, number: int) -> None:
        """Page `number` could not be fetched: it may be asked for again."""
        self._asked.discard(number)

    def update(self, key: str, new: Row) -> None:
        """Replace the loaded rows of one record (its star or reading state changed)."""
        for number, page in self._pages.items():
            if any(row.key == key for row in page):
                self._pages[number] = tuple(new if row.key == key else row for row in page)

    def loaded(self) -> Iterable[tuple[int, Row]]:
        """(index, row) of all loaded rows, in order."""
        for number in sorted(self._pages):
            for at, row in enumerate(self._pages[number]):
                yield number * PAGE + at, row
