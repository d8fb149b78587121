"""The table of what waits to be filed."""

from django.db import models

from nianlun.cases.models.cases import Case


class Filing(models.Model):
    """How an ended case will be filed: its reading file, and the description proposed for it and corrected by hand.

    `contents` lists title, first page, pages and file of each part; `pages` are the pixels of each page's picture.
    `edition` counts the corrections: whoever files an older one is refused.
    """

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="filing")
    title = models.CharField("题名", max_length=200)
    retention_item = models.CharField("保管期限表条目", max_length=20)
    retention = models.CharField("保管期限", max_length=6)
    secrecy = models.CharField("密级", max_length=12)
    contents = models.JSONField("目次", default=list)
    pages = models.JSONField("各页尺寸", default=list)
    sha512 = models.CharField("阅读件摘要", max_length=128)
    prepared_at = models.DateTimeField("阅读件生成时间")
    edition = models.PositiveIntegerField("著录改动数", default=1)
