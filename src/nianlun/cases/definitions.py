"""The definitions that cases were opened under: kept when a case is opened, whatever the files say later."""

from functools import lru_cache

from nianlun.cases.domain.type_reading import read_definition
from nianlun.cases.domain.types import CaseType
from nianlun.cases.models import Definition

_read = lru_cache(maxsize=256)(read_definition)


def keep(case_type: CaseType) -> None:
    """Keep the definition that a case is opened under, in the transaction of the opening; once is enough."""
    row = Definition(digest=case_type.digest, code=case_type.code, text=case_type.definition)
    Definition.objects.bulk_create([row], ignore_conflicts=True)


def kept(digest: str) -> CaseType | None:
    """The definition of that digest as it was kept, or None."""
    text = Definition.objects.filter(digest=digest).values_list("text", flat=True).first()
    return None if text is None else _read(text)
