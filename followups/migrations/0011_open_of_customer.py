from django.db import migrations, models


class Migration(migrations.Migration):
    """Who has nothing planned is told from what is open alone, whatever there was in ten years."""

    dependencies = [("followups", "0010_open_tasks_of_deals")]

    operations = [
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(
                fields=["customer"], name="follow_up_running_customer", condition=models.Q(ended_at__isnull=True)
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["customer"],
                name="task_open_of_customer",
                condition=models.Q(done_at__isnull=True, cancelled_at__isnull=True),
            ),
        ),
    ]
