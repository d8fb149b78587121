"""What the papers on file can say of an application that rests on a birth date or a start of work."""

from datetime import date

from nianlun.cases.checks import pre_check
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import Finding
from nianlun.evidence import queries


@pre_check("evidence.nothing_contradicts")
def nothing_contradicts(case: CaseFacts, *, on: date) -> list[Finding]:
    """Papers that cannot all be right and on which nobody has ruled (劳社部发〔1999〕8号 第二条)."""
    if case.person_id is None:
        return []
    claims = queries.claims(case.person_id)
    ruled = queries.facts(case.person_id, lines=claims)
    open_kinds = [one.kind.label for one in queries.contradictions(claims) if one.kind not in ruled]
    if not open_kinds:
        return []
    return [
        Finding.look(f"{'、'.join(open_kinds)}各材料说法不同，还没有认定。请先办认定，或写明怎样处理。")
    ]
