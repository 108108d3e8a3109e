from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('customers', '0020_book_details')]

    operations = []
