"""What a page extractor answers: facts together with the lines of the page they were read from."""

from __future__ import annotations

from dataclasses import dataclass

from kb.models import EventFact, PaperFact, PersonFact, TalkFact


@dataclass(frozen=True, slots=True)
class Reading:
    """One extractor's reading of the lines `start` to `stop` (exclusive) of a page.

    `score` (0..1) is how well the reading explains these lines. Of two readings that overlap the one with the
    higher score is kept. `exclusive=False` marks a reading that claims no lines (a page's metadata): it is merged.
    """

    start: int
    stop: int
    score: float
    talks: tuple[TalkFact, ...] = ()
    people: tuple[PersonFact, ...] = ()
    papers: tuple[PaperFact, ...] = ()
    event: EventFact | None = None
    notes: tuple[str, ...] = ()
    exclusive: bool = True

    @property
    def size(self) -> int:
        """Number of facts."""
        return len(self.talks) + len(self.people) + len(self.papers)
