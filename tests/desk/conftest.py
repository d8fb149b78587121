"""An agency with its fonds, a vault and a quarantine of their own, and a page of the sample to read."""

from pathlib import Path

import pytest
from tests.business.counter import Counter
from tests.evidence.conftest import file_paper as file_paper
from tests.evidence.conftest import settle as settle

from nianlun.archives import operations as archives


@pytest.fixture
def folders(tmp_path, settings) -> Path:
    """Vault, quarantine and derived pictures in a temporary folder."""
    settings.VAULT_ROOT = tmp_path / "vault"
    settings.QUARANTINE = tmp_path / "quarantine"
    settings.DERIVED = tmp_path / "derived"
    return tmp_path


@pytest.fixture
def fonds(transactional_db, agency, now, folders):
    """The agency's fonds; tests that run jobs need real transactions."""
    return archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=now)


@pytest.fixture
def paper_image() -> bytes:
    """A hiring form of the sample city, aged and scanned at 150 dpi."""
    from nianlun.archives.domain import DocumentKind
    from nianlun.sample.city import build_city
    from nianlun.sample.papers import papers_of
    from nianlun.sample.truth import render_paper

    city = build_city(seed=7, persons=12)
    paper = next(p for p in papers_of(city, 0) if p.kind is DocumentKind.HIRING_APPROVAL)
    return render_paper(paper, dpi=150, damage=0)[0].jpeg


@pytest.fixture
def counter(agency) -> Counter:
    """The agency's people at their desks."""
    return Counter()
