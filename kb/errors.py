"""Every error the knowledge base raises on purpose.

KBError                  one line for the person, with a way out; exit code 2 unless said otherwise
 +- UsageError           wrong use: unknown id, unknown setting, no such file
 +- ExtractionError      a document that cannot be read as what it says it is
 +- ModelError           an embedding model that is missing, damaged or of another kind
 +- FetchError           the network, or a page, said no
 +- StoreError           exit code 3: the knowledge base itself
     +- DamagedError     SQLite or a file of ours is broken
     +- NewerError       written by a newer version of the program
     +- LockedError      another writer is at work
"""

from __future__ import annotations


class KBError(Exception):
    """Base of all. `str(error)` names the value; `error.hint` is the way out, "" when there is none."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def line(self) -> str:
        """The message and its hint on one line, as the command line prints it."""
        text = " ".join(str(self).split())
        return f"{text}. {self.hint}" if self.hint else text


class UsageError(KBError):
    """The caller asked for something that does not exist or cannot be."""


class ExtractionError(KBError):
    """A document cannot be read: binary, empty, damaged, of an unknown kind."""


class ModelError(KBError):
    """An embedding model cannot be loaded or does not fit."""


class FetchError(KBError):
    """A URL could not be fetched. Subclasses in `scrapers.fetch` say why."""


class StoreError(KBError):
    """The knowledge base on disk cannot be used."""

    exit_code = 3


class DamagedError(StoreError):
    """A file of the knowledge base is not what was written."""


class NewerError(StoreError):
    """The knowledge base was written by a newer version of the program."""


class LockedError(StoreError):
    """Another process is writing."""
