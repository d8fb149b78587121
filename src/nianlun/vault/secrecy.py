"""The level of secrecy somebody gives at filing, and why state secrets have no place here."""

from nianlun.vault.domain import Secrecy

STATE_SECRETS = {"secret": "秘密", "confidential": "机密", "top_secret": "绝密"}
"""Levels that are offered with the others, so that nobody files such papers as something less for want of a choice."""


class StateSecret(Exception):
    """The level is one of state secrets: nothing of it may be stored. The message is for people."""

    def __init__(self, label: str) -> None:
        self.label = label
        super().__init__(
            f"“{label}”是国家秘密，没有收，什么也没有存。本系统不是涉密信息系统，依《保守国家秘密法》第三十一条第三项"
            "不得存储、处理国家秘密。请把材料交单位保密工作机构，按涉密载体登记保管；题名也不要写进本系统。"
        )


def given_secrecy(text: str) -> Secrecy:
    """The level that was chosen; unknown text counts as 内部. Raises `StateSecret`.

    保守国家秘密法 (2024) 第三十一条第三项, seen in the text of the law.
    """
    if text in STATE_SECRETS:
        raise StateSecret(STATE_SECRETS[text])
    return Secrecy(text) if text in set(Secrecy) else Secrecy.INTERNAL


def offered() -> list[tuple[str, str]]:
    """Every level to choose from, value and label, from the most open to the most closed."""
    return [(s.value, s.label) for s in Secrecy] + list(STATE_SECRETS.items())
