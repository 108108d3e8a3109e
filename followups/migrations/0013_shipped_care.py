from functools import partial

from django.db import migrations

from followups import shipped, shipped_care


def ship(apps, schema_editor):
    shipped.ship(shipped_care.PATTERNS, partial(apps.get_model, "followups"))


class Migration(migrations.Migration):
    dependencies = [("followups", "0012_whole_engine"), ("customers", "0012_marks")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
