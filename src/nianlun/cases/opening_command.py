"""`nianlun cases open`: what another program or a scheduled look found becomes a case for somebody to look at."""

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from nianlun.access.domain import NotVisible

if TYPE_CHECKING:
    from nianlun.registry.domain import AgencyLine, EmployerLine


def add_to(questions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the group `cases`."""
    opening = questions.add_parser("open", help="由系统发起一件业务，等人受理；同一天同样的命令只发起一件")
    opening.add_argument("type", metavar="业务类型", help="代码，见 nianlun cases types")
    about = opening.add_mutually_exclusive_group(required=True)
    about.add_argument("--person", type=UUID, metavar="标识", help="参保人的标识，即其档案页地址里的一段")
    about.add_argument("--employer", metavar="信用代码", help="参保单位的统一社会信用代码")
    about.add_argument("--division", metavar="区划", help="经办机构的行政区划代码，用于只涉及机构的业务")
    opening.add_argument("--reason", required=True, metavar="理由", help="系统发现了什么，写在办理记录里")
    opening.set_defaults(run=run_open, needs_database=True)


def run_open(args: argparse.Namespace) -> int:
    """Open the case and print its number; the same again on the same day prints the one that there is."""
    from django.utils import timezone  # noqa: PLC0415  models load only after Django is set up

    from nianlun.cases import queries  # noqa: PLC0415  as above
    from nianlun.cases.operations import opening  # noqa: PLC0415  as above

    at = timezone.now()
    agency, employer = _about(args)
    case_id = opening.open_by_system(
        args.type,
        agency_id=agency.id,
        details={},
        request_key=_key(args, on=timezone.localdate(at)),
        person_id=args.person,
        employer_id=employer.id if employer else None,
        reason=args.reason,
        at=at,
    )
    sys.stdout.write(f"{queries.number_of(case_id)}\n")
    return 0


def _about(args: argparse.Namespace) -> "tuple[AgencyLine, EmployerLine | None]":
    """Whose business it is and which agency handles it. Raises `NotVisible` where there is no such."""
    from nianlun.registry import queries as registry  # noqa: PLC0415  as above

    if args.person is not None:
        return registry.agency(registry.system_person(args.person).agency_id), None
    employer = registry.employer_with_credit_code(args.employer) if args.employer else None
    division = employer.division if employer else args.division
    found = [one for one in registry.agencies(scope=division or "") if one.division == division]
    if not found:
        raise NotVisible
    return found[0], employer


def _key(args: argparse.Namespace, *, on: date) -> UUID:
    about = args.person or args.employer or args.division
    return uuid5(NAMESPACE_URL, f"urn:nianlun:case-by-system:{args.type}:{about}:{args.reason}:{on}")
