import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stores", "0005_cover_and_capacity")]

    operations = [
        migrations.AddField(
            model_name="store",
            name="morning_report_time",
            field=models.TimeField(default=datetime.time(8, 30), verbose_name="morning report at"),
        ),
        migrations.AddField(
            model_name="staff",
            name="morning_mail",
            field=models.BooleanField(default=True, verbose_name="morning report by mail"),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("handed_over", "%(by)s has handed work over to you: %(n)s."),
                    ("reminded", "%(by)s asks you to see to some work: %(n)s."),
                    ("report_shared", "%(by)s has shared the morning report of %(store)s."),
                ],
                max_length=20,
            ),
        ),
    ]
