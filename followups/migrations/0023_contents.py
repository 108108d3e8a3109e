from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('followups', '0022_results')]

    operations = [
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('content_kind__isnull', False), ('voided_at__isnull', True)), fields=['content_kind', 'happened_at'], name='contact_of_content'),
        ),
    ]
