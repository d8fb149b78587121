"""Whose entries in the journal fall into a scope though they were written without one."""

from django.db.models import Exists, OuterRef, Q

from nianlun.registry.models import EmployerLogin, Person, PersonLogin


def in_scope(scope: str) -> Q:
    """Entries about a person of the scope's agencies, and those of a person's or an employer's own account there."""
    persons = Person.objects.filter(pk=OuterRef("person_id"), agency__division__startswith=scope)
    own = PersonLogin.objects.filter(
        account_id=OuterRef("account_id"), person__agency__division__startswith=scope
    )
    employers = EmployerLogin.objects.filter(
        account_id=OuterRef("account_id"), employer__agency__division__startswith=scope
    )
    return Q(Exists(persons)) | Q(Exists(own)) | Q(Exists(employers))
