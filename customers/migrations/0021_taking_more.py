from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0020_book_details")]

    operations = [
        migrations.AlterField(
            model_name="rankchange",
            name="reason",
            field=models.CharField(
                choices=[
                    ("confirmed", "Proposal confirmed"),
                    ("by_hand", "Set by hand"),
                    ("taken_back", "Taken back"),
                    ("imported", "From a list"),
                ],
                max_length=10,
            ),
        ),
    ]
