"""What the journeys through the vault need beside the sample city: papers of their own, and people of elsewhere."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from nianlun.access import operations as access
from nianlun.access import queries
from nianlun.access.domain import Role, new_secret
from nianlun.archives import operations as archives
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.kernel.dates import PartialDate
from nianlun.kernel.digests import digest_bytes
from nianlun.kernel.identifiers import uuid7
from nianlun.sample.seeding.accounts import DISTRICT, DISTRICT_SCOPE
from nianlun.sample.truth import Scan
from nianlun.vault import keeping
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy

ELSEWHERE = {"徐苇": Role.ARCHIVIST, "许可": Role.AUDITOR}
"""People of 莲池区, who may see nothing of the centre's."""

PAPERS = {
    "secret one": ("信访事项答复一", "D30", Secrecy.WORK_SECRET, date(2021, 3, 9)),
    "secret two": ("信访事项答复二", "D30", Secrecy.WORK_SECRET, date(2022, 8, 1)),
    "outlived": ("丧葬补助金申领登记", "D10", Secrecy.INTERNAL, date(1996, 5, 20)),
}
"""Title, retention, secrecy and day of each, by what it is for."""


def add_people(*, at: datetime) -> None:
    """Those of elsewhere, to be entered like the others."""
    for number, (name, role) in enumerate(ELSEWHERE.items()):
        account_id = access.add_account(
            by=None,
            username=f"lianchi{number}",
            name=name,
            role=role,
            scope=DISTRICT_SCOPE,
            agency_name=DISTRICT,
            password=f"journeys-{number}-of-lianchi",
            persona="只看得到莲池区",
            at=at,
        )
        access.give_authenticator(queries.viewer_of(account_id), secret=new_secret(), at=at)


def add_papers(scans: Sequence[Scan], *, agency_id: UUID, at: datetime) -> dict[str, str]:
    """File the papers, one scan each; their items by purpose."""
    found: dict[str, str] = {}
    for scan, (purpose, (title, retention, secrecy, day)) in zip(scans, PAPERS.items(), strict=True):
        item_id = uuid7()
        archives.file_item(
            item_id,
            agency_id=agency_id,
            title=title,
            category=Category.BUSINESS,
            document_kind=DocumentKind.OTHER,
            retention=retention,
            pages=[PageSize(width=scan.width, height=scan.height)],
            sha512=digest_bytes(scan.jpeg).sha512,
            vault_object=object_id(item_id),
            file_name="original.jpg",
            media_type="image/jpeg",
            by=None,
            at=at,
            recorded=PartialDate.of_day(day),
            secrecy=secrecy,
            is_sample=True,
        )
        kept = keeping.files_of([object_id(item_id)])[object_id(item_id)]
        vault.store(
            object_id(item_id),
            {"original.jpg": scan.jpeg, **kept},
            by=None,
            message="归档",
            at=at,
            secrecy=secrecy,
        )
        found[purpose] = str(item_id)
    return found


def object_id(item_id: UUID | str) -> str:
    """The vault's number of an item's bytes."""
    return f"urn:nianlun:item:{item_id}"
