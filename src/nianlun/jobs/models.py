"""The queue's one table."""

from django.db import models
from django.db.models import Q

from nianlun.jobs.domain import ATTEMPTS, State
from nianlun.kernel.identifiers import uuid7


class Job(models.Model):
    """A piece of work that must happen once. Finished jobs stay, so that adding one again adds nothing."""

    class States(models.TextChoices):
        WAITING = State.WAITING.value, "等待"
        HELD = State.HELD.value, "处理中"
        DONE = State.DONE.value, "完成"
        FAILED = State.FAILED.value, "没有做成"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("类别", max_length=80)
    key = models.CharField("名下", max_length=200)
    payload = models.JSONField("内容")
    state = models.CharField("状态", max_length=10, choices=States, default=States.WAITING)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    patient = models.BooleanField("可以等", default=False)
    due_at = models.DateTimeField("何时可领")  # while held: when the lease runs out
    lease = models.UUIDField("租约", null=True)
    holder = models.CharField("由谁处理", max_length=100, blank=True)
    sentence = models.TextField("上次为何没有做成", blank=True)
    enqueued_at = models.DateTimeField("加入时间")
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once_per_kind_and_key"),
            models.CheckConstraint(
                condition=Q(state="held", lease__isnull=False) | (~Q(state="held") & Q(lease__isnull=True)),
                name="job_leased_while_held",
            ),
            models.CheckConstraint(condition=Q(attempts__lte=ATTEMPTS), name="job_attempts_limited"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"]) ^ Q(finished_at__isnull=True),
                name="job_finished_has_time",
            ),
        ]
        indexes = [
            # What workers look for twice a second; finished jobs, in time nearly all, are not in it.
            models.Index(
                fields=["patient", "due_at", "id"],
                name="job_due",
                condition=Q(state__in=["waiting", "held"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}（{self.get_state_display()}）"
