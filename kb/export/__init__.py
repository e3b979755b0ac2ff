"""Records leave the knowledge base: BibTeX, CSL-JSON, RIS, CSV, JSON lines, Markdown."""

from kb.export.formats import FORMATS, write

__all__ = ["FORMATS", "write"]
