"""A connection goes to a registered partner, where it really is, or nowhere (S7.4)."""

import socket

import pytest

from nianlun.kernel import outgoing
from nianlun.kernel.outgoing import NotAllowed, checked, read_networks

OURS = read_networks("10.8.0.0/16, fd00:8::/32")


def at(*addresses: str):
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (["10.8.3.4"], OURS),
        (["10.8.3.4", "fd00:8::1"], OURS),
        (["::ffff:10.8.3.4"], OURS),
        (["203.0.114.7"], ()),
    ],
)
def test_a_name_that_leads_where_the_operator_allows_is_followed_there(addresses, networks):
    assert len(checked("gateway.example", 443, networks=networks, resolve=at(*addresses))) == len(addresses)


@pytest.mark.parametrize(
    ("addresses", "networks"),
    [
        (["10.9.0.1"], OURS),
        (["203.0.114.7"], OURS),
        (["10.8.3.4", "10.9.0.1"], OURS),  # one of them would be enough
        (["10.8.3.4"], ()),
        (["127.0.0.1"], ()),
        (["::1"], ()),
        (["::ffff:127.0.0.1"], ()),
        (["100.64.0.1"], ()),
        (["169.254.169.254"], ()),
        (["169.254.169.254"], read_networks("0.0.0.0/0")),
        (["0.0.0.0"], read_networks("0.0.0.0/0")),  # noqa: S104  nothing is bound
        (["fe80::1%eth0"], read_networks("::/0")),
        (["224.0.0.1"], read_networks("0.0.0.0/0")),
    ],
)
def test_a_name_that_leads_elsewhere_is_not_followed_and_it_is_said_where(addresses, networks):
    with pytest.raises(NotAllowed, match="NIANLUN_OUTGOING"):
        checked("gateway.example", 443, networks=networks, resolve=at(*addresses))


def test_an_address_that_the_operator_wrote_stands_for_itself():
    def never(host, port):
        raise AssertionError("nothing to resolve")

    assert checked("10.1.2.3", 443, networks=OURS, resolve=never) == ["10.1.2.3"]
    assert checked("localhost", 443, networks=OURS, resolve=never) == ["127.0.0.1"]
    for nobodys in ("169.254.169.254", "0.0.0.0", "::ffff:169.254.169.254", "ff02::1"):  # noqa: S104  as above
        with pytest.raises(NotAllowed):
            checked(nobodys, 443, networks=OURS, resolve=never)


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    """A name that answers differently the second time gains nothing: it is asked once."""
    answers = iter([["10.8.3.4"], ["10.9.0.1"]])
    asked = []
    monkeypatch.setattr(outgoing.checked, "__kwdefaults__", {"resolve": lambda host, port: next(answers)})
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: asked.append(address))
    outgoing.connect("gateway.example", 443, networks=OURS, seconds=1)
    assert asked == [("10.8.3.4", 443)]


@pytest.mark.parametrize("text", ["10.8.0.0/33", "partner.example", "10.8.0.1/16"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ValueError):
        read_networks(text)
