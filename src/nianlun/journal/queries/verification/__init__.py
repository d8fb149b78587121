"""Proving the whole journal: every entry, leaf, tile and checkpoint, and the files outside the database."""

from nianlun.journal.queries.verification.report import LogReport
from nianlun.journal.queries.verification.whole import verify_log
from nianlun.journal.stretch import Fault

__all__ = ["Fault", "LogReport", "verify_log"]
