import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who has changed a customer's entry by hand last, and when: told to whoever was changing it too."""

    dependencies = [
        ("customers", "0007_import_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("customer", "edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "customer",
            "edited_by",
            models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
