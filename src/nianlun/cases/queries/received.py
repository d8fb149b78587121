"""Every case in sight in the order of their entry, for programs that follow what has become of it."""

from nianlun.access.domain import Viewer
from nianlun.cases.domain.flow import State
from nianlun.cases.queries.lines import CaseLine, case_line
from nianlun.cases.queries.one import case_numbered
from nianlun.cases.queries.sight import visible


def cases_received(
    viewer: Viewer,
    *,
    state: State | None = None,
    type_code: str = "",
    after: str = "",
    limit: int = 50,
) -> list[CaseLine]:
    """The cases in the viewer's sight, the last entered first, from the one after the number `after` on.

    Raises `NotVisible` for a number that is not in sight.
    """
    rows = visible(viewer)
    if state is not None:
        rows = rows.filter(state=state.value)
    if type_code:
        rows = rows.filter(type=type_code)
    if after:
        rows = rows.filter(pk__lt=case_numbered(viewer, after))
    rows = rows.select_related("holder").order_by(
        "-pk"
    )  # ids tell the time, and have the only index for all
    return [case_line(row) for row in rows[:limit]]
