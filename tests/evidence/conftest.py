"""An item on its way through the examination, as the pipeline leaves it."""

from uuid import uuid4

import pytest

from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.evidence import operations
from nianlun.evidence.domain import Kind
from nianlun.evidence.operations import Proposal
from nianlun.kernel.dates import parse_partial_date

BOX = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.15], [0.1, 0.15]]


@pytest.fixture
def file_paper(agency, person, now):
    """`file_paper(kind, made=…, birth_date=…)` files an item of one page with proposed claims; returns its id."""
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=now)

    def file(kind=DocumentKind.HIRING_APPROVAL, *, made="1984-08-29", original=True, altered=(), **said):
        item_id = uuid4()
        archives.file_item(
            item_id,
            agency_id=agency.id,
            title=kind.label,
            category=Category.BUSINESS,
            document_kind=kind,
            retention="D100",
            pages=[PageSize(width=1000, height=1400)],
            sha512=item_id.hex * 4,
            vault_object=f"urn:test:{item_id}",
            file_name="original.jpg",
            media_type="image/jpeg",
            by=None,
            at=now,
            person_id=person.id,
            recorded=parse_partial_date(made) if made else None,
            is_original=original,
        )
        page = archive_queries.pages(item_id)[0]
        proposals = [
            Proposal(
                kind=Kind(name),
                value=value,
                text=value,
                polygon=BOX,
                confidence=0.9,
                altered=name in altered,
            )
            for name, value in said.items()
        ]
        operations.propose_claims(page.id, proposals=proposals, engine="test 1", at=now)
        return item_id

    return file


@pytest.fixture
def settle(viewer, now):
    """`settle(item_id)` lets two people accept everything on an item."""
    from nianlun.evidence import queries

    def run(item_id):
        first, second = viewer("archivist"), viewer("reviewer")
        for claim in queries.claims_of_item(item_id):
            operations.decide(claim.id, by=first, choice="accept", at=now)
        operations.submit(item_id, by=first, at=now)
        operations.confirm(item_id, by=second, at=now)

    return run
