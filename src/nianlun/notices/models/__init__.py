"""The tables of notices: what was said to whom, where people are reached, and the outbox."""

from nianlun.notices.models.contacts import Code, Contact
from nianlun.notices.models.notices import Notice, StaffNotice, WrittenService
from nianlun.notices.models.outbox import Message, Receipt, SeenCall

__all__ = ["Code", "Contact", "Message", "Notice", "Receipt", "SeenCall", "StaffNotice", "WrittenService"]
