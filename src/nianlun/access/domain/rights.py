"""What can be allowed: each right by its name and by what it lets one do."""

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """One thing a role may do. Pages name the right they need; operations ask for theirs again."""

    BATCH_READ = "batch.read"
    BATCH_ADD = "batch.add"
    BATCH_ARRANGE = "batch.arrange"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    REVIEW_CONFIRM = "review.confirm"
    PERSON_READ = "person.read"
    PERSON_SEARCH = "person.search"
    PERSON_ADD = "person.add"
    PERSON_REVEAL_IDENTITY = "person.reveal_identity"
    ITEM_READ = "item.read"
    ITEM_DESCRIBE = "item.describe"
    ITEM_CERTIFY = "item.certify"
    DOCUMENT_WITHDRAW = "document.withdraw"
    RULING_READ = "ruling.read"
    RULING_MAKE = "ruling.make"
    RULING_CONFIRM = "ruling.confirm"
    BENEFIT_PROPOSE = "benefit.propose"
    BENEFIT_CONFIRM = "benefit.confirm"
    BENEFIT_REPLAY = "replay.read"
    CONTRIBUTION_READ = "contribution.read"
    CONTRIBUTION_IMPORT = "contribution.import"
    CONTRIBUTION_CONFIRM = "contribution.confirm"
    POLICY_READ = "policy.read"
    POLICY_DRAFT = "policy.draft"
    POLICY_APPROVE = "policy.approve"
    POLICY_IMPACT = "policy.impact"
    VAULT_READ = "vault.read"
    VAULT_CHECK = "vault.check"
    VAULT_RESTORE = "vault.restore"
    VAULT_DESTROY = "vault.destroy"
    VAULT_DESTROY_APPROVE = "vault.destroy_approve"
    MEDIA_READ = "media.read"
    MEDIA_WRITE = "media.write"
    MEDIA_INSPECT = "media.inspect"
    JOURNAL_READ = "journal.read"
    JOURNAL_PROVE = "journal.prove"
    STAFF_READ = "staff.read"
    STAFF_CHANGE = "staff.change"
    CASE_READ = "case.read"
    CASE_ACCEPT = "case.accept"
    CASE_REVIEW = "case.review"
    CASE_CONFIRM = "case.confirm"
    CASE_APPROVE = "case.approve"
    CASE_PAY = "case.pay"
    CASE_HEAR = "case.hear"
    CASE_FILE = "case.file"
    CASE_OVERSEE = "case.oversee"
    CALENDAR_READ = "calendar.read"
    CALENDAR_CHANGE = "calendar.change"
    NOTICE_READ = "notice.read"
    LOGIN_OPEN = "login.open"
    LOGIN_RELEASE = "login.release"
    GRANT_READ = "grant.read"
    GRANT_ASK = "grant.ask"
    GRANT_REVIEW = "grant.review"
    GRANT_APPROVE = "grant.approve"
    GRANT_GIVE = "grant.give"
    GLASS_BREAK = "glass.break"
    GLASS_OPEN = "glass.open"
    WATCH_READ = "watch.read"
    WATCH_SETTLE = "watch.settle"
    EXPORT_ASK = "export.ask"
    EXPORT_APPROVE = "export.approve"
    TOKEN_READ = "token.read"  # noqa: S105  a right, no token
    TOKEN_CHANGE = "token.change"  # noqa: S105
    EMPLOYER_READ = "employer.read"
    DESK_READ = "desk.read"
    OWN_READ = "own.read"

    @property
    def label(self) -> str:
        """What the right allows, to complete 可以…… or 不能……."""
        return _RIGHT_LABELS[self]


