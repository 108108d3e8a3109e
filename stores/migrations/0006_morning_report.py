from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('stores', '0005_cover_and_capacity')]

    operations = []
