"""The printed words that stand before an entry, and which claim the entry makes."""

import functools
import re
import unicodedata

# Earlier labels of a name win where a page has several: 参加工作时间 says more than 入伍时间.
LABELS: dict[str, tuple[str, ...]] = {
    "name": (
        "姓名",
        "职工姓名",
        "参保人姓名",
        "申请人姓名",
        "本人姓名",
        "劳动者乙方",
        "乙方",
        "乙方姓名",
        "劳动者",
    ),
    "sex": ("性别", "乙方性别"),
    "birth_date": ("出生年月日", "出生日期", "出生年月", "出生时间", "出生", "生日"),
    "identity_number": (
        *("公民身份号码", "身份证号码", "居民身份证号码", "身份证号", "公民身份证件编号", "公民身份证号码"),
        *("证件号码", "社会保障号码", "身份证件号码"),
    ),
    "work_start": (
        *(
            "参加工作时间",
            "参加革命工作时间",
            "参加工作日期",
            "参加工作年月",
            "录用时间",
            "录用日期",
            "招工时间",
        ),
        *("入伍时间", "入伍日期", "下乡时间", "插队时间"),
    ),
    "ended_on": (
        "退伍时间",
        "退役时间",
        "复员时间",
        "下岗时间",
        "下岗日期",
        "解除日期",
        "终止日期",
        "离职时间",
        "退休时间",
    ),
    "unit": (
        *(
            "招工单位",
            "用人单位甲方",
            "工作单位",
            "现工作单位",
            "所在单位",
            "单位名称",
            "用人单位",
            "单位",
            "甲方",
        ),
        *("录用单位", "所属企业", "入伍部队", "部队", "下乡地点", "插队地点"),
    ),
    "recorded_on": (
        *(
            "填表日期",
            "填表时间",
            "填写日期",
            "登记日期",
            "建册日期",
            "签订日期",
            "签订时间",
            "签发日期",
            "申请日期",
        ),
        *("填报日期", "签字日期", "发证日期"),
    ),
    "post": (
        *(
            "工种",
            "职务工种",
            "工种职务",
            "职业或者工种",
            "职务或工种",
            "岗位",
            "工作岗位",
            "现任职务",
            "职务",
            "职位",
        ),
        *("现职务",),
    ),
    "employment_kind": ("用工形式", "用工性质", "用工类别"),
}
# Printed words that are no entry either, so that an empty cell does not take its neighbour's label for a value.
_OTHERS = (
    *(
        "数量",
        "单价",
        "金额",
        "规格型号",
        "税率",
        "项目名称",
        "获取部门",
        "证件类型",
        "部门",
        "劳动局",
        "市知青办",
    ),
    *(
        "民族",
        "籍贯",
        "文化程度",
        "文化",
        "学历",
        "家庭出身",
        "本人成份",
        "政治面貌",
        "健康状况",
        "曾用名",
        "婚姻状况",
    ),
    *(
        "家庭住址",
        "住址",
        "户籍地址",
        "居住地址",
        "现住址",
        "家长单位",
        "毕业学校",
        "单位意见",
        "审批意见",
        "户口性质",
    ),
    *(
        "户籍性质",
        "参保时间",
        "参保险种",
        "单位编号",
        "手册编号",
        "填报人",
        "联系电话",
        "现行工资",
        "定级工资",
        "执行时间",
    ),
    *(
        "月增资额",
        "调资依据",
        "学徒期限",
        "批准机关",
        "缴费档次",
        "特殊参保群体",
        "参保人签字",
        "服务处所",
        "兵役状况",
    ),
    *(
        "与户主关系",
        "户主或与户主关系",
        "出生地",
        "签发机关",
        "有效期限",
        "年龄",
        "编号",
        "车间",
        "下岗原因",
        "本人简历",
    ),
    *(
        "劳动局审批",
        "审批",
        "本人签名",
        "证明人",
        "邮政编码",
        "单位地址",
        "法定代表人",
        "最高学历",
        "填表人",
        "序号",
        "备注",
    ),
    *(
        "主管部门审批",
        "经办机构审核意见",
        "申报单位盖章",
        "意见",
        "日期",
        "岁",
        "时间",
        "个人简历",
        "职称",
        "部队意见",
    ),
)
_ALL: dict[str, tuple[str, int]] = {
    label: (name, place) for name, labels in LABELS.items() for place, label in enumerate(labels)
}
_INLINE = tuple(sorted((label for label in _ALL if len(label) >= 2), key=len, reverse=True))
_DATED = re.compile(
    r"[0-9一二三四五六七八九〇○零]{2}"
)  # a number or a date may follow its label without a gap
_DROP = re.compile(r"[\s:：()（）\[\]【】*＊◆●·、,，.。_—\-|｜]+")


def plain(text: str) -> str:
    """The words of a label alone: no spaces, brackets, colons or bullets."""
    return _DROP.sub("", unicodedata.normalize("NFKC", text))


@functools.lru_cache(maxsize=4096)
def label_of(text: str) -> tuple[str, int] | None:
    """The claim a printed label stands for, and the label's rank; forgiving one misread character in four."""
    words = plain(text)
    if words in _ALL:
        return _ALL[words]
    if words in _OTHERS or not 4 <= len(words) <= 12:
        return None
    for label, found in _ALL.items():
        allowed = len(label) // 4
        if allowed and abs(len(label) - len(words)) <= allowed and _distance(words, label) <= allowed:
            return found
    return None


def is_label(text: str) -> bool:
    """Whether the text is a printed label of any kind, hence no entry."""
    words = plain(text)
    return not words or words in _ALL or words in _OTHERS or label_of(text) is not None


def leading_label(text: str) -> tuple[str, int, int] | None:
    """The label a line begins with: claim, rank, and where the entry behind it starts. A colon must follow, or a gap.

    "性别男" needs neither: what follows a label of a claim on the same line is its entry.
    """
    spread = [(place, char) for place, char in enumerate(text) if not _DROP.fullmatch(char)]
    words = "".join(unicodedata.normalize("NFKC", char)[:1] or char for _, char in spread)
    for label in _INLINE:
        if words.startswith(label) and len(words) > len(label):
            end = spread[len(label) - 1][0] + 1
            behind = text[end:]
            separated = bool(re.match(r"\s*[)）]?\s*[:：]|\s", behind))
            if separated or label in ("姓名", "性别") or _DATED.match(words[len(label) :]):
                start = end + len(re.match(r"[\s:：)）]*", behind)[0])  # type: ignore[index]
                name, rank = _ALL[label]
                return name, rank, start
    return None


def cut_before_label(text: str) -> int:
    """Where the next label begins inside an entry that ran on into it; the whole length when none does."""
    for place in range(1, len(text)):
        rest = text[place:]
        for label in (
            "性别",
            "民族",
            "出生年月",
            "出生日期",
            "参加工作",
            "身份证",
            "文化程度",
            "籍贯",
            "工种",
            "车间",
        ):
            if plain(rest[:12]).startswith(label) and not _DROP.fullmatch(rest[0]):
                return place
    return len(text)


def _distance(one: str, other: str) -> int:
    """Levenshtein."""
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, start=1):
        row, before = [place], row
        for column, against in enumerate(other, start=1):
            row.append(min(before[column] + 1, row[-1] + 1, before[column - 1] + (char != against)))
    return row[-1]
