from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0016_ended_by_an_appointment"),
    ]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="base_chosen_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
