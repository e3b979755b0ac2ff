"""Completion in the search box: field names, and the values they have in this knowledge base."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.suggester import Suggester

from tui.narrow import FIXED_VALUES, being_typed, complete

Values = Callable[[str, str], Awaitable[Sequence[str]]]


class QuerySuggester(Suggester):
    """Suggests the rest of a field name or value. `values(field, begun)` is asked only where the answer varies."""

    def __init__(self, values: Values) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        typed = being_typed(value)
        if typed is None:
            return complete(value, ())
        _, field, begun = typed
        known = FIXED_VALUES.get(field)
        return complete(value, known if known is not None else await self._values(field, begun))
