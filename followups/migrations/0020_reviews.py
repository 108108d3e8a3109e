from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('followups', '0019_figures_indexes'), ('customers', '0021_taking_more'), ('stores', '0007_reviews')]

    operations = []
