"""Names of persons where only as much may be shown as lets somebody recognise who is meant."""

_DOUBLE_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 "
    "申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 呼延 轩辕 百里 东郭 南门 西门 拓跋 第五 纳兰".split()
)
_MOST_HIDDEN = 2


def masked_name(name: str) -> str:
    """The surname and 某 for the rest: 周桂兰 becomes 周某某, 欧阳明 becomes 欧阳某. Empty for no name."""
    surname = name[:2] if len(name) > 2 and name[:2] in _DOUBLE_SURNAMES else name[:1]
    return surname + "某" * min(_MOST_HIDDEN, max(1, len(name) - len(surname))) if name else ""
