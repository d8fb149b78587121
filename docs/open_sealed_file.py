"""打开年轮档案库里一个加密的文件，不需要年轮系统：只用 Python 3.9 以上和 cryptography 这个包。

    python open_sealed_file.py 类密钥.json 对象的密钥文件.json 加密的文件 文件名 > 原件

一、类密钥文件，或已解开的导出件；二、存储根里 extensions/nianlun-keys/<前两位>/<对象编号的 SHA-256>.json；
三、对象的 inventory.json 里，四所对应的内容路径；四、文件在对象里的名字，如 original.pdf。
有一个字节不真、少了一段，就报错并以 1 结束，已写出的部分要扔掉。格式见 reference/formats.md。
"""

import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK, TAG, HEADER = 1 << 20, 16, 12


def data_key(class_keys, key_file):
    """The 32 bytes that the object's files are sealed with, and the object's id."""
    wrapped = json.loads(key_file)
    name, level, version = wrapped["object"], wrapped["class"], wrapped["class_key"]
    class_key = bytes.fromhex(json.loads(class_keys)["keys"][level][str(version)])
    bound = f"nianlun-key/1\n{name}\n{level}\n{version}".encode()
    nonce, sealed = bytes.fromhex(wrapped["nonce"]), bytes.fromhex(wrapped["wrapped"])
    return AESGCM(class_key).decrypt(nonce, sealed, bound), name


def opener(algorithm, key):
    """A function that opens one chunk: nonce, sealed bytes, what it is bound to."""
    if algorithm == 1:
        return AESGCM(key).decrypt
    if algorithm != 2:
        raise InvalidTag
    sm4 = algorithms.SM4(HKDF(hashes.SM3(), 16, None, b"NLS1 SM4-GCM").derive(key))

    def decrypt(nonce, sealed, bound):
        step = Cipher(sm4, modes.GCM(nonce, sealed[-TAG:])).decryptor()
        step.authenticate_additional_data(bound)
        return step.update(sealed[:-TAG]) + step.finalize()

    return decrypt


def chunks(stream, key, name, logical_path):
    """The original's bytes, piece by piece."""
    header = stream.read(HEADER)
    if len(header) != HEADER or header[:4] != b"NLS1":
        raise InvalidTag
    decrypt, bound = opener(header[4], key), header + f"{name}\n{logical_path}".encode()
    number, sealed = 0, stream.read(CHUNK + TAG)
    while True:
        following = stream.read(CHUNK + TAG)
        if len(sealed) < TAG:
            raise InvalidTag
        nonce = header[5:] + number.to_bytes(4, "big") + (b"\0" if following else b"\1")
        yield decrypt(nonce, sealed, bound)
        if not following:
            return
        number, sealed = number + 1, following


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    try:
        opened, object_id = data_key(*(Path(name).read_bytes() for name in sys.argv[1:3]))
        with Path(sys.argv[3]).open("rb") as sealed_file:
            for piece in chunks(sealed_file, opened, object_id, sys.argv[4]):
                sys.stdout.buffer.write(piece)
    except InvalidTag:
        sys.exit("打不开：密钥、文件或文件名不对，或文件已被改动。已写出的部分不可用。")
