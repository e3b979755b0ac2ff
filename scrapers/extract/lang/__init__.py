"""What words mean on conference pages: names, affiliations, titles, section headings, times, meetings. No HTML."""
