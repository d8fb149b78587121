"""How a log began, and whether people have written to it: what decides if a database may still be rebuilt into."""

from nianlun.journal.models import Entry


def first_action() -> str | None:
    """The action of the first entry; None for a journal without any."""
    return Entry.objects.order_by("pk").values_list("action", flat=True).first()


def people_wrote() -> bool:
    """Whether any entry tells of something a person did."""
    return Entry.objects.exclude(account_id=None).exists()
