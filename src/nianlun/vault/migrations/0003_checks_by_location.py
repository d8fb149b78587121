"""Checks belong to a location: what was known of objects and of whole checks moves to copies and runs."""

from itertools import islice

from django.db import migrations


def move(apps, schema_editor):
    stored, copy = apps.get_model("vault", "StoredObject"), apps.get_model("vault", "ObjectCopy")
    check, run = apps.get_model("vault", "Check"), apps.get_model("vault", "FixityRun")
    waiting = stored.objects.filter(copies=None).iterator(1000)
    while batch := list(islice(waiting, 1000)):
        copy.objects.bulk_create(
            copy(
                object=row,
                location="primary",
                version=row.versions,
                written_at=row.stored_at,
                checked_at=row.checked_at,
                sound=row.sound,
            )
            for row in batch
        )
    for old in check.objects.exclude(finished_at=None):
        run.objects.create(
            id=old.id,
            location="primary",
            state="finished",
            requested_at=old.requested_at,
            requested_by=old.requested_by,
            finished_at=old.finished_at,
            objects_total=old.objects_read,
            objects_read=old.objects_read,
            damaged=len(
                {found["object"] for found in old.findings if not found["code"].startswith(("W", "NW"))}
            ),
            findings=old.findings,
            sound=old.sound,
        )
    # The kind of job is gone; whoever asked for a check asks again.
    apps.get_model("jobs", "Job").objects.filter(kind="vault.verify_all", finished_at=None).delete()


def move_back(apps, schema_editor):
    copy = apps.get_model("vault", "ObjectCopy")
    for row in copy.objects.filter(location="primary").exclude(checked_at=None).select_related("object"):
        row.object.checked_at, row.object.sound = row.checked_at, row.sound
        row.object.save(update_fields=["checked_at", "sound"])


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_copies_and_checks"), ("jobs", "0001_initial")]

    operations = [migrations.RunPython(move, move_back)]
