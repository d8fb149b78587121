"""What is still wanted of the papers that were asked for (补正). No database, no clock."""

from collections.abc import Iterable, Mapping


def still_missing(asked: Mapping[str, object], *, taken: Iterable[Mapping[str, object]]) -> list[str]:
    """The requirements asked for of which no paper has been taken since; what came before was not good enough.

    Both are what the history keeps: with the asking, and with each paper taken after it.
    """
    there = {one.get("requirement") for one in taken}
    wanted = asked.get("missing")
    return [code for code in wanted if code not in there] if isinstance(wanted, list) else []
