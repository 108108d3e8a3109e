from django.db import migrations, models

RUNNING = models.Q(ended_at__isnull=True)
OPEN = models.Q(done_at__isnull=True, cancelled_at__isnull=True)


class Migration(migrations.Migration):
    """What is counted of a pattern, and all stores at once, are read from indexes alone."""

    dependencies = [("followups", "0008_acts")]

    operations = [
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(fields=["store", "pattern", "version"], name="follow_up_running", condition=RUNNING),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["late_at", "due_from", "id"],
                include=["due_on", "channel", "assignee", "store"],
                name="task_open_by_lateness",
                condition=OPEN,
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["due_on", "due_from", "id"],
                include=["late_at", "channel", "assignee", "store"],
                name="task_open_by_day",
                condition=OPEN,
            ),
        ),
    ]
