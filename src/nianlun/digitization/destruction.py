"""What was derived from a destroyed item goes with it: pictures of its pages and what a machine read on them."""

from nianlun.archives import queries as archives
from nianlun.digitization import page_images
from nianlun.digitization.models import Reading
from nianlun.kernel.cipher import seal
from nianlun.registry.keys import keyring
from nianlun.vault.destruction_rules import forgets_destroyed


@forgets_destroyed
def forget(object_id: str) -> None:
    """Readings stay as rows that say which engine read which page when, without what it read."""
    items = list(archives.items_in([object_id]))
    readings = list(Reading.objects.filter(page__item__in=items).only("id"))
    for reading in readings:
        reading.lines, reading.text, reading.grams = [], "", None
        reading.fields = seal("[]", keys=keyring(), about=f"digitization.reading.fields:{reading.pk}")
    Reading.objects.bulk_update(readings, ["lines", "text", "grams", "fields"], batch_size=200)
    for item_id in items:
        page_images.drop(item_id)
