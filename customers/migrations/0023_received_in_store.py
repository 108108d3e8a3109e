from django.db import migrations, models


class Migration(migrations.Migration):
    """The morning report of a store and leads that come in twice look for what came in lately."""

    dependencies = [
        ("customers", "0022_marks_of_many"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["store", "received_at"], name="deal_received_in_store"),
        ),
    ]
