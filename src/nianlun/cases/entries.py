"""What the journal says of each move of a case, and of an attempt that separation refused."""

from nianlun.cases.domain.flow import Move
from nianlun.journal.domain import declare

ENTRIES = {
    Move.OPEN: declare("cases.opened", "收件 {about}"),
    Move.ACCEPT: declare("cases.accepted", "受理 {about}，{due}"),
    Move.REJECT: declare("cases.rejection_proposed", "提出不予受理 {about}"),
    Move.ASK: declare("cases.supplement_asked", "要求补正 {about}"),
    Move.SUPPLY: declare("cases.supplement_made", "{about} 的材料已补，恢复办理"),
    Move.SUSPEND: declare("cases.suspended", "中止 {about}"),
    Move.RESUME: declare("cases.resumed", "恢复办理 {about}"),
    Move.PASS: declare("cases.step_passed", "{about} {step}通过"),
    Move.RETURN: declare("cases.returned", "把 {about} 由{step}退回"),
    Move.REFUSE: declare("cases.refused", "{about} 不予批准"),
    Move.WITHDRAW: declare("cases.withdrawn", "撤销 {about}"),
    Move.CONFIRM: declare("cases.proposal_confirmed", "同意 {about} 的{step}"),
    Move.DENY: declare("cases.proposal_denied", "不同意 {about} 的{step}"),
    Move.PAY: declare("cases.paid", "支付 {about}"),
    Move.PAY_FAILED: declare("cases.payment_failed", "{about} 支付不成，等换账户"),
    Move.ACCOUNT: declare("cases.account_taken", "登记 {about} 的新收款账户"),
    Move.MATERIAL: declare("cases.material_taken", "收取 {about} 的材料：{what}"),
    Move.OPINION: declare("cases.opinion_given", "在 {about} 的会审中发表意见"),
    Move.POSTING: declare("cases.posted", "登记 {about} 的公示"),
    Move.HEARING: declare("cases.hearing_called", "把 {about} 提请会审"),
    Move.HEARING_CLOSED: declare("cases.hearing_closed", "结束 {about} 的会审"),
    Move.TAKE: declare("cases.taken", "领取 {about}"),
    Move.HAND_OVER: declare("cases.handed_over", "把 {about} 转交给 {what}"),
    Move.FILE: declare("cases.filed", "{about} 归档，档号 {what}"),
    Move.CORRECT: declare("cases.correction_opened", "为 {what} 另立更正业务 {about}"),
    Move.DETAILS: declare("cases.details_written", "补录 {about} 的申报内容"),
    Move.DELIVER: declare("cases.slip_delivered", "{about} 的{what}已送达"),
}
NOT_SEPARATE = declare("cases.separation_refused", "{about} 的{step}被拒绝：{what}")
