"""Trains a static embedding model on papers: `python -m index.training --help`. Needs the extra `models`."""
