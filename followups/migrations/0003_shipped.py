from functools import partial

from django.db import migrations

from followups import shipped


def ship(apps, schema_editor):
    shipped.ensure(partial(apps.get_model, "followups"))


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
