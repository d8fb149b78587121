"""What it costs to count a person before giving anything out, and to list everyone an account ever saw.

Counting beside writing the journal entry of the same reading, in turn in the same transactions; the list over a journal
filled with other people's entries.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

FILL = """
INSERT INTO journal_entry (at, account_id, role, role_label, name, agency_name, scope, action, about, about_id,
    person_id, purpose, rows, outcome, address, details, salt, digest)
SELECT at - n * interval '7 seconds', 1000 + n %% 300, role, role_label, name, agency_name, scope, action, about,
    about_id, md5((n %% 50000)::text)::uuid, purpose, rows, outcome, address, details, salt, digest
FROM (SELECT * FROM journal_entry WHERE person_id IS NOT NULL ORDER BY id LIMIT 1) AS first, generate_series(1, %s) AS n
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--fill", type=int, default=1_000_000, help="entries of other accounts")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.test"
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        figures = _measured(runs=args.runs, fill=args.fill)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<60} {value:>10.2f}")


def _measured(*, runs: int, fill: int) -> dict[str, float]:
    from django.db import connection, transaction
    from django.utils import timezone
    from tests import factories

    from nianlun.access.models import Account
    from nianlun.desk.seeing import PERSON_SEEN
    from nianlun.journal import operations as journal
    from nianlun.watch import counting, looking_over, queries

    agency = factories.agency()
    clerk = factories.staff("clerk", scope=agency.division)
    at = timezone.now()

    def entry() -> None:
        journal.record(
            PERSON_SEEN, by=clerk, person_id=uuid4(), rows=1, details={"what": "权益年轮"}, at=at
        )

    first, again, written = [], [], []
    for number in range(runs):
        with transaction.atomic():
            person, moment = uuid4(), at + timedelta(minutes=3 * number)  # twenty persons an hour
            first.append(_timed(lambda p=person, m=moment: counting.admit(clerk, p, at=m)))
            again.append(_timed(lambda p=person, m=moment: counting.admit(clerk, p, at=m)))
            written.append(_timed(entry))
    sys.stderr.write(f"filling {fill:,} entries\n")
    with connection.cursor() as cursor:
        cursor.execute(FILL, [fill])
        cursor.execute("ANALYZE journal_entry")
    username = Account.objects.get(pk=clerk.account_id).username
    period = {"since": at - timedelta(days=90), "until": at + timedelta(days=1)}
    listed = [_timed(lambda: queries.seen_by(username, **period)) for _ in range(15)]
    passes = [_timed(lambda: looking_over.look_over(at=timezone.now())) for _ in range(5)]
    return {
        "counting a person not seen within the hour, ms": statistics.median(first),
        "counting a person seen within the minute, ms": statistics.median(again),
        "writing the journal entry of the same reading, ms": statistics.median(written),
        f"everyone an account saw, among {fill:,} other entries, ms": statistics.median(listed),
        "one pass over the last minutes, after the first, ms": statistics.median(passes[1:]),
        "the first pass, which also counts a day of hours, ms": passes[0],
    }


def _timed(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
