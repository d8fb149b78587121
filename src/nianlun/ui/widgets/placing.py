"""Where labels and bars go so that none lies on another."""

from collections.abc import Sequence


def rows_of(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For half-open spans sorted by their start, the first row in which each is free of those before it."""
    free: list[float] = []
    rows = []
    for since, until in spans:
        row = next((index for index, end in enumerate(free) if end <= since), len(free))
        if row == len(free):
            free.append(until)
        else:
            free[row] = until
        rows.append(row)
    return rows


def stairs(xs: Sequence[float], widths: Sequence[float], *, most: int) -> list[int | None]:
    """Rows for labels that stand right of a stem at `xs` (ascending), each `widths` wide; None where there is no room.

    A stem reaches down to its own row. Going from right to left, a label goes below every stem it would cross, so
    that no label lies on another label or on a stem. Widths of 0 have neither stem nor label.
    """
    rows: list[int | None] = [None] * len(xs)
    for at in range(len(xs) - 1, -1, -1):
        if not widths[at]:
            continue
        crossed = [
            row
            for other in range(at + 1, len(xs))
            if xs[other] < xs[at] + widths[at] and (row := rows[other]) is not None
        ]
        row = max(crossed, default=-1) + 1
        rows[at] = row if row < most else None
    return rows
