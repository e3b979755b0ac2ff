"""Bulk lists of papers: each format a module, one way in.

`read_papers(path)` tells the format by content and yields a `PaperFact` for each row, or a `BadRow` with its line.
"""

from scrapers.importers.bad_row import BadRow
from scrapers.importers.reader import FORMATS, read_papers

__all__ = ["FORMATS", "BadRow", "read_papers"]
