"""Rows that leave the house as a file: asked for, agreed to beyond the limit, fetched once (S3.5).

A component offers a list by one call when it starts:

    offer("cases.worklist", label="办件", right=Right.CASE_READ, headings=("编号", "事项"), rows=worklist_rows)

`rows(viewer, filters, limit)` gives what that viewer may see, narrowed by the filters of the address, as it would for
the page; numbers stay masked. A link to `desk:export-new` with `list=desk.people` and the filters does the rest.
"""

from nianlun.watch.exports.asking import ask, count, decide, is_number
from nianlun.watch.exports.fetching import Fetched, fetch, sweep
from nianlun.watch.exports.making import MAKE, give_up, make
from nianlun.watch.exports.offering import NoSuchList, Offered, offer, offered
from nianlun.watch.exports.reading import ExportLine, count_waiting, own, waiting

__all__ = [
    "MAKE",
    "ExportLine",
    "Fetched",
    "NoSuchList",
    "Offered",
    "ask",
    "count",
    "count_waiting",
    "decide",
    "fetch",
    "give_up",
    "is_number",
    "make",
    "offer",
    "offered",
    "own",
    "sweep",
    "waiting",
]
