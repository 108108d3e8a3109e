import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('followups', '0020_reviews')]

    operations = [
        migrations.CreateModel(
            name='Script',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('channel', models.CharField(choices=[('phone', 'Phone'), ('email', 'Email'), ('sms', 'SMS'), ('line', 'LINE'), ('visit', 'Visit'), ('letter', 'Letter')], default='phone', max_length=10, verbose_name='channel')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('purpose', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='followups.contentkind', verbose_name='purpose')),
                ('store', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='scripts', to='stores.store')),
            ],
            options={'ordering': ['pk']},
        ),
        migrations.CreateModel(
            name='ScriptVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField(verbose_name='what to say')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what changed')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('script', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='followups.script')),
                ('taken_from', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='followups.scriptversion')),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [
                    models.UniqueConstraint(fields=('script', 'number'), name='script_version_once'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='script_version_says_something'),
                ],
            },
        ),
        migrations.AddField(
            model_name='step',
            name='from_script',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='steps', to='followups.scriptversion', verbose_name='from the library'),
        ),
        migrations.CreateModel(
            name='GoodExample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('remark', models.CharField(blank=True, max_length=300, verbose_name='what is good about it')),
                ('proposed_at', models.DateTimeField()),
                ('shared_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='good_examples', to='followups.contact')),
                ('proposed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shared_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('store', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['store', '-shared_at'], name='good_example_of_store')],
                'constraints': [models.UniqueConstraint(fields=('contact',), name='good_example_once_per_contact')],
            },
        ),
        migrations.CreateModel(
            name='RolePlay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('planned_on', models.DateField(verbose_name='day')),
                ('planned_at', models.DateTimeField()),
                ('done_on', models.DateField(blank=True, null=True, verbose_name='done on')),
                ('remarks', models.TextField(blank=True, verbose_name='what was noticed')),
                ('recorded_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_plays_with', to=settings.AUTH_USER_MODEL, verbose_name='who plays the customer')),
                ('planned_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('script', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='role_plays', to='followups.script', verbose_name='script')),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_plays', to=settings.AUTH_USER_MODEL, verbose_name='who practises')),
                ('store', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stores.store')),
            ],
            options={
                'ordering': ['planned_on', 'pk'],
                'indexes': [models.Index(fields=['store', '-done_on'], name='role_play_of_store')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('staff', models.F('partner')), _negated=True), name='role_play_of_two'),
                    models.CheckConstraint(condition=models.Q(models.Q(('done_on__isnull', True), ('recorded_at__isnull', True)), models.Q(('done_on__isnull', False), ('recorded_at__isnull', False)), _connector='OR'), name='role_play_done_is_recorded'),
                ],
            },
        ),
    ]