_RIGHT_LABELS: Mapping[Right, str] = {
    Right.BATCH_READ: "查看扫描批次",
    Right.BATCH_ADD: "送入扫描件",
    Right.BATCH_ARRANGE: "新建批次、分给外包人员、关闭批次",
    Right.REVIEW_READ: "查看待审核的页和主张",
    Right.REVIEW_DECIDE: "审核主张",
    Right.REVIEW_CONFIRM: "复核主张",
    Right.PERSON_READ: "查看参保人",
    Right.PERSON_SEARCH: "检索参保人和档案",
    Right.PERSON_ADD: "登记参保人",
    Right.PERSON_REVEAL_IDENTITY: "显示完整证件号",
    Right.ITEM_READ: "查看档案的件和页",
    Right.ITEM_DESCRIBE: "著录档案",
    Right.ITEM_CERTIFY: "出具档案复制件",
    Right.DOCUMENT_WITHDRAW: "查看和撤回出具的文件",
    Right.RULING_READ: "查看认定",
    Right.RULING_MAKE: "作出认定",
    Right.RULING_CONFIRM: "复核认定",
    Right.BENEFIT_PROPOSE: "提出待遇核定",
    Right.BENEFIT_CONFIRM: "复核待遇核定",
    Right.BENEFIT_REPLAY: "重放待遇核定",
    Right.CONTRIBUTION_READ: "查看缴费记录",
    Right.CONTRIBUTION_IMPORT: "提交缴费名册、申请冲销",
    Right.CONTRIBUTION_CONFIRM: "复核缴费入账和冲销",
    Right.POLICY_READ: "查看政策库",
    Right.POLICY_DRAFT: "起草政策修订",
    Right.POLICY_APPROVE: "批准政策修订",
    Right.POLICY_IMPACT: "查看政策草案影响到的人",
    Right.VAULT_READ: "查看档案库和核对结果",
    Right.VAULT_CHECK: "核对档案库、设定核对计划",
    Right.VAULT_RESTORE: "恢复损坏的对象",
    Right.VAULT_DESTROY: "提出销毁",
    Right.VAULT_DESTROY_APPROVE: "批准销毁",
    Right.MEDIA_READ: "查看离线介质台账",
    Right.MEDIA_WRITE: "规划、写入和上架离线介质",
    Right.MEDIA_INSPECT: "回读和巡检离线介质",
    Right.JOURNAL_READ: "查看操作日志",
    Right.JOURNAL_PROVE: "查看日志证明、核对整个日志",
    Right.STAFF_READ: "查看工作人员账号",
    Right.STAFF_CHANGE: "启用和停用账号",
    Right.CASE_READ: "查看业务办件",
    Right.CASE_ACCEPT: "受理业务、收取材料",
    Right.CASE_REVIEW: "初审业务",
    Right.CASE_CONFIRM: "复核业务",
    Right.CASE_APPROVE: "审批业务",
    Right.CASE_PAY: "支付业务款项",
    Right.CASE_HEAR: "在会审中发表意见",
    Right.CASE_FILE: "把办结的业务归档",
    Right.CASE_OVERSEE: "查看办件的分布、用时和退回",
    Right.CALENDAR_READ: "查看工作日历",
    Right.CALENDAR_CHANGE: "导入工作日历",
    Right.NOTICE_READ: "查看发出的通知和送达情况",
    Right.LOGIN_OPEN: "为参保人开通网上服务、重设口令",
    Right.LOGIN_RELEASE: "复核并发放网上服务的开通码",
    Right.GRANT_READ: "查看权限台账",
    Right.GRANT_ASK: "申请权限",
    Right.GRANT_REVIEW: "审核权限申请",
    Right.GRANT_APPROVE: "核准权限申请",
    Right.GRANT_GIVE: "赋予和收回权限",
    Right.GLASS_BREAK: "申请应急权限",
    Right.GLASS_OPEN: "同意应急权限",
    Right.WATCH_READ: "查看异常提醒",
    Right.WATCH_SETTLE: "处理异常提醒、恢复被停用的查询",
    Right.EXPORT_ASK: "申请导出",
    Right.EXPORT_APPROVE: "批准导出",
    Right.TOKEN_READ: "查看接口令牌",
    Right.TOKEN_CHANGE: "签发和吊销接口令牌",
    Right.EMPLOYER_READ: "查看本单位在职期间的缴费",
    Right.DESK_READ: "进入工作台",
    Right.OWN_READ: "查看自己的权益记录",
}
