"""The tables of persons, employers and agencies. Identity numbers lie here sealed (S5.1)."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from nianlun.kernel.identifiers import uuid7
from nianlun.registry.domain import Category, Relation, Scheme, Sex


class Agency(models.Model):
    """An office that runs the insurance for a division; its division code is what scopes are compared with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("名称", max_length=200)
    division = models.CharField("行政区划代码", max_length=12, unique=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(division__regex=r"^\d{2,12}$"), name="agency_division_is_digits"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["division"], opclasses=["varchar_pattern_ops"], name="agency_division_prefix"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Employer(models.Model):
    """A unit that employs or employed insured persons. A closed one stays: careers name it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="经办机构")
    name = models.CharField("名称", max_length=200)
    name_plain = models.CharField("检索用名称", max_length=200)
    grams = SearchVectorField("检索用字")
    credit_code = models.CharField("统一社会信用代码", max_length=18, null=True, unique=True)  # noqa: DJ001  many have none
    since = models.DateField("成立", null=True)
    until = models.DateField("终止", null=True)
    is_sample = models.BooleanField("样本数据", default=False)
    revision = models.PositiveIntegerField("变更次数", default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gt=F("since")),
                name="employer_period_half_open",
            ),
            models.CheckConstraint(
                condition=Q(credit_code=None) | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="employer_credit_code_form",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="employer_name_given"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["grams"], name="employer_grams", fastupdate=False),
            models.Index(fields=["agency", "name", "id"], name="employer_agency_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """An insured person. What is held true of birth and work start are facts of `evidence`, not columns here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name="经办机构")
    name = models.CharField("姓名", max_length=100)
    name_plain = models.CharField("检索用姓名", max_length=100)
    grams = SearchVectorField("检索用字")
    identity_number_sealed = models.BinaryField("证件号（加密）", max_length=100)
    identity_number_index = models.BinaryField("证件号（摘要）", max_length=32, unique=True)
    key_version = models.PositiveIntegerField("密钥版本")
    personal_number = models.CharField("个人编号", max_length=30, unique=True)
    sex = models.CharField("性别", max_length=6, choices=[(s.value, s.label) for s in Sex])
    scheme = models.CharField("险种", max_length=30, choices=[(s.value, s.label) for s in Scheme])
    category = models.PositiveSmallIntegerField(
        "原法定退休年龄", choices=[(c.value, f"{c.value} 岁") for c in Category]
    )
    is_sample = models.BooleanField("样本数据", default=False)
    registered_at = models.DateTimeField("登记时间")
    died_on = models.DateField("死亡日期", null=True)
    death_recorded_on = models.DateField("死亡登记日", null=True)
    revision = models.PositiveIntegerField("变更次数", default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(died_on=None, death_recorded_on=None)
                | Q(
                    died_on__isnull=False,
                    death_recorded_on__isnull=False,
                    died_on__lte=F("death_recorded_on"),
                ),
                name="person_death_recorded_after_it",
            ),
            models.CheckConstraint(
                condition=Q(sex="male", category=60) | Q(sex="female", category__in=[50, 55, 60]),
                name="person_sex_and_category_agree",
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=[scheme.value for scheme in Scheme]), name="person_scheme_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_name_given"),
            models.CheckConstraint(condition=~Q(personal_number=""), name="person_number_given"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["grams"], name="person_grams", fastupdate=False),
            models.Index(fields=["agency", "name", "id"], name="person_agency_name"),
            models.Index(fields=["key_version", "id"], name="person_key_version"),
        ]

    def __str__(self) -> str:
        return self.name


