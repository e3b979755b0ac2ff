"""Documents become facts: a pure function of bytes, with no network and no state.

`extract` tells what the bytes are and hands them to a document reader (HTML here, PDF and sources in
`scrapers.extract.documents`); HTML pages are read by page extractors, one for each pattern sites are built in.
Both come through the entry-point group `kb.scrapers` (see `scrapers.extract.registry`).
"""

from scrapers.extract.api import extract
from scrapers.extract.contract import to_contract, to_json

__all__ = ["extract", "to_contract", "to_json"]
