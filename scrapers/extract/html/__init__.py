"""HTML pages: a parsed page as lines in document order, and the patterns that read facts from them."""
