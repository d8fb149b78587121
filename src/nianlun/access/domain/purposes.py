"""What counts as a stated purpose (S3.1)."""

from datetime import timedelta

PURPOSE_LASTS = timedelta(hours=8)
SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 200


class NotAPurpose(ValueError):
    """The text does not say what business a person's file is opened for; the message tells how to say it."""


def purpose_text(text: str) -> str:
    """The stated purpose, tidied. Raises `NotAPurpose` with a sentence for people (S3.1)."""
    tidy = " ".join(text.split())
    letters = [character for character in tidy if character.isalnum()]
    if len(letters) < SHORTEST_PURPOSE:
        raise NotAPurpose(
            f"事由至少写 {SHORTEST_PURPOSE} 个字，说清办哪件事，例如“退休待遇核定前核对档案”。"
        )
    if len(tidy) > LONGEST_PURPOSE:
        raise NotAPurpose(f"事由最多 {LONGEST_PURPOSE} 个字，现在是 {len(tidy)} 个字。")
    if len(set(letters)) < 3 or not any(character.isalpha() for character in letters):
        raise NotAPurpose("事由看不出办哪件事。请写明业务，例如“退休待遇核定前核对档案”。")
    return tidy
