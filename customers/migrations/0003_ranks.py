from django.db import migrations


def ship(apps, schema_editor):
    for position, code in enumerate("ABC", start=1):
        apps.get_model("customers", "Rank").objects.get_or_create(code=code, defaults={"position": position})


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
