import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('followups', '0021_scripts')]

    operations = [
        migrations.RemoveIndex(
            model_name='task',
            name='task_fell_due',
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(django.db.models.functions.comparison.Coalesce('counted_store', 'store'), models.F('first_late_at'), models.F('step'), name='task_fell_due'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('direction', 'in'), ('voided_at__isnull', True)), fields=['customer', 'happened_at'], include=('outcome',), name='contact_from_customer'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(django.db.models.functions.comparison.Coalesce('counted_store', 'store'), models.F('happened_at'), condition=models.Q(('channel', 'phone'), ('direction', 'out'), ('voided_at__isnull', True)), name='contact_call'),
        ),
    ]
