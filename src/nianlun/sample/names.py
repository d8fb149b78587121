"""Surnames and given names as they were given in northern Hebei, by decade. Written for this sample."""

from random import Random

SURNAMES = (
    "王 张 李 刘 赵 杨 陈 孙 马 高 郭 周 田 崔 宋 韩 梁 许 贾 冯 董 杜 魏 石 于 曹 范 白 安 胡 郝 葛 "
    "孟 康 段 侯 邢 史 尹 苑 甄 刁 蔺 郄 户 宗 门 仝 亓 爨"
).split()
WEIGHTS = [
    40,
    36,
    34,
    32,
    22,
    18,
    14,
    12,
    12,
    11,
    11,
    10,
    9,
    9,
    9,
    8,
    8,
    8,
    8,
    7,
    7,
    7,
    7,
    6,
    6,
    6,
    5,
    5,
    5,
    5,
]
WEIGHTS += [3] * 12 + [1] * (len(SURNAMES) - 42)

MEN = {
    1940: "福来 振山 玉成 保田 长顺 德山 庆余 连生 占魁 树森 万福 文举 金锁 双喜 满仓 进才 耀宗 老根",
    1950: "建国 解放 援朝 和平 保国 建设 新民 国庆 永革 志愿 胜利 抗美 跃进 铁柱 春生 兴华 爱国 立功 振华 学文",
    1960: "卫东 红军 向东 文革 卫国 志强 建军 立新 永红 学军 国强 要武 铁军 跃辉 双来 保华 建民 东升 学农 战备",
    1970: "志刚 建新 海军 永强 文学 振兴 立军 宏伟 彦军 占军 艳军 大勇 会民 军辉 晓东 海涛 春雷 拥军 双全 国栋",
    1980: "伟 强 磊 鹏 亮 海波 晓光 立伟 彦辉 建伟 文涛 俊杰 洪涛 少华 世杰 振宇 博 浩 冠军 亚东",
    1990: "浩然 子健 鹏飞 天宇 旭东 一鸣 家豪 泽宇 嘉伟 晨阳 文博 思远 宇航 凯 超 帅 昊 翔",
}
WOMEN = {
    1940: "玉珍 淑贞 秀荣 桂芝 凤英 大妮 素珍 瑞兰 金莲 改花 俊卿 秋菊 翠花 兰芝 荣花 巧云 小鸾 淑琴",
    1950: "秀英 桂英 玉兰 淑兰 秀兰 凤兰 桂荣 素琴 玉芬 爱荣 建华 桂珍 贵芳 淑敏 新华 翠英 俊英 志敏 玉英 春花",
    1960: "丽华 红 卫红 秀芬 敬红 爱民 继红 素霞 桂花 文英 淑霞 永红 建英 爱华 小红 秋霞 凤霞 瑞芬 彦霞 惠敏",
    1970: "丽娜 艳霞 丽娟 红梅 春玲 海燕 文霞 彦芳 雪梅 立红 会娟 亚男 俊霞 丽萍 金霞 建芬 小芹 晓燕 玉红 双燕",
    1980: "娜 静 婷婷 丽 敏 颖 晓静 雅静 亚楠 媛媛 倩 丹丹 彦娜 莎莎 雪 佳 薇 红艳 娟 璐",
    1990: "雨萱 思雨 梦瑶 诗涵 子涵 佳怡 欣怡 嘉琪 梓琪 雅琪 晨曦 若彤 悦 婧怡 心怡 璇 琳 怡然",
}
RARE = {"male": "玥 喆 堃 犇 昇 垚 骉 淼 燚 翀", "female": "嫚 珺 翯 彧 芃 媖 瑢 婠 鋆 禕"}

# Characters that a hurried or proud hand exchanges; each right in sound, wrong in the register.
VARIANTS = {
    "兰": "蓝", "英": "瑛", "珍": "贞", "云": "芸", "强": "強", "华": "桦", "萍": "平", "凤": "风", "梅": "玫",
    "国": "囯", "红": "宏", "荣": "蓉", "秀": "绣", "贵": "桂", "桂": "贵", "建": "健", "丽": "莉", "芬": "芳",
    "敏": "民", "霞": "侠", "军": "君", "志": "致", "学": "雪", "伟": "炜", "东": "冬", "燕": "艳", "文": "纹",
    "玉": "毓", "淑": "叔", "海": "诲", "晓": "小", "立": "丽", "彦": "艳", "振": "镇", "生": "升", "新": "欣",
}  # fmt: skip


def given_name(rng: Random, *, sex: str, year: int) -> str:
    """A given name in the fashion of the year of birth; one in sixty holds a rare character."""
    if rng.random() < 1 / 60:
        return rng.choice(RARE[sex].split())
    fashion = MEN if sex == "male" else WOMEN
    decade = min(max(year // 10 * 10, 1940), 1990)
    # An elder's taste lags behind: one child in five is named after the decade before.
    if rng.random() < 0.2 and decade > 1940:
        decade -= 10
    return rng.choice(fashion[decade].split())


def full_name(rng: Random, *, sex: str, year: int) -> str:
    return rng.choices(SURNAMES, WEIGHTS)[0] + given_name(rng, sex=sex, year=year)


def variant(name: str) -> str | None:
    """The name with one character exchanged for one that sounds or looks alike, None if no such is known."""
    for place in range(len(name) - 1, 0, -1):
        if name[place] in VARIANTS:
            return name[:place] + VARIANTS[name[place]] + name[place + 1 :]
    return None
