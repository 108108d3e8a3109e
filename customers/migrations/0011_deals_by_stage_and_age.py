from django.db import migrations, models

OPEN = models.Q(closed_at__isnull=True)
LOST = models.Q(lost_at__isnull=False)
PAID = models.Q(closed_at__isnull=False, lost_at__isnull=True)


class Migration(migrations.Migration):
    """Boards and lists of deals are read in the order of an index, of one store and of all."""

    dependencies = [("customers", "0010_edited")]

    operations = [
        migrations.RemoveIndex(model_name="deal", name="deal_open_by_stage"),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                fields=["store", "stage", "stage_changed_at", "id"], name="deal_open_of_store", condition=OPEN
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["stage", "stage_changed_at", "id"], name="deal_open_of_stage", condition=OPEN),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                fields=["stage_changed_at", "id"], include=["store"], name="deal_open_by_age", condition=OPEN
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["-closed_at", "-id"], include=["store"], name="deal_lost", condition=LOST),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["-closed_at", "-id"], include=["store"], name="deal_paid", condition=PAID),
        ),
    ]
