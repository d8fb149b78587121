"""The person page at 300 and at 100,000 persons: time and number of queries, by the test client in this process.

The hero's page is measured on a small city, then again after the tables are filled with other people's rows.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

FILLERS = """
INSERT INTO registry_person (id, name, name_plain, grams, identity_number_sealed, identity_number_index, key_version,
    personal_number, sex, scheme, category, is_sample, registered_at, agency_id)
SELECT gen_random_uuid(), named.word, named.word, array_to_tsvector(string_to_array(named.word, NULL)),
    p.identity_number_sealed, sha256(n::text::bytea), p.key_version, 'F' || n,
    p.sex, p.scheme, p.category, true, p.registered_at, p.agency_id
FROM generate_series(%(since)s, %(until)s) AS n
CROSS JOIN LATERAL (SELECT * FROM registry_person WHERE personal_number NOT LIKE 'F%%' OFFSET n %% 7 LIMIT 1) AS p
CROSS JOIN LATERAL (SELECT chr(19968 + n %% 400) || chr(20480 + n %% 900) || chr(20992 + n %% 700) AS word) AS named
"""
POSTINGS = """
INSERT INTO contributions_posting (id, key, month, months, scheme, part, amount, base, source, place, booked_on,
    person_id)
SELECT gen_random_uuid(), substr(sha256((p.personal_number || m || part)::bytea), 1, 16), 24000 + m, 1, 'enterprise',
    part, 100, 1000, 'sample', '', '2026-01-01', p.id
FROM registry_person AS p, generate_series(1, 24) AS m, unnest(ARRAY['personal', 'employer']) AS part
WHERE p.personal_number LIKE 'F%%'
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="+", default=[300, 100_000])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(arguments)
    os.environ["NIANLUN_VAR"] = tempfile.mkdtemp(prefix="nianlun-bench-")
    (Path(os.environ["NIANLUN_VAR"]) / "demo").mkdir()
    os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.demo"
    import django

    django.setup()
    with _database():
        rows = _measure(args.persons, runs=args.runs)
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    print(f"{'persons':>10} {'queries':>8} {'median ms':>10} {'max ms':>8}")
    for row in rows:
        print(f"{row['persons']:>10,} {row['queries']:>8} {row['median_ms']:>10.1f} {row['max_ms']:>8.1f}")


def _database():
    """A database of its own on the server that `DATABASE_URL` names."""
    from contextlib import contextmanager

    from django.core.management import call_command
    from django.db import connection

    @contextmanager
    def made():
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)

    return made()


def _measure(sizes: Sequence[int], *, runs: int) -> list[dict[str, float]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext, override_settings
    from django.utils import timezone
    from tests import factories

    from nianlun.access import operations as access
    from nianlun.access import queries as access_queries
    from nianlun.registry import queries as registry
    from nianlun.sample.city import build_city
    from nianlun.sample.seeding import accounts, files, people

    at = timezone.now()
    city = build_city(seed=7, persons=14)
    registered = people.register(city, at=at)
    accounts.add_accounts(city, registered, at=at, folder=Path(os.environ["NIANLUN_VAR"]) / "demo")
    people.book(city, registered, at=at, tell=lambda *_: None)
    files.file_past(city, registered, at=at, tell=lambda *_: None, processes=1)
    hero = registered.persons[0]
    viewer = access_queries.viewer_named("limin")
    access.state_purpose(viewer, person_id=hero, purpose="量页面的快慢", at=at)
    assert registry.person(viewer, hero).name == "周桂兰"
    rows = []
    filled = 0
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        client = factories.client_of(viewer)
        for size in sizes:
            sys.stderr.write(f"filling up to {size:,} persons\n")
            with connection.cursor() as cursor:
                cursor.execute(FILLERS, {"since": filled + 1, "until": size - len(city.persons)})
                cursor.execute(POSTINGS + (" ON CONFLICT DO NOTHING"))
                cursor.execute("ANALYZE")
            filled = size - len(city.persons)
            client.get(f"/people/{hero}/")
            times = []
            for _ in range(runs):
                began = time.perf_counter()
                answer = client.get(f"/people/{hero}/")
                times.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, answer.status_code
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/people/{hero}/")
            rows.append(
                {
                    "persons": size,
                    "queries": len(captured),
                    "median_ms": statistics.median(times),
                    "max_ms": max(times),
                }
            )
    return rows


if __name__ == "__main__":
    main()
