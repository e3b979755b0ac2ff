"""What of a paper or talk is given to a model."""

from __future__ import annotations

# A title says what a text is about better than any other dozen of its words. Said three times it gained .005 nDCG@10
# on the mean of four judged sets, once or twice less.
TITLE_TIMES = 3


def document_text(title: str, text: str) -> str:
    """Title and text of a document as one text to embed; "" when it has neither."""
    return "\n".join([part for part in [title] * TITLE_TIMES + [text] if part.strip()])
