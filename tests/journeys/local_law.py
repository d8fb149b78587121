"""Brings crediting rates and ratios of before 1998 into a running system, as its agency would: drafted, then approved.

    python -m tests.journeys.local_law

Values are invented and marked as from memory; without them nobody who paid before 2016 has a computable account.
"""

import os

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "nianlun.config.settings.demo"
    django.setup()
    from django.utils import timezone
    from tests.entitlements.test_benefit import local_book
    from tests.factories import staff

    from nianlun.lawbook import operations

    at = timezone.now()
    officer, reviewer = (
        staff(role, scope="13", name=role) for role in ("policy_officer", "policy_reviewer")
    )
    files = [
        (path.rpartition("/")[2], text.encode())
        for path, text in local_book().files.items()
        if path.startswith("130000/")
    ]
    made = operations.import_as_draft(
        officer,
        title="河北 2016 年以前的账户参数",
        reason="测试用的本地参数，须换成本省公布的",
        region="130000",
        uploads=files,
        at=at,
    )
    if made.draft_id is not None:
        operations.submit(officer, made.draft_id, retroactive_reason="补录早年参数，供测试计算", at=at)
        operations.approve(reviewer, made.draft_id, at=at)


if __name__ == "__main__":
    main()
