"""Numbers without gaps, each counted below its prefix: archival codes, numbers of cases, of papers and of persons."""

from collections.abc import Mapping

from django.db import connection

from nianlun.archives.models import CodeSequence


def next_number(prefix: str) -> int:
    """The next number below a prefix; two who ask wait for each other, what is rolled back leaves no gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO archives_codesequence (prefix, last) VALUES (%s, 1) "
            "ON CONFLICT (prefix) DO UPDATE SET last = archives_codesequence.last + 1 RETURNING last",
            [prefix],
        )
        (number,) = cursor.fetchone() or (0,)
    return int(number)


def last_number(prefix: str) -> int:
    """The last number given out below a prefix; 0 where there was none."""
    return CodeSequence.objects.filter(prefix=prefix).values_list("last", flat=True).first() or 0


def go_on_from(last: Mapping[str, int]) -> None:
    """Let numbering go on after these numbers, by prefix, when the rows were made again from the vault."""
    CodeSequence.objects.bulk_create(
        [CodeSequence(prefix=prefix, last=number) for prefix, number in sorted(last.items())],
        update_conflicts=True,
        unique_fields=["prefix"],
        update_fields=["last"],
    )
