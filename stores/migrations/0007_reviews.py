import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0006_morning_report")]

    operations = [
        migrations.AddField(
            model_name="store",
            name="check_call_percent",
            field=models.PositiveSmallIntegerField(
                default=100,
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="satisfaction calls that the manager checks (%)",
            ),
        ),
        migrations.AddConstraint(
            model_name="store",
            constraint=models.CheckConstraint(
                condition=models.Q(("check_call_percent__lte", 100)), name="store_check_call_percent"
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("handed_over", "%(by)s has handed work over to you: %(n)s."),
                    ("reminded", "%(by)s asks you to see to some work: %(n)s."),
                    ("report_shared", "%(by)s has shared the morning report of %(store)s."),
                    ("commented", "%(by)s has a word on your deal with %(name)s."),
                    ("asked", "%(by)s asks you to follow up %(name)s: %(title)s (%(day)s)."),
                    ("check_differs", "%(by)s called %(name)s, too, and heard otherwise than you noted."),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="staff",
            name="may_coach",
            field=models.BooleanField(default=False, verbose_name="shows the others how"),
        ),
    ]
