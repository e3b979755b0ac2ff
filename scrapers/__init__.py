"""Sources become facts: fetching, archiving and extraction."""