class FormerIdentity(models.Model):
    """Who a person was registered as before a change. Old papers carry it, so the person is found by it too.

    A number that was `mistaken` was never the person's: it is kept as what stood there, and nobody is found by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="参保人")
    name = models.CharField("姓名", max_length=100)
    name_plain = models.CharField("检索用姓名", max_length=100)
    grams = SearchVectorField("检索用字")
    identity_number_sealed = models.BinaryField("证件号（加密）", max_length=100)
    identity_number_index = models.BinaryField("证件号（摘要）", max_length=32)
    key_version = models.PositiveIntegerField("密钥版本")
    mistaken = models.BooleanField("号码登记有误", default=False)
    sex = models.CharField("性别", max_length=6, choices=[(s.value, s.label) for s in Sex])
    category = models.PositiveSmallIntegerField("原法定退休年龄")
    until = models.DateTimeField("变更时间")
    case_number = models.CharField("业务编号", max_length=40)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["grams"], name="former_identity_grams", fastupdate=False),
            models.Index(fields=["identity_number_index"], name="former_identity_number"),
            models.Index(fields=["person", "-until"], name="former_identity_of_person"),
            models.Index(fields=["key_version", "id"], name="former_identity_key_version"),
        ]


class FormerUnit(models.Model):
    """What an employer was registered as before a change. Old rosters name it so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="+", verbose_name="单位")
    name = models.CharField("名称", max_length=200)
    name_plain = models.CharField("检索用名称", max_length=200)
    grams = SearchVectorField("检索用字")
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    until = models.DateTimeField("变更时间")
    case_number = models.CharField("业务编号", max_length=40)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["grams"], name="former_unit_grams", fastupdate=False),
            models.Index(fields=["employer", "-until"], name="former_unit_of_employer"),
        ]


class EmployerLogin(models.Model):
    """Which account belongs to which employer: what it may ask about is that employer's own staff (S2.7)."""

    account = models.OneToOneField("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="+", verbose_name="单位")


class PersonLogin(models.Model):
    """Which account is whose own: lets a person see the own record, and keeps staff from handling it (S2.5)."""

    account = models.OneToOneField("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="参保人")


class Kin(models.Model):
    """Somebody a member of staff has declared as close, by identity number: registered here or not (S2.5).

    Never edited: a wrong one is withdrawn and declared anew. It counts until internal control has agreed to the
    withdrawal, so that nobody takes the spouse off the list for the day of the spouse's case.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    relation = models.CharField("关系", max_length=12, choices=[(r.value, r.label) for r in Relation])
    name = models.CharField("姓名", max_length=100)
    identity_number_sealed = models.BinaryField("证件号（加密）", max_length=100)
    identity_number_index = models.BinaryField("证件号（摘要）", max_length=32)
    key_version = models.PositiveIntegerField("密钥版本")
    declared_at = models.DateTimeField("申报时间")
    withdrawal_asked_at = models.DateTimeField("申请撤回时间", null=True)
    withdrawal_reason = models.CharField("撤回理由", max_length=200, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_by = models.ForeignKey(
        "access.Account", models.PROTECT, related_name="+", verbose_name="同意撤回的人", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(relation__in=[relation.value for relation in Relation]),
                name="kin_relation_known",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                    withdrawal_asked_at__isnull=False,
                )
                & ~Q(withdrawn_by=F("account")),
                name="kin_withdrawn_by_another",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="kin_name_given"),
            models.UniqueConstraint(
                fields=["account", "relation"],
                condition=Q(withdrawn_at=None, relation__in=["self", "spouse"]),
                name="kin_one_self_one_spouse",
            ),
            models.UniqueConstraint(
                fields=["account", "identity_number_index"],
                condition=Q(withdrawn_at=None),
                name="kin_declared_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["identity_number_index"], name="kin_number"),
            models.Index(fields=["key_version", "id"], name="kin_key_version"),
        ]


class KinConfirmation(models.Model):
    """That a member of staff has said of a year: these are all (S2.5)."""

    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    year = models.PositiveSmallIntegerField("年份")
    at = models.DateTimeField("确认时间")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["account", "year"], name="kin_confirmed_once_a_year"),
        ]
