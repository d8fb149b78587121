"""Why a file is not taken in, in the words a clerk reads: the fact, the cause, the next step."""

from collections.abc import Mapping

MAX_FILE_BYTES = 200 * 1024 * 1024  # S4.1
MAX_PAGES = 2_000
MAX_PAGE_PIXELS = 100_000_000
MAX_ZIP_RATIO = 100
MAX_ZIP_MEMBERS = 5_000

SENTENCES: Mapping[str, str] = {
    "empty": "文件是空的（0 字节），可能传送中断。请重新扫描或重新传送。",
    "wrong_type": "文件内容是{found}，不在可收的格式之内。请交 PDF、TIFF、JPEG、PNG 或 OFD。",
    "wrong_extension": "文件名以“{extension}”结尾，内容却是{found}。请按真实格式改名后再交，并核对是否交错了文件。",
    "bad_name": "文件名不能用：{why}。请改成不带路径和控制字符的名字再交。",
    "truncated": "文件不完整，后面的内容缺失，可能传送中断。请重新传送，或重新扫描。",
    "encrypted": "文件设了口令或加密，打不开全部内容。请交没有口令的文件，或由形成单位解除加密。",
    "has_script": "文件带有{what}，已放入待处理，原件未改动。请经办人核对来源，或另交不带这类内容的文件。",
    "too_many_pages": "文件有 {pages} 页，超过 2,000 页的上限。请按件拆分后再交。",
    "too_many_pixels": "第 {number} 页有 {pixels:,} 像素，超过 1 亿像素的上限。请用 300 dpi 以内重新扫描。",
    "too_large": "文件有 {megabytes:.0f} MB，超过 200 MB 的上限。请拆分，或降低分辨率后再交。",
    "bomb": "文件解开后会异常膨胀（{why}），可能是恶意文件，已拒收。请核对来源，由形成单位重新导出。",
    "not_decodable": "文件读不出页面：{why}。请重新扫描，或由形成单位重新导出后再交。",
    "too_slow": "读这一页超过了时限（计算 60 秒、总计 120 秒），已停止。请重新扫描或简化后再交。",
    "out_of_memory": "读这一页要用的内存超过了 1.5 GB，已停止。请用 300 dpi 以内重新扫描后再交。",
    "no_such_page": "文件只有 {pages} 页，没有第 {number} 页。请核对页号。",
    "not_found": "找不到文件“{name}”。请核对路径。",
    "not_readable": "文件“{name}”不能读取（{why}）。请检查权限，或换一个普通文件。",
}


class Refused(Exception):
    """A file or page that is not read, with a code for programs and one Chinese sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def refusal(code: str, **particulars: object) -> Refused:
    """The `Refused` of that code, its sentence filled in."""
    return Refused(code, SENTENCES[code].format(**particulars))
