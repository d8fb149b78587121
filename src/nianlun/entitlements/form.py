"""Typesets the printed forms as PDF/A-2b."""

import hashlib
import json
from dataclasses import asdict

from nianlun.entitlements.form_content import FormContent
from nianlun.ui import typesetting
from nianlun.ui.stamp import Stamp


def typeset(content: FormContent, *, stamp: Stamp) -> bytes:
    """The form with its number, page numbers and the code to verify it by. Raises `typesetting.GlyphMissing`."""
    data = asdict(content) | {"on": content.on.isoformat(), "number": number(content)}
    return typesetting.typeset(
        "nianlun.entitlements", "form.typ", content=data | {"stamp": stamp.printed()}
    )


def number(content: FormContent) -> str:
    """The number of the form: its day and a digest of all that stands on it."""
    said = json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, default=str)
    return f"{content.on:%Y%m%d}-{hashlib.sha256(said.encode()).hexdigest()[:10].upper()}"
