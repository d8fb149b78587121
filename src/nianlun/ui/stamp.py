"""What an issued paper carries so that anybody can ask whether it is one of ours: a code, and the address to ask at."""

import io
from dataclasses import dataclass

import segno
from django.conf import settings
from django.http import HttpRequest

VERIFY = "/verify/"
"""Where the public verification answers."""
_KEYWORD = "nianlun-document:"
_CODE = len("XXXX-XXXX-XXXX-XXXX")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The code of one paper and the site at which it is verified, such as `https://ylbx.example.gov.cn`, or none."""

    code: str
    site: str

    @property
    def address(self) -> str:
        """Where the paper is verified: what its QR code leads to. Without a site it is the code, to be typed."""
        return f"{self.site}{VERIFY}{self.code}" if self.site else self.code

    @property
    def keyword(self) -> str:
        """How the code stands among the keywords of the file."""
        return f"{_KEYWORD}{self.code}"

    def printed(self) -> dict[str, str]:
        """What a template sets on paper: code, address to type, keyword of the file, QR code as SVG."""
        drawn = io.BytesIO()
        segno.make(self.address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=0)
        return {
            "code": self.code,
            "place": f"{self.site}{VERIFY}" if self.site else "",
            "keyword": self.keyword,
            "qr": drawn.getvalue().decode(),
        }


def stamp(request: HttpRequest, *, code: str) -> Stamp:
    """The stamp of a paper given out now. Without `settings.PUBLIC_URL` the site is the one being used."""
    return Stamp(code, settings.PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}")


def stamp_of_site(*, code: str) -> Stamp:
    """The stamp of a paper that no request asks for. Without `settings.PUBLIC_URL` it names no address."""
    return Stamp(code, settings.PUBLIC_URL.rstrip("/"))


def stamped_code(content: bytes) -> str:
    """The code among the keywords of a file, as it stands in its bytes; empty without one. Nothing is parsed (S4.3)."""
    _before, mark, after = content.partition(_KEYWORD.encode())
    return after[:_CODE].decode("ascii", "replace") if mark else ""
