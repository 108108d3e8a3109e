import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0015_cards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RankChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.CharField(blank=True, max_length=4)),
                ("after", models.CharField(blank=True, max_length=4)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("confirmed", "Proposal confirmed"),
                            ("by_hand", "Set by hand"),
                            ("taken_back", "Taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("points", models.IntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RankDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("confirmed", "Confirmed"), ("dismissed", "Dismissed")], max_length=10),
                ),
                ("number", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="RankHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("until_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RankRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "years",
                    models.PositiveSmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(30),
                        ],
                        verbose_name="years that are looked back",
                    ),
                ),
                (
                    "visit_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="months that visits are counted",
                    ),
                ),
                (
                    "purchase",
                    models.SmallIntegerField(
                        default=20,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for each car they bought",
                    ),
                ),
                (
                    "million_yen",
                    models.SmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for each full million yen they spent on cars",
                    ),
                ),
                (
                    "other_deal",
                    models.SmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for each other deal that was won",
                    ),
                ),
                (
                    "referral",
                    models.SmallIntegerField(
                        default=15,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for each person they sent who ordered",
                    ),
                ),
                (
                    "cash",
                    models.SmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for paying in cash",
                    ),
                ),
                (
                    "loan",
                    models.SmallIntegerField(
                        default=5,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for paying by loan",
                    ),
                ),
                (
                    "late",
                    models.SmallIntegerField(
                        default=-20,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for having paid late",
                    ),
                ),
                (
                    "vehicle",
                    models.SmallIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for each car under management",
                    ),
                ),
                (
                    "visit",
                    models.SmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(-1000),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="for each visit",
                    ),
                ),
                ("thresholds", models.JSONField(blank=True, default=dict)),
                ("made_at", models.DateTimeField(editable=False)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="RankStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.IntegerField()),
                ("figures", models.JSONField()),
                ("computed_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="rank",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="rankchange",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rankchange",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rank_changes", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="rankdecision",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rankdecision",
            name="undone_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rankchange",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changes",
                to="customers.rankdecision",
            ),
        ),
        migrations.AddField(
            model_name="rankhold",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rankhold",
            name="customer",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="rank_hold", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="rankrules",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rankstanding",
            name="customer",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="standing", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="rankstanding",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="standings",
                to="customers.rankdecision",
            ),
        ),
        migrations.AddField(
            model_name="rankstanding",
            name="rank",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.rank"
            ),
        ),
        migrations.AddField(
            model_name="rankstanding",
            name="store",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stores.store"
            ),
        ),
        migrations.AddIndex(
            model_name="rankdecision",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)), fields=["id"], name="rank_decision_to_do"
            ),
        ),
        migrations.AddConstraint(
            model_name="rankhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="rank_hold_has_a_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="rankstanding",
            index=models.Index(
                condition=models.Q(("decision__isnull", True), ("proposed_at__isnull", False)),
                fields=["store", "-points", "id"],
                name="rank_proposed",
            ),
        ),
    ]
