"""Everything that is not an HTML page: Markdown with front matter, data files, BibTeX, slides as PDF or text."""
