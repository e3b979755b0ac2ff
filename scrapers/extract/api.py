"""The one way in: bytes of any kind become an `Extraction`, or an `ExtractionError`."""

from __future__ import annotations

from kb.errors import ExtractionError
from kb.models import Extraction
from scrapers.extract import registry
from scrapers.extract.registry import RawDocument


def extract(body: bytes, *, url: str, content_type: str | None = None, filename: str | None = None) -> Extraction:
    """Read the facts of one document.

    `url` is where it was published ("" when unknown); relative links are resolved against it. `content_type` is the
    HTTP header, `filename` the name of the file: both are hints, what the bytes look like counts more. Raises
    `ExtractionError` when no reader can make sense of them.
    """
    document = RawDocument(body=body, url=url, content_type=content_type or "", filename=filename or "")
    if not body.strip():
        raise ExtractionError(f"{document.label} is empty", hint="Nothing was read; fetch it again or leave it out")
    reader = registry.best_reader(document)
    if reader is None:
        raise ExtractionError(
            f"{document.label} is of a kind that cannot be read",
            hint="HTML, PDF, Markdown with front matter, YAML, JSON and plain text of slides can",
        )
    try:
        return reader.read(document)
    except ExtractionError:
        raise
    except Exception as why:
        # Readers come from other packages too, and bytes are hostile: one that trips must not take the whole run with
        # it. The cause stays attached.
        raise ExtractionError(f"{document.label} could not be read by {reader.name}: {type(why).__name__}") from why
