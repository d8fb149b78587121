"""What keeps a medium from being written or read. Each message is a Chinese sentence for people."""

from dataclasses import dataclass


class MediumError(Exception):
    """Something about a medium that people must know; the message says it."""


class NotPortable(MediumError):
    """A name that some plain computer cannot hold, or that leads out of its folder."""


class SourceDamaged(MediumError):
    """What is to be written is not what the store says it is; nothing of it goes onto a medium."""

    def __init__(self, sentence: str, *, object_id: str) -> None:
        super().__init__(sentence)
        self.object_id = object_id


class NoRecipients(MediumError):
    """The keepers' public keys are missing, too few or not to be understood."""


class WrongIdentity(MediumError):
    """The private key opens other packages, not this one, or is no private key."""


class PackageDamaged(MediumError):
    """The sealed package was changed, cut short or continued by something else."""


class Unreadable(MediumError):
    """No image, or one whose folders are damaged so far that nothing can be found in it."""


class NoRoom(MediumError):
    """The disk that takes the image is full; nothing that looks finished was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing found while reading. `name` is a file or an object; a notice alone makes nothing unsound."""

    name: str
    sentence: str
    notice: bool = False

    def __post_init__(self) -> None:
        """Make what a hostile medium calls its files fit for a terminal, a page and the database."""
        object.__setattr__(self, "name", written_out(self.name))
        object.__setattr__(self, "sentence", written_out(self.sentence))


def written_out(text: str) -> str:
    """The text with whatever cannot be printed shown by its number."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode()
        for char in text
    )
