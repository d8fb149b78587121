"""How access leaves its traces. Access and the journal stand on one rung and do not import each other, so the
way there is a name in the settings: `JOURNAL`, by default the journal component."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from nianlun.access.domain import Viewer

SIGNED_IN = "access.signed_in"
SIGN_IN_FAILED = "access.sign_in_failed"
SIGN_IN_LOCKED = "access.sign_in_locked"
SIGNED_OUT = "access.signed_out"
SESSION_ENDED = "access.session_ended"
PAGE_REFUSED = "access.page_refused"
PURPOSE_STATED = "access.purpose_stated"
ACCOUNT_ADDED = "access.account_added"
ACCOUNT_ACTIVATED = "access.account_activated"
ACCOUNT_DEACTIVATED = "access.account_deactivated"
PASSWORD_RIGHT = "access.password_right"  # noqa: S105  an action, no password
FACTOR_FAILED = "access.factor_failed"
FACTOR_PROVEN = "access.factor_proven"
FACTOR_ADDED = "access.factor_added"
FACTOR_RENAMED = "access.factor_renamed"
FACTOR_REMOVED = "access.factor_removed"
RECOVERY_CODES_MADE = "access.recovery_codes_made"
SESSION_CLOSED = "access.session_closed"
QUERIES_STOPPED = "access.queries_stopped"
QUERIES_RESUMED = "access.queries_resumed"
GRANT_ASKED = "access.grant_asked"
GRANT_SIGNED = "access.grant_signed"
GRANT_REFUSED = "access.grant_refused"
GRANT_WITHDRAWN = "access.grant_withdrawn"
GRANT_GIVEN = "access.grant_given"
GRANT_ENDED = "access.grant_ended"
SUBSTITUTE_NAMED = "access.substitute_named"
SUBSTITUTE_AGREED = "access.substitute_agreed"
SUBSTITUTE_REFUSED = "access.substitute_refused"
SUBSTITUTE_ENDED = "access.substitute_ended"
GLASS_ASKED = "access.glass_asked"
GLASS_REFUSED = "access.glass_refused"
GLASS_AGREED = "access.glass_agreed"
GLASS_BROKEN = "access.glass_broken"
GLASS_USED = "access.glass_used"
GLASS_CLOSED = "access.glass_closed"
GLASS_REVIEWED = "access.glass_reviewed"
PASSWORD_CHANGED = "access.password_changed"  # noqa: S105  an action, no password; so are those below
PASSWORD_CHANGE_FAILED = "access.password_change_failed"  # noqa: S105
PASSWORD_ASKED = "access.password_asked"  # noqa: S105
PASSWORD_CHECKED = "access.password_checked"  # noqa: S105
PASSWORD_RELEASED = "access.password_released"  # noqa: S105
PASSWORD_REFUSED = "access.password_refused"  # noqa: S105
PASSWORD_SET = "access.password_set"  # noqa: S105
ACCOUNT_UNLOCKED = "access.account_unlocked"
ACCOUNT_RESET = "access.account_reset"
PRUNED = "access.pruned"
SECRETS_RESEALED = "access.secrets_resealed"
TOKEN_MADE = "access.token_made"  # noqa: S105  actions, no tokens
TOKEN_RELEASED = "access.token_released"  # noqa: S105
TOKEN_REVOKED = "access.token_revoked"  # noqa: S105
TOKEN_REFUSED = "access.token_refused"  # noqa: S105

ACTIONS: Mapping[str, str] = {
    SIGNED_IN: "登录系统",
    SIGN_IN_FAILED: "试登账号“{about}”，没有成功",
    SIGN_IN_LOCKED: "登录时账号已锁定或来源受限",
    SIGNED_OUT: "退出系统",
    SESSION_ENDED: "因超时被系统退出",
    PAGE_REFUSED: "要{about}，被系统拒绝",
    PURPOSE_STATED: "填写查阅事由",
    ACCOUNT_ADDED: "新建账号 {about}",
    ACCOUNT_ACTIVATED: "启用账号 {about}",
    ACCOUNT_DEACTIVATED: "停用账号 {about}",
    PASSWORD_RIGHT: "口令已通过，等第二步验证",
    FACTOR_FAILED: "账号“{about}”的第二步验证没有通过",
    FACTOR_PROVEN: "为重要操作重新验证身份",
    FACTOR_ADDED: "添加验证方式：{about}",
    FACTOR_RENAMED: "给验证方式改名：{about}",
    FACTOR_REMOVED: "移除验证方式：{about}",
    RECOVERY_CODES_MADE: "生成新的恢复码，原有的作废",
    SESSION_CLOSED: "结束本人在{about}的登录",
    QUERIES_STOPPED: "停用 {about} 的查询：{reason}",
    QUERIES_RESUMED: "恢复 {about} 的查询：{reason}",
    GRANT_ASKED: "为 {about} 申请权限",
    GRANT_SIGNED: "同意 {about} 的权限申请：{step}",
    GRANT_REFUSED: "退回 {about} 的权限申请：{step}",
    GRANT_WITHDRAWN: "撤回 {about} 的权限申请",
    GRANT_GIVEN: "赋予 {about} 权限",
    GRANT_ENDED: "收回 {about} 的权限",
    SUBSTITUTE_NAMED: "指定代班：{about}",
    SUBSTITUTE_AGREED: "核准代班：{about}",
    SUBSTITUTE_REFUSED: "不同意代班：{about}",
    SUBSTITUTE_ENDED: "结束代班：{about}",
    GLASS_ASKED: "申请应急权限：{about}",
    GLASS_REFUSED: "不同意 {about} 的应急权限",
    GLASS_AGREED: "同意 {about} 的应急权限",
    GLASS_BROKEN: "启用应急权限，代行{about}，由{opened_by}同意",
    GLASS_USED: "在应急权限下{about}",
    GLASS_CLOSED: "{about} 的应急权限结束",
    GLASS_REVIEWED: "审查 {about} 的应急权限",
    PASSWORD_CHANGED: "改本人的口令",
    PASSWORD_CHANGE_FAILED: "改口令时原口令不对",
    PASSWORD_ASKED: "有人为账号“{about}”申请重设口令",
    PASSWORD_CHECKED: "核实账号“{about}”的口令申请，给出前半重设码",
    PASSWORD_RELEASED: "为账号“{about}”发放后半重设码",
    PASSWORD_REFUSED: "关闭账号“{about}”的口令申请",
    PASSWORD_SET: "用重设码设新口令",
    ACCOUNT_UNLOCKED: "解除账号 {about} 的锁定",
    PRUNED: "清理过期的登录记录：会话 {sessions} 条，尝试 {attempts} 条，申请 {requests} 条",
    ACCOUNT_RESET: "在服务器上重设账号 {about} 的口令和第二步验证：{reason}",
    SECRETS_RESEALED: "用新密钥重新加密 {secrets} 个动态口令密钥",
    TOKEN_MADE: "签发接口令牌：{about}",
    TOKEN_RELEASED: "启用接口令牌：{about}",
    TOKEN_REVOKED: "吊销接口令牌：{about}",
    TOKEN_REFUSED: "令牌“{about}”不能用，被系统拒绝",
}


class _Record(Protocol):
    def __call__(
        self,
        action: str,
        *,
        by: Viewer | None,
        about: str = ...,
        about_id: str = ...,
        person_id: UUID | None = ...,
        purpose: str = ...,
        details: Mapping[str, object] | None = ...,
        outcome: str = ...,
        division: str = ...,
        at: datetime,
    ) -> None: ...


class _Declare(Protocol):
    def __call__(self, action: str, sentence: str) -> str: ...


def _journal(name: str) -> object:
    return import_string(f"{getattr(settings, 'JOURNAL', 'nianlun.journal')}.{name}")


def declare_actions() -> None:
    """Tell the journal what this component does, once, at start."""
    declare = cast(_Declare, _journal("domain.declare"))
    for action, sentence in ACTIONS.items():
        declare(action, sentence)


def record(
    action: str,
    *,
    by: Viewer | None,
    about: str = "",
    about_id: str = "",
    person_id: UUID | None = None,
    purpose: str = "",
    details: Mapping[str, object] | None = None,
    outcome: str = "done",
    division: str = "",
    at: datetime,
) -> None:
    """Write one entry in the surrounding transaction, as `journal.operations.record` does."""
    write = cast(_Record, _journal("operations.record"))
    write(
        action,
        by=by,
        about=about,
        about_id=about_id,
        person_id=person_id,
        purpose=purpose,
        details=details,
        outcome=outcome,
        division=division,
        at=at,
    )
