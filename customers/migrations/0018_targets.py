from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0017_stages_and_estimates"),
    ]

    operations = []
