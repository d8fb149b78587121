"""Cases as a program reads them: codes for the program, words for people; numbers of persons masked."""

from datetime import date, datetime
from typing import Any

from nianlun.cases.domain.payee import veiled
from nianlun.cases.domain.types import CaseType, Field, Requirement
from nianlun.cases.queries import CaseLine, CaseView
from nianlun.digitization.masking import mask_within


def type_head(kind: CaseType) -> dict[str, Any]:
    """A kind of business as the list of all shows it."""
    return {
        "code": kind.code,
        "name": kind.name,
        "about": kind.about.value,
        "origins": [each.value for each in kind.origins],
        "steps": [each.value for each in kind.steps],
        "limit_days": kind.limit.days if kind.limit else None,
        "legal_basis": kind.legal_basis,
    }


def type_whole(kind: CaseType) -> dict[str, Any]:
    """A kind of business with what it asks for."""
    return {
        **type_head(kind),
        "fields": [_field(each) for each in kind.fields],
        "requirements": [_requirement(each) for each in kind.requirements],
    }


def line(found: CaseLine) -> dict[str, Any]:
    """A case as lists show it."""
    return {
        **receipt(found),
        "type": found.type_code,
        "title": mask_within(found.title),
        "outcome": found.outcome.value if found.outcome else None,
        "origin": found.origin.value,
        "holder": found.holder_name,
        "received_at": found.received_at.isoformat(),
        "concluded_at": _moment(found.concluded_at),
        "division": found.division,
        "person_id": str(found.person_id) if found.person_id else None,
        "employer_id": str(found.employer_id) if found.employer_id else None,
    }


def receipt(found: CaseLine) -> dict[str, Any]:
    """Where a case is after a move; names nobody, so that it may be kept and given again."""
    return {
        "number": found.number,
        "version": found.version,
        "state": found.state.value,
        "state_label": found.state.label,
        "accepted_at": _moment(found.accepted_at),
        "due_on": _day(found.due_on),
    }


def whole(view: CaseView) -> dict[str, Any]:
    """A case with its history, papers, clock and slips."""
    return {
        **line(view.line),
        "limit_days": view.limit_days,
        "resumes": view.line.resumes.value if view.line.resumes else None,
        "effect": view.effect_said,
        "filed_at": _moment(view.filed_at),
        "details": {code: mask_within(text) for code, text in veiled(view.details).items()},
        "history": [
            {
                "number": each.number,
                "move": each.move.value,
                "move_label": each.move.label,
                "led_to": each.led_to.value,
                "by": each.actor_name,
                "post": each.actor_role,
                "text": mask_within(each.text),
                "at": each.at.isoformat(),
            }
            for each in view.actions
        ],
        "materials": [
            {
                "requirement": each.requirement,
                "how": each.how.value,
                "how_label": each.how.label,
                "has_copy": bool(each.file_name),
                "pages": each.page_count,
                "sha512": each.sha512,
                "promised_until": _day(each.promised_until),
                "stands": each.stands,
                "by": each.by_name,
                "at": each.at.isoformat(),
            }
            for each in view.materials
        ],
        "pauses": [
            {"since": each.since.isoformat(), "until": _day(each.until), "reason": mask_within(each.reason)}
            for each in view.pauses
        ],
        "slips": [
            {
                "kind": each.kind,
                "number": each.number,
                "pages": each.page_count,
                "issued_at": each.issued_at.isoformat(),
                "issued_by": each.issued_by,
            }
            for each in view.slips
        ],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "code": field.code,
        "label": field.label,
        "kind": field.kind.value,
        "required": field.required,
        "choices": [{"value": value, "label": label} for value, label in field.choices],
        "when": {"field": field.when.field, "values": list(field.when.values)} if field.when else None,
    }


def _requirement(wanted: Requirement) -> dict[str, Any]:
    return {
        "code": wanted.code,
        "name": wanted.name,
        "required": wanted.required,
        "legal_basis": wanted.legal_basis,
        "condition": wanted.condition,
        "substitutes": sorted(each.value for each in wanted.substitutes),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
