"""What tests of the case pages share: addresses, forms, the text of an answer."""

import re

from django.urls import reverse
from tests.business.counter import details_for, version_of

from nianlun.cases.models import Case


def page(answer) -> str:
    return answer.content.decode()


def words(answer) -> str:
    """The text of a page without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(answer)))


def number_of(case_id) -> str:
    return Case.objects.get(pk=case_id).number


def address(case_id, name="desk:case", *more) -> str:
    return reverse(name, args=[number_of(case_id), *more])


def do(client, counter, case_id, deed, **sent):
    sent = {"version": version_of(counter, case_id), "tab": "overview", **sent}
    return client.post(address(case_id, "desk:case-do", deed), sent)


def form(type_code, **more):
    return {f"d-{code}": text for code, text in details_for(type_code).items()} | more
