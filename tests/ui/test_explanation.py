"""A derivation as a list of steps: each figure once, after what it uses, with years in a table."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from nianlun import policy
from nianlun.policy.assess import assess_case
from nianlun.policy.cases import read_case
from nianlun.policy.derivation import CONFIDENCES, Node
from nianlun.ui.styleguide_benefit import FIRST_YEAR, LAST_YEAR, sample_assessment
from nianlun.ui.templating import FILTERS
from nianlun.ui.widgets.confidence import MARKS, RESULT_FROM_MEMORY, result_mark
from nianlun.ui.widgets.explanation import explanation, steps_of
from nianlun.ui.widgets.year_table import fold_years


def node(node_id: str, *inputs: Node, value: str = "1", **more: object) -> Node:
    return Node(id=node_id, title=node_id, value=value, unit="", inputs=inputs, **more)  # type: ignore[arg-type]


def test_amounts_lead_to_the_steps_that_made_them_and_the_total_to_the_last():
    shown = explanation(sample_assessment())
    titles = {step.number: step.node.title for step in shown.steps}
    assert [titles[one.step] for one in shown.amounts] == ["基础养老金", "个人账户养老金"]
    assert shown.total is not None
    assert shown.total.step == len(shown.steps)
    assert shown.total.amount == sum((one.amount for one in shown.amounts), Decimal(0))


def test_a_figure_used_twice_stands_once_and_after_what_it_uses():
    shared = node("shared", node("leaf"))
    steps = steps_of(node("root", node("a", shared), node("b", shared)))
    assert [step.node.id for step in steps] == ["shared", "a", "b", "root"]
    for step in steps:
        assert all(used.number < step.number for used in step.uses)


trees = st.recursive(
    st.sampled_from(["a", "b", "c_1999", "c_2000", "m_2000_01"]).map(node),
    lambda inner: st.builds(
        lambda name, inputs: node(name, *inputs),
        st.sampled_from(["d", "e", "f_1999", "f_2000"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(trees)
def test_every_figure_of_any_tree_is_shown_somewhere(tree: Node):
    steps = steps_of(tree)
    shown = {step.node.id for step in steps} | {one.id for step in steps for one in step.given}
    for step in steps:
        if step.years:
            shown |= {
                f"{column.key}_{line.year}"
                for line in step.years.lines
                for column, cell in zip(step.years.columns, line.cells, strict=True)
                if cell
            }
            shown |= {"m_2000_01" for line in step.years.lines if "m_2000_01" in line.note}
    assert {one.id for one in tree.walk()} <= shown


def test_forty_years_become_one_table_with_floors_and_fixed_values_named():
    steps = {step.node.id: step for step in explanation(sample_assessment()).steps}
    assert not any(name.startswith(("index_1", "index_2")) and name[6:].isdigit() for name in steps)
    table = steps["index_sum"].years
    assert table is not None
    assert [line.year for line in table.lines] == list(range(FIRST_YEAR, LAST_YEAR + 1))
    assert [column.title for column in table.columns] == [
        "月缴费基数",
        "指数所用的平均工资",
        "缴费工资指数",
    ]
    notes = {line.year: line.note for line in table.lines}
    assert (notes[1985], notes[2000]) == ("按规定取值", "")
    assert notes[1995] == "不足 1.2 的按 1.2"
    assert len(next(line for line in table.lines if line.year == 2000).evidence) == 12
    assert "1984–1992" in {one.years for one in table.sources}


def test_a_chain_of_years_is_one_table_and_its_beginning_is_kept():
    opening = node("opening_balance")
    chain = node("balance_1999", opening, node("credited_1999"))
    for year in (2000, 2001):
        chain = node(f"balance_{year}", chain, node(f"credited_{year}"))
    table, others = fold_years([chain])
    assert others == (opening,)
    assert table is not None
    assert [column.key for column in table.columns] == ["credited", "balance"]
    assert [line.year for line in table.lines] == [1999, 2000, 2001]


def test_months_of_a_year_that_differ_stand_in_its_line():
    january, march = (
        replace(node(f"credit_1999_{n:02d}", value=str(n)), title=f"{n} 月记账") for n in (1, 3)
    )
    table, others = fold_years([node("credit_1999", march, january, value="4")])
    assert others == ()
    assert table is not None
    (line,) = table.lines
    assert (line.cells, line.note) == (("4",), "1 月记账 1、3 月记账 3")
    assert fold_years([january]) == (None, (january,))


def test_a_figure_that_only_hands_on_another_of_its_name_is_passed_over():
    inner = replace(node("account_balance", node("closing")), title="储存额", value="5.00")
    outer = replace(node("account_balance", inner), title="储存额", value="5")
    steps = steps_of(node("account", outer))
    assert [step.node.value for step in steps if step.node.title == "储存额"] == ["5.00"]


def test_every_mark_has_words_and_memory_is_said_of_the_whole_result():
    assert set(MARKS) == set(CONFIDENCES)
    assert result_mark("M").word == RESULT_FROM_MEMORY
    assert all(MARKS[code].tone != "bad" for code in MARKS)  # red is for contradictions


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("yuan", Decimal("3793.5"), "3,793.50"),
        ("table_title", "pension_base", "基本养老金计发基数"),
        ("table_title", "no_such_table", "no_such_table"),
        ("row_value", "0.013", "0.013"),
        ("row_value", "years=half_up:2, total=exact", "缴费年限：四舍五入到 2 位小数；合计：不取整"),
        ("row_value", "transitional_scope=deemed", "建账前年限包括：视同缴费年限"),
    ],
)
def test_values_of_tables_are_put_into_words(name: str, value: object, shown: str):
    assert FILTERS[name](value) == shown


EXAMPLES = sorted((Path(policy.__file__).parent / "examples").glob("*.toml"))
PAGE = """{% from "ui/assessment.html" import amounts, answer_notes, confidence, steps %}
{{ confidence(shown.mark) }}{{ answer_notes(shown) }}{{ amounts(shown) }}
{{ steps(shown) }}{{ steps(shown, simple=true) }}"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_whatever_the_policy_answers_is_drawn_with_every_step(path: Path):
    case, _ = read_case(path.read_text(encoding="utf-8"))
    shown = explanation(assess_case(case))
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)
    drawn = engine.env.from_string(PAGE).render(shown=shown)
    assert drawn.count('id="step-') == 2 * len(shown.steps)
    assert all(escape(step.node.title) in drawn for step in shown.steps)
    for line in shown.amounts:
        assert f"{line.amount:,.2f}" in drawn
