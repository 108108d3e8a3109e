from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("followups", "0019_figures_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("paused_at__isnull", False)),
                fields=["paused_until_on", "id"],
                name="follow_up_paused",
            ),
        ),
    ]
