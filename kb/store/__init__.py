"""SQLite is the truth: schema, migrations, the writer lock, and the only SQL over `kb.db`."""

from kb.store.store import Store, open_store

__all__ = ["Store", "open_store"]
