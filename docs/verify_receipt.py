"""核对操作日志的回执，不需要年轮系统：只用 Python 3.9 以上自带的库。格式见 reference/receipts.md。

用法：python verify_receipt.py 回执.json [--key 公钥]…
--key 写上从别处（公告、见证方）得知的公钥；不写就只能用回执自己带的，伪造的人也会带上他自己的。
结果：0 属实；1 不属实；2 文件或用法不对。"""

import base64
import hashlib
import json
import sys
import time

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032 第 5.1 节
D, BASE_Y = -121665 * pow(121666, -1, P) % P, 4 * pow(5, -1, P) % P


def point(data):  # 32 字节到曲线上的点，坐标 (X, Y, Z, T)
    y, odd = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if len(data) != 32 or y >= P or x * x % P != square or x < odd:
        raise ValueError("公钥不是曲线上的点")
    x = x if x & 1 == odd else P - x
    return x, y, 1, x * y % P


def add(p, q):  # 第 5.1.4 节
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    half = times(n >> 1, add(p, p)) if n else (0, 1, 1, 0)
    return add(half, p) if n & 1 else half


def signed(public, message, signature):  # 第 5.1.7 节；S 不小于 L 的不收
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    x, y, z, t = point(public)
    x, y, z, _ = add(times(s, point(BASE_Y.to_bytes(32, "little"))), times(k, (-x, y, z, -t)))
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    return len(signature) == 64 and s < L and signature[:32] == (y | (x & 1) << 255).to_bytes(32, "little")


def key(vkey):  # “名称+编号+base64(类别、公钥)”；类别 1 是日志，4 是见证方
    name, number, data = vkey.split("+", 2)
    data = base64.b64decode(data, validate=True)
    if hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex() != number:
        raise ValueError("公钥的编号不对")
    return name, bytes.fromhex(number), data[0], data[1:]


def once(pairs):  # 同名的两项，不同的程序会读出不同的意思
    if len(dict(pairs)) != len(pairs):
        raise ValueError(pairs)
    return dict(pairs)


def root(receipt):  # 从记录原文沿证明路径推出日志的根：RFC 9162 第 2.1.3.2 节
    salt, said = bytes.fromhex(receipt["salt"]), json.loads(receipt["said"], object_pairs_hook=once)
    spelled = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # 盐和原文的界线不能移动
    if spelled != receipt["said"] or type(said) is not list or len(said) != 16 or len(salt) not in (0, 16):
        return None
    leaf = b"nianlun-entry-v2\n" + receipt["entry_id"].to_bytes(8, "big")
    leaf += hashlib.sha256(salt + spelled.encode()).digest()
    found, place, last = hashlib.sha256(b"\0" + leaf).digest(), receipt["leaf_index"], receipt["tree_size"] - 1
    for step in map(bytes.fromhex, receipt["path"]):
        if len(step) != 32 or not 0 <= place <= last or not last:
            return None
        right = place & 1 or place == last
        found = hashlib.sha256(b"\1" + (step + found if right else found + step)).digest()
        while right and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return found if place == last == 0 else None


def verify(receipt, known):  # 核对每一步并说出来；返回是否属实
    text, _, lines = receipt["checkpoint"].rpartition("\n\n")
    origin, size, top = f"{text}\n".split("\n")[:3]
    proved = root(receipt) == base64.b64decode(top, validate=True) and size == str(receipt["tree_size"])
    say(proved, f"第 {receipt['entry_id']} 号记录在日志 {origin} 的前 {size} 条之中")
    keys = {each[:2]: each[2:] for each in map(key, known or [receipt["log_key"], *receipt["witness_keys"]])}
    by_log, none_bad = False, lines.endswith("\n")
    for dash, name, data in (line.split(" ") for line in lines[:-1].split("\n")):
        data = base64.b64decode(data, validate=True) if dash == "—" else b""
        kind, public = keys.get((name, data[:4]), (0, b""))
        if kind == 1:
            good = signed(public, f"{text}\n".encode(), data[4:])
            say(good, f"{name} 的签名")
            by_log = by_log or (good and name == origin)
        elif kind == 4:
            at = int.from_bytes(data[4:12], "big")
            good = signed(public, f"cosignature/v1\ntime {at}\n{text}\n".encode(), data[12:])
            say(good, f"见证方 {name} 于 {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))}（世界时）联署")
        else:
            say(good := None, f"{name} 的一个签名：没有写明它的公钥，或不是 Ed25519")
        none_bad = none_bad and good is not False
    say(by_log, f"日志 {origin} 自己签了名")
    if not known:
        say(None, f"公钥取自回执本身，请与别处公布的核对：{receipt['log_key']}")
    return proved and by_log and none_bad


def say(good, words):  # 回执可能出自他人之手，不让它的控制字符到终端
    printable = "".join(each if each.isprintable() else "?" for each in words)
    print({True: "属实", False: "不实", None: "未核"}[good], printable, sep="：")


def main(arguments):
    sys.stdout.reconfigure(errors="replace")
    if len(arguments) % 2 == 0 or set(arguments[1::2]) - {"--key"}:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            receipt = json.loads(file.read(1 << 20), object_pairs_hook=once)
        numbers = {type(receipt[name]) for name in ("entry_id", "leaf_index", "tree_size")}
        if receipt["format"] != "nianlun-receipt/1" or numbers != {int}:
            raise ValueError("不认识的格式")
        sound = verify(receipt, arguments[2::2])
        say(sound, f"记录原文 {receipt['said']}")
    except (OSError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as reason:
        print("不能核对：文件或公钥不对。", type(reason).__name__)
        return 2
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
