"""The page that draws the telephone: what arrived, and how the gateway is to misbehave."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from nianlun_partners.gateway.faults import FAULTS
from nianlun_partners.gateway.memory import Taken

_STYLE = """body{font:16px/1.6 sans-serif;background:#e9ece8;margin:0;padding:1rem}
main{max-width:26rem;margin:auto}article{background:#fff;border-radius:.8rem;padding:.7rem 1rem;margin:.7rem 0}
small{color:#566}h1{font-size:1.2rem}h2{font-size:1rem;margin-top:1.5rem}select,button{font:inherit}"""
_MOST = 100
_STATES = {"pending": "发送中", "delivered": "已送达", "failed": "没有送达"}


def page(messages: Sequence[Taken], *, fault: str) -> str:
    """The whole page, without scripts."""
    arrived = [taken for taken in messages if taken.shown][:_MOST]
    others = [taken for taken in messages if not taken.shown][:_MOST]
    options = "".join(
        f'<option value="{kind}"{" selected" if kind == fault else ""}>{escape(label)}</option>'
        for kind, label in FAULTS.items()
    )
    return f"""<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>演示手机</title><style>{_STYLE}</style><main><h1>演示手机：收到 {len(arrived)} 条</h1>
<p><small>这里画出网关送到的短信和邮件，没有真的发给任何人。<a href="/">刷新</a></small></p>
{"".join(map(_shown, arrived)) or "<p>还没有收到。</p>"}
<h2>没有到手机的 {len(others)} 条</h2>{"".join(map(_shown, others))}
<h2>让网关出毛病</h2><form method="post" action="/faults"><select name="fault" aria-label="毛病">{options}</select>
<button>照此办理</button></form></main></html>"""


def _shown(taken: Taken) -> str:
    at = datetime.fromtimestamp(taken.at).astimezone()
    note = f"{_STATES[taken.state]}{'：' + taken.reason if taken.reason else ''}"
    return (
        f"<article><small>{at:%m-%d %H:%M:%S}　发给 {escape(taken.to)}　{escape(note)}</small>"
        f"<div>{escape(taken.text)}</div></article>"
    )
