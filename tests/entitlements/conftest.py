"""Papers as evidence's own tests file and settle them."""

from tests.evidence.conftest import file_paper, settle

__all__ = ["file_paper", "settle"]
