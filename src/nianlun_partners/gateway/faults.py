"""How the gateway misbehaves, for tests of whoever relies on it and for people who want to see it."""

from collections.abc import Mapping
from dataclasses import dataclass

FAULTS: Mapping[str, str] = {
    "none": "正常",
    "refuse": "拒收：一律答 422",
    "error": "收下而答 500",
    "hang": "收下而不答复",
    "slow": "收下，答复一个字节一个字节地来",
    "garbage": "收下，答复不是约定的格式",
    "huge": "收下，答复 8 MB",
    "redirect": "不收，叫对方转到别处",
    "silent": "收下，从不给回执",
    "lose": "收下，手机没有收到，回执说没有送达",
    "lie": "收下，手机没有收到，回执却说送达了",
    "duplicate": "每份回执送两遍",
    "contradict": "先说送达，再说没有送达",
    "stray": "多送一份回执，说的是没有收过的消息",
    "forge": "回执的签名不对",
    "replay": "把同一个请求原样再送一遍",
}
"""Each way of misbehaving, and what people read."""


@dataclass
class Faults:
    """The one in force."""

    kind: str = "none"

    def choose(self, kind: str) -> bool:
        """Misbehave like this from now on; false for a way that is none."""
        if kind not in FAULTS:
            return False
        self.kind = kind
        return True
