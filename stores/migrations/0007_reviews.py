from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('stores', '0006_morning_report')]

    operations = []
