"""The periodic job, and reading the archive again.

A run plans, fetches, extracts, resolves, stores, indexes and reports. It may be killed at any moment: a page is kept
in the archive before anything is made of it, its facts and the note that it was read are one transaction, and the
next run takes up what was left.
"""

from kb.refresh.job import Silent, Watcher, plan, refresh
from kb.refresh.reparse import reparse
from kb.refresh.report import RefreshReport, SourceReport

__all__ = ["RefreshReport", "Silent", "SourceReport", "Watcher", "plan", "refresh", "reparse"]
