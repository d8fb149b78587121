"""What a stated reason has to say at least."""

import pytest

from nianlun.kernel.reasons import tidied


@pytest.mark.parametrize("text", ["", "无", "同上 ", " 不 行 "])
def test_what_says_nothing_is_asked_for_again(text):
    with pytest.raises(ValueError, match="请写明撤销的理由，至少 4 个字，例如“重复立案”。"):
        tidied(text, what="撤销的理由", example="重复立案")


def test_a_reason_is_kept_in_one_line_and_cut():
    assert tidied("  重复\n立案  两次", what="撤销的理由") == "重复 立案 两次"
    assert tidied("重复立案" * 9, what="撤销的理由", longest=6) == "重复立案重复"
