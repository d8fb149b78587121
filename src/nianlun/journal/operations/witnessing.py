"""Letting others sign what the log says of itself: witnesses each checkpoint, a time-stamping authority once a day.

Both are outside: they may be away, slow or wrong. That is said in the status and tried again; nothing waits for it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from nianlun.journal import queries, time_stamps, witness_client
from nianlun.journal.models import Cosignature, TimeStamp
from nianlun.journal.operations.sequencing import note_condition
from nianlun.journal.queries import CheckpointLine
from nianlun.journal.time_stamps import NotStamped
from nianlun.journal.witness_client import KnowsOther, NotCosigned
from nianlun.kernel.notes import BadKey, NotSigned, Verifier, open_note, verifier

WAIT_SECONDS = 10.0
STAMP_EVERY = timedelta(days=1)


def ask_witnesses(*, at: datetime) -> bool:
    """Have every witness cosign the newest checkpoint that it has not; whether all have now."""
    newest = queries.last_checkpoint()
    if newest is None:
        return True
    well = True
    for url, vkey in settings.LOG_WITNESSES:
        name = vkey.partition("+")[0]
        last = queries.last_cosignature(name)
        if last is not None and last.checkpoint_id >= newest.size:
            continue
        try:
            _cosign(url, verifier(vkey), newest, known=last.checkpoint_id if last else 0)
            problem = ""
        except NotCosigned as reason:
            problem, well = str(reason), False
        except BadKey:
            problem, well = "设置里见证方的公钥不对。请检查 NIANLUN_LOG_WITNESSES。", False
        except (ValueError, NotSigned):  # one witness's trouble must not keep the others from being asked
            problem, well = "拿不出给见证方的证明：日志的摘要块或检查点缺损。请核对整个日志。", False
        note_condition(queries.WITNESS + name, problem, at=at)
    return well


def stamp_time(*, at: datetime) -> bool:
    """Have the newest checkpoint time-stamped if the last stamp is a day old; whether there is one now.

    Nothing is asked where the site has named no authority.
    """
    newest = queries.last_checkpoint()
    if not settings.TSA_URL or newest is None:
        return True
    last = TimeStamp.objects.order_by("-at").first()
    if last is not None and (at - last.at < STAMP_EVERY or last.checkpoint_id == newest.size):
        return True
    try:
        response, stamped_at = time_stamps.stamped(
            settings.TSA_URL, note=newest.note, roots=settings.TSA_ROOTS, seconds=WAIT_SECONDS
        )
    except NotStamped as reason:
        note_condition(queries.TIME_STAMPS, str(reason), at=at)
        return False
    with transaction.atomic():
        TimeStamp.objects.create(checkpoint_id=newest.size, at=stamped_at, response=response)
        note_condition(queries.TIME_STAMPS, "", at=at)
    return True


def _cosign(url: str, key: Verifier, newest: CheckpointLine, *, known: int) -> None:
    try:
        line = _asked(url, key, newest, known=known)
    except KnowsOther as other:
        if other.size > newest.size:
            raise NotCosigned(
                f"见证方见过 {other.size} 条的日志，现在只有 {newest.size} 条：日志尾部被截，或数据库是从旧备份恢复的。"
                "请用 nianlun journal verify 查明。"
            ) from None
        try:
            line = _asked(url, key, newest, known=other.size)
        except KnowsOther:
            raise NotCosigned("见证方两次说的日志长度不同。") from None
    at = open_note(newest.note + line, verifiers=[key]).cosigned_at[key.name]
    Cosignature.objects.get_or_create(
        witness=key.name, checkpoint_id=newest.size, defaults={"at": at, "line": line}
    )


def _asked(url: str, key: Verifier, newest: CheckpointLine, *, known: int) -> str:
    proof = queries.consistency(known, newest.size)
    return witness_client.ask(
        url, note=newest.note, old_size=known, proof=proof, key=key, seconds=WAIT_SECONDS
    )
