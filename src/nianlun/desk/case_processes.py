"""What the counter calls the processes that kinds of business belong to."""

_NAMES = {
    "1": "参保登记",
    "2": "变更和注销",
    "3": "人员增减",
    "4": "缴费申报和核定",
    "5": "个人账户",
    "6": "权益记录",
    "7": "转移接续",
    "8": "年限和出生时间认定",
    "9": "退休",
    "9a": "病残津贴",
    "10": "待遇核定",
    "11": "待遇发放",
    "12": "资格认证",
    "13": "待遇调整",
    "14": "死亡和遗属待遇",
    "15": "终止和一次性支付",
    "16": "社会保障卡",
    "17": "稽核",
}


def process_name(process: str) -> str:
    """The heading above the kinds of business of a process."""
    return _NAMES.get(process, "其他业务")
