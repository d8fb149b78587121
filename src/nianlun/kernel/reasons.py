"""A stated reason: free words that have to say something. Each component refuses in its own way."""

SHORTEST = 4
"""Characters: “同上” and “无” say nothing, “重复立案” does. Our own number."""


def tidied(text: str, *, what: str, example: str = "", longest: int = 2000) -> str:
    """The reason for `what` with its spaces tidied, cut at `longest`.

    Raises `ValueError` with a Chinese sentence where it says nothing.
    """
    tidy = " ".join(text.split())
    if len(tidy) < SHORTEST:
        such_as = f"，例如“{example}”" if example else ""
        raise ValueError(f"请写明{what}，至少 {SHORTEST} 个字{such_as}。")
    return tidy[:longest]
