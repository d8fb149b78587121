"""Finding the one person whom somebody names by number and name, for an inquiry that nobody signed in for."""

from dataclasses import dataclass
from uuid import UUID

from nianlun.kernel import cipher
from nianlun.kernel.identity import IdentityNumber
from nianlun.registry import keys, queries
from nianlun.registry.domain import PersonLine
from nianlun.registry.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who was named: `person` where number and name belong together; `other` whose number it is where they do not.

    The page treats the second like a number that nobody has; the journal does not.
    """

    person: PersonLine | None = None
    other: UUID | None = None


def named(number: IdentityNumber, *, name: str) -> Named:
    """The person of this number, if the name is theirs; blanks in a name do not matter."""
    indexes = cipher.blind_indexes(number.text, keys=keys.keyring())
    found = Person.objects.filter(identity_number_index__in=indexes).values_list("pk", "name").first()
    if found is None:
        return Named()
    person_id, registered = found
    if _plain(registered) != _plain(name):
        return Named(other=person_id)
    return Named(person=queries.system_person(person_id))


def _plain(name: str) -> str:
    return "".join(name.split()).replace("•", "·").replace("・", "·")
