"""Passwords: hashed at a bounded cost, weak ones told."""

import threading

import pytest
from tests import factories

from nianlun.access import passwords


@pytest.mark.parametrize(
    ("password", "login"),
    [
        ("shebao2024", ""),
        ("Shebao@2024!", ""),
        ("$heba02024", ""),
        ("laobao12333", ""),
        ("12333shebao", ""),
        ("130606196604280411", ""),
        ("13060619660428041X", ""),
        ("660428-13812345678", ""),
        ("qwertyuiop123", ""),
        ("1qaz2wsx3edc", ""),
        ("aaaaaaaaaaaa", ""),
        ("8273645190", ""),
        ("kurz", ""),
        ("lijing-Tulv-Hai-9", "lijing"),
        ("gnijil-Tulv-Hai-9", "lijing"),
        ("dangan20261123", ""),
        ("Admin@123456", ""),
    ],
)
def test_what_everybody_would_try_is_refused(password, login):  # S1.2
    assert passwords.weakness(password, login=login)


def test_pieces_of_what_is_known_of_the_owner_are_refused():
    known = ("130606196604280411", "wangxiulan", "13812345678")
    for password in ("Tulv-660428-Hai", "Tulv-wangxiulan-Hai", "x812345Tulv-Hai"):
        assert passwords.weakness(password, known=known)
    assert passwords.weakness("Tulv-Hai-9-Xiangjiao", known=known) is None


@pytest.mark.parametrize(
    "password", ["Tulv-Hai-9-Xiangjiao", "correct horse battery", "雨后的石阶很滑要慢走"]
)
def test_a_few_words_that_do_not_belong_together_are_accepted(password):
    assert passwords.weakness(password) is None


def test_the_cost_is_nineteen_mebibytes_two_passes_one_lane():  # S1.1
    kept = passwords.hashed("Tulv-Hai-9-Xiangjiao")
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches("Tulv-Hai-9-Xiangjiao", kept)
    assert not passwords.matches("Tulv-Hai-9-xiangjiao", kept)


@pytest.mark.parametrize("kept", [None, "", "!unusable", "pbkdf2_sha256$1$x$y"])
def test_nothing_matches_where_nothing_usable_is_kept(kept):
    assert not passwords.matches("", kept)
    assert not passwords.matches("no account has this password", kept)


def test_when_four_are_being_computed_the_fifth_waits_and_then_is_told(monkeypatch):  # S1.1
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.05)
    leave = threading.Event()
    inside = threading.Barrier(5)

    def hold() -> None:
        with passwords.place():
            inside.wait()
            leave.wait(5)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    inside.wait()
    with pytest.raises(passwords.TooBusy):
        passwords.hashed("Tulv-Hai-9-Xiangjiao")
    leave.set()
    for thread in threads:
        thread.join()
    assert passwords.hashed("Tulv-Hai-9-Xiangjiao")


@pytest.mark.parametrize("known", [True, False])
def test_one_password_is_computed_whether_the_account_is_known_or_not(monkeypatch, known):  # S1.5
    kept = passwords.hashed("Tulv-Hai-9-Xiangjiao")
    passwords.matches("x", None)  # the decoy is made once
    computed = []
    verify = passwords.Argon2id.verify

    def counted(hasher: passwords.Argon2id, password: str, encoded: str) -> bool:
        computed.append(encoded.split("$")[1:5])  # which function, at what cost
        return verify(hasher, password, encoded)

    monkeypatch.setattr(passwords.Argon2id, "verify", counted)
    assert not passwords.matches("wrong", kept if known else None)
    assert [cost[:3] for cost in computed] == [kept.split("$")[1:4]]


def test_when_the_room_is_full_one_is_told_at_once_and_nothing_is_counted(monkeypatch):
    from nianlun.access import operations

    monkeypatch.setattr(passwords, "_room", threading.BoundedSemaphore(1))
    with passwords.room(), pytest.raises(passwords.TooBusy):
        # Without a database: whoever finds the room full has had nothing read or written for them.
        operations.sign_in(username="lijing", password="x", address="", at=factories.START)
    with passwords.room():
        pass


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("李静", "Lijing-Tulv-99"),
        ("李静", "tulv.Jing-Li.99"),
        ("单小重", "shanxiaochong-8x"),
        ("单小重", "Danxiaozhong-8x"),
        ("吕布", "lvbu-Tulv-99x"),
        ("吕布", "tulv-Lubu-99x"),
        ("保定冀中纺织有限公司", "Jizhong-Fangzhi-77"),
    ],
)
def test_names_in_pinyin_are_refused(name, password):  # S1.2
    assert "本人的姓名" in (passwords.weakness(password, known=(name,)) or "")
    assert "本人的姓名" not in (passwords.weakness(password, known=("王海",)) or "")
