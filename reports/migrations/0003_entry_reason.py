import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _of(model, related_name, on_delete=django.db.models.deletion.CASCADE):
    return models.ForeignKey(db_index=False, null=True, on_delete=on_delete, related_name=related_name, to=model)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_summaries"),
        ("followups", "0022_results"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="EntryReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField()),
                ("task", _of("followups.task", "entry_reasons")),
                ("contact", _of("followups.contact", "entry_reasons")),
                ("by", _of(settings.AUTH_USER_MODEL, "+", django.db.models.deletion.SET_NULL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("task",), name="entry_reason_once_a_task"),
                    models.UniqueConstraint(fields=("contact",), name="entry_reason_once_a_contact"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contact__isnull", True), ("task__isnull", False)),
                            models.Q(("contact__isnull", False), ("task__isnull", True)),
                            _connector="OR",
                        ),
                        name="entry_reason_of_one",
                    ),
                ],
            },
        ),
    ]
