"""What the gate has put on a request by the time a page of the journal sees it.

The gate belongs to `access`, which stands on the same rung and is not imported here. A page names the right it
needs as `access_rule`; the gate enforces it and sets `request.viewer` and `request.shell_context`.
"""

from collections.abc import Callable

from django.http import HttpRequest

from nianlun.journal import domain

READ_RIGHT = "journal.read"


class GatedRequest(HttpRequest):
    """A request that has passed the gate."""

    viewer: domain.Actor
    shell_context: Callable[[], dict[str, object]]
