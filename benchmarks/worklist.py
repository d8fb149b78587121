"""The worklist of a big agency: a thousand members of staff over a million cases, of which a twentieth is open.

Side by side in the same run: the page of one county's clerk, the same page without any scope (what the scope costs),
the counts of its piles, a search, and the floor: the fifty rows fetched by their keys.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from benchmarks.journal import _server

CASES, STAFF, COUNTIES = 1_000_000, 1000, 160
TODAY = date(2026, 11, 23)
FILL_AGENCIES = """
INSERT INTO registry_agency (id, name, division)
SELECT gen_random_uuid(), '经办机构' || n, (130000 + n)::text FROM generate_series(0, %s - 1) n
"""
# One in twenty is open, as in a year's business handled within its twenty days.
FILL_CASES = """
INSERT INTO cases_case (id, number, type, type_digest, agency_id, division, title, details_sealed, origin, high_risk,
    state, resumes, outcome, version, request_key, received_at, accepted_at, limit_days, due_on, state_since,
    concluded_at, filed_at, item_id, effect_said, is_sample, holder_id, grams)
SELECT gen_random_uuid(), a.division || '-2026-' || lpad(n::text, 7, '0'), 'person_change', 'x', a.id, a.division,
    '个人信息变更：张' || n, '', 'counter', false,
    CASE WHEN n % 20 = 0 THEN (ARRAY['received', 'first_review', 'second_review', 'approval'])[1 + n / 20 % 4]
        ELSE 'filed' END,
    '', CASE WHEN n % 20 = 0 THEN '' ELSE 'withdrawn' END, 3, gen_random_uuid(), '2026-11-01', '2026-11-01', 10,
    DATE '2026-11-10' + (n / 20 % 40)::int, '2026-11-01',
    CASE WHEN n % 20 = 0 THEN NULL ELSE TIMESTAMPTZ '2026-11-15' END,
    CASE WHEN n % 20 = 0 THEN NULL ELSE TIMESTAMPTZ '2026-11-15' END, gen_random_uuid(), '', false, NULL,
    array_to_tsvector((SELECT array_agg(DISTINCT substr('张' || n, i, 2))
        FROM generate_series(1, length('张' || n) - 1) i))
FROM generate_series(1, {cases}) n JOIN registry_agency a ON a.division = (130000 + n / 20 % {counties})::text
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    with _server() as url:
        os.environ["DATABASE_URL"] = url
        os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.test"
        figures = _measured(cases=args.cases)
    if args.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:<52} {value:>12,.2f}")


def _measured(*, cases: int) -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from nianlun.access.domain import Role
    from nianlun.access.operations import add_account

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(FILL_AGENCIES, [COUNTIES])
        cursor.execute(FILL_CASES.replace("{cases}", str(cases)).replace("{counties}", str(COUNTIES)))
        cursor.execute("VACUUM ANALYZE cases_case")
    with transaction.atomic():
        for number in range(STAFF):
            add_account(
                by=None,
                username=f"bench-{number}",
                name=f"经办{number}",
                role=Role.CLERK,
                scope=str(130000 + number % COUNTIES),
                agency_name="经办机构",
                password=None,
                at=datetime.now(UTC),
            )
    return _timed(cases)


def _timed(cases: int) -> dict[str, float]:
    from dataclasses import replace

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from nianlun.access import queries as access
    from nianlun.cases import queries
    from nianlun.cases.models import Case
    from nianlun.cases.queries import Pile

    clerks = [access.viewer_named(f"bench-{number}") for number in range(0, STAFF, 10)]
    province = [replace(clerk, scope="13") for clerk in clerks[:10]]
    line = queries.worklist(clerks[0], Pile.ALL, on=TODAY)
    keys = [one.id for one in line]
    with CaptureQueriesContext(connection) as few:
        queries.worklist(clerks[0], Pile.ALL, on=TODAY, limit=5)
    with CaptureQueriesContext(connection) as many:
        queries.worklist(clerks[0], Pile.ALL, on=TODAY, limit=50)
    last = (line[-1].due_on, line[-1].id)
    county = _each(clerks, lambda who: queries.worklist(who, Pile.ALL, on=TODAY))
    floor = _each(clerks, lambda _: list(Case.objects.select_related("holder").filter(pk__in=keys)))
    return {
        "cases": cases,
        "worklist of a county, ms": county,
        "its second page, ms": _each(
            clerks[:1] * 20, lambda who: queries.worklist(who, Pile.ALL, on=TODAY, after=last)
        ),
        "worklist of the whole province, ms": _each(
            province, lambda who: queries.worklist(who, Pile.ALL, on=TODAY)
        ),
        "counts of the six piles of a county, ms": _each(
            clerks[:20], lambda who: queries.pile_counts(who, on=TODAY)
        ),
        "a case by its number, ms": _each(clerks[:1] * 20, lambda who: queries.search(who, line[0].number)),
        "by a part of its title in a county, ms": _each(
            clerks[:10], lambda who: queries.search(who, "张10000")
        ),
        "by a part of its title in the province, ms": _each(
            province, lambda who: queries.search(who, "张10000")
        ),
        "fifty rows by their keys (floor), ms": floor,
        "worklist of a county over the floor": county / floor,
        "queries for 5 rows": len(few),
        "queries for 50 rows": len(many),
    }


def _each(viewers: Sequence[object], do: Callable[[object], object]) -> float:
    """The median of one go for each viewer, in milliseconds."""
    taken = []
    for viewer in viewers:
        began = time.perf_counter()
        do(viewer)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
