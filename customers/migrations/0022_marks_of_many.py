from django.db import migrations

TABLES = ("customers_customer", "customers_vehicle", "customers_deal")


class Migration(migrations.Migration):
    """Of thousands of rows updated at once the triggers walked each against each, by a plan kept from a single row."""

    dependencies = [
        ("customers", "0021_taking_more"),
    ]

    operations = [
        migrations.RunSQL(
            [f"ALTER FUNCTION {table}_mark() SET enable_nestloop = off" for table in TABLES],
            [f"ALTER FUNCTION {table}_mark() RESET enable_nestloop" for table in TABLES],
        ),
    ]
