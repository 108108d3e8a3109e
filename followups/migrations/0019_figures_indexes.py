import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('followups', '0018_giving_leads'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='contact',
            name='contact_without_task',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='task_fell_due',
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(django.db.models.functions.comparison.Coalesce('counted_store', 'store'), models.F('happened_at'), condition=models.Q(('task__isnull', True), ('voided_at__isnull', True)), name='contact_without_task'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('outcome__in', ['appointment', 'message', 'refused', 'sent', 'spoke']), ('voided_at__isnull', True)), fields=['customer', 'happened_at'], name='contact_heard_of_customer'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(django.db.models.functions.comparison.Coalesce('counted_store', 'store'), models.F('first_late_at'), name='task_fell_due'),
        ),
    ]
