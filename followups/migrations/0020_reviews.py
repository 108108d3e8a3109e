import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SHIPPED = {"version__pattern__slug": "after-delivery", "title": "調子伺いとご満足の確認", "channel": "phone"}


def mark_satisfaction_calls(apps, schema_editor):
    """The shipped one, in every version and every store's copy of it."""
    apps.get_model("followups", "Step").objects.filter(**SHIPPED).update(is_check=True)


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0020_paused"),
        ("customers", "0021_taking_more"),
        ("stores", "0007_reviews"),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="is_check",
            field=models.BooleanField(default=False, verbose_name="satisfaction call: the manager calls, too"),
        ),
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.CharField(
                choices=[
                    ("handed_over", "Handed over"),
                    ("started", "Pattern chosen"),
                    ("reminded", "Reminded"),
                    ("reviewed", "Reviewed"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="DealReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reviewed", "Reviewed"),
                            ("comment", "Comment"),
                            ("asked", "Follow-up asked for"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=1000, verbose_name="comment")),
                ("moved_at", models.DateTimeField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "act",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviews",
                        to="followups.act",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="customers.deal",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="followups.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["deal", "-at"], name="deal_review_of_deal"),
                    models.Index(
                        fields=["deal", "moved_at"],
                        name="deal_reviewed_until",
                        condition=Q(kind="reviewed", undone_at__isnull=True),
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(kind="reviewed", moved_at__isnull=False) | (~Q(kind="reviewed") & ~Q(text="")),
                        name="deal_review_says_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("as_told", "As told"), ("differs", "Differs"), ("not_called", "Not called")],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="checks",
                        to="followups.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="check_calls",
                        to="customers.customer",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="check_call", to="followups.task"
                    ),
                ),
                (
                    "told_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "pk"],
                "indexes": [
                    models.Index(
                        fields=["store", "made_at"], name="check_call_open", condition=Q(done_at__isnull=True)
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(done_at__isnull=True, result="") | (Q(done_at__isnull=False) & ~Q(result="")),
                        name="check_call_done_with_a_result",
                    ),
                    models.CheckConstraint(
                        condition=~Q(result__in=["differs", "not_called"]) | ~Q(note=""), name="check_call_says_why"
                    ),
                ],
            },
        ),
        migrations.RunPython(mark_satisfaction_calls, migrations.RunPython.noop),
    ]
