"""Time stamps by an authority (RFC 3161) on what the log signed: when it said so, by a clock that is not ours."""

from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from nianlun.journal.outside import Unreachable, post

_KIND = "application/timestamp-query"


class NotStamped(Exception):
    """The authority gave no time stamp that holds; the sentence says what it did instead."""


def stamped(url: str, *, note: str, roots: Path | None, seconds: float) -> tuple[bytes, datetime]:
    """The authority's answer about a note, and the time it states. Raises `NotStamped`.

    `roots` is the PEM file of the certificates that are trusted to have issued the authority's own.
    """
    message = note.encode()
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        status, answer = post(url, request.as_bytes(), kind=_KIND, seconds=seconds)
    except Unreachable as reason:
        raise NotStamped(f"没有时间戳：{reason}") from reason
    if status != HTTPStatus.OK:
        raise NotStamped(f"没有时间戳：时间戳服务答 {status}。")
    try:
        response = decode_timestamp_response(answer)
    except ValueError:
        raise NotStamped("时间戳服务的答复不是时间戳。") from None
    if response.status not in (0, 1):
        raise NotStamped(f"时间戳服务没有给时间戳（状态 {response.status}）。")
    if request.nonce is not None and response.tst_info.nonce != request.nonce:
        raise NotStamped("时间戳服务的答复是对别的请求的。")
    return answer, checked(answer, note=note, roots=roots)


def checked(response: bytes, *, note: str, roots: Path | None) -> datetime:
    """The time a kept answer states for a note. Raises `NotStamped` where it does not hold."""
    if roots is None:
        raise NotStamped("没有设置时间戳服务的根证书，无从核对。请设 NIANLUN_TSA_ROOTS。")
    try:
        found = decode_timestamp_response(response)
        builder = VerifierBuilder()
        for certificate in x509.load_pem_x509_certificates(roots.read_bytes()):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(found, note.encode())
    except OSError as error:
        raise NotStamped(f"读不到时间戳的根证书：{error.strerror or '原因不明'}。") from error
    except (VerificationError, ValueError) as reason:
        raise NotStamped(f"时间戳不能相信：{reason}") from reason
    return found.tst_info.gen_time
