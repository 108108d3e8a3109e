import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Stages as a group arranges them, estimates, and to whom a deal was lost."""

    dependencies = [
        ("customers", "0016_ranking"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Estimate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_yen", models.PositiveIntegerField(verbose_name="amount (yen)")),
                ("valid_until_on", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("made_at", models.DateTimeField(editable=False)),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="StageSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("enquiry", "Enquiry"),
                            ("appointment", "Appointment"),
                            ("met", "Met"),
                            ("estimate", "Estimate sent"),
                            ("order", "Order"),
                            ("ordered", "Ordered from supplier"),
                            ("delivery", "Delivery"),
                            ("paid", "Paid"),
                        ],
                        max_length=12,
                        unique=True,
                    ),
                ),
                ("skipped", models.BooleanField(default=False)),
                ("labels", models.JSONField(blank=True, default=dict)),
                (
                    "needed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("goods", "Car or goods"),
                                ("vehicle", "Vehicle"),
                                ("note", "What the customer asked for"),
                                ("staff", "Person in charge"),
                                ("estimate", "An estimate"),
                                ("amount_yen", "Amount (yen)"),
                                ("promised_on", "Promised delivery"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "still_after_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="stands still after (days)",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="competitor",
            field=models.CharField(blank=True, max_length=80, verbose_name="competitor"),
        ),
        migrations.AddField(
            model_name="estimate",
            name="deal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="estimates", to="customers.deal"
            ),
        ),
        migrations.AddField(
            model_name="estimate",
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
            model_name="estimate",
            name="withdrawn_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="stagesetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("skipped", False),
                    models.Q(("stage__in", ["enquiry", "order", "paid"]), _negated=True),
                    _connector="OR",
                ),
                name="stage_always_used_is_not_skipped",
            ),
        ),
    ]
