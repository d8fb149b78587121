"""A derivation is a tree in which one figure may stand under many others."""

from nianlun.policy.derivation import Node


def node(node_id: str, *inputs: Node) -> Node:
    return Node(id=node_id, title=node_id, value="1", unit="元", inputs=inputs)


def years(count: int) -> Node:
    """An account over the years: each balance is made from the interest and the balance before."""
    balance = node("balance_0")
    for year in range(1, count + 1):
        interest = node(f"interest_{year}", balance)
        balance = node(f"balance_{year}", balance, interest)
    return balance


def test_a_figure_is_visited_once_and_before_what_it_was_made_from():
    given = node("given")
    tree = node("total", node("one", given), node("other", given))
    assert [one.id for one in tree.walk()] == ["total", "one", "given", "other"]


def test_sixty_years_of_an_account_are_walked_in_no_time():
    assert len(list(years(60).walk())) == 121


def test_the_written_size_is_what_json_holds_and_is_known_without_writing():
    def count(content: dict) -> int:
        return 1 + sum(count(inner) for inner in content["inputs"])

    for tree in (node("alone"), years(1), years(5), node("twice", *[node("same")] * 2)):
        assert tree.written_size() == count(tree.to_json())
    assert years(60).written_size() > 2**60
