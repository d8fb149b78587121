"""The reference of roles says what the code allows. Run with NIANLUN_WRITE_DOCS=1 to bring it along."""

import os
from pathlib import Path

from nianlun.access.domain import RIGHTS, Right, Role

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "roles.md"
HEAD = """# 岗位与权利

一个账号只有一个岗位和一个辖区。辖区是行政区划代码的前几位：`13` 看全省，`1306` 看全市，`130606` 看一个区；
没有辖区就什么也看不到。岗位定能做什么，辖区定对谁做。看不到的对象答“没有找到”，与不存在相同。

打开一个参保人的档案还要写明事由，8 小时内有效，写进操作日志。参保人账号只看得到本人。

工作人员 15 分钟、参保人 10 分钟没有操作即退出，登录最长 8 小时。停用账号和改岗位在对方的下一次操作起生效。
工作人员登录要过两步，要紧的操作前再验证一次，见[登录要过两步](../how-to/second-factor.md)。

岗位由四个人分四步给出，有期限，见[给同事一个岗位](../how-to/give-a-post.md)；安装时的账号用[命令](commands.md)创设。

"""


def table() -> str:
    lines = ["## 岗位\n", "| 岗位 | 代码 | 可以做的事 |", "| --- | --- | --- |"]
    for role in Role:
        held = "、".join(right.label for right in Right if right in RIGHTS[role])
        lines.append(f"| {role.label} | `{role.value}` | {held} |")
    lines += ["", "## 权利\n", "| 权利 | 代码 | 有此权利的岗位 |", "| --- | --- | --- |"]
    for right in Right:
        holders = "、".join(role.label for role in Role if right in RIGHTS[role])
        lines.append(f"| {right.label} | `{right.value}` | {holders} |")
    return "\n".join(lines) + "\n"


def test_the_reference_of_roles_is_in_step_with_the_code():
    if os.environ.get("NIANLUN_WRITE_DOCS"):
        PAGE.write_text(HEAD + table(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == HEAD + table()
