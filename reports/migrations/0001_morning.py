import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F

from followups.shipped import COMPLAINT, NEED, REFERRAL_OFFER

CASCADE = django.db.models.deletion.CASCADE
HEARD = [("need", "Need or trouble"), ("complaint", "Complaint"), ("referral", "Offer to send somebody")]


def ship(apps, schema_editor):
    """The kinds of content that say so by themselves; those a house lacks come ahead of its last one."""
    content_kinds, heard = apps.get_model("followups", "ContentKind"), apps.get_model("reports", "HeardContent")
    for name, kind in ((NEED, "need"), (COMPLAINT, "complaint"), (REFERRAL_OFFER, "referral")):
        found = content_kinds.objects.filter(name=name).first()
        if found is None:
            last = content_kinds.objects.filter(retired_at=None).order_by("position", "pk").last()
            found = content_kinds.objects.create(name=name, position=last.position if last else 1)
            if last:
                content_kinds.objects.filter(pk=last.pk).update(position=F("position") + 1)
        heard.objects.create(content_kind=found, kind=kind)


def person(delete=django.db.models.deletion.SET_NULL, **more):
    return models.ForeignKey(db_index=False, on_delete=delete, related_name="+", to=settings.AUTH_USER_MODEL, **more)


def pk():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0022_results"),
        ("stores", "0006_morning_report"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HeardContent",
            fields=[
                (
                    "content_kind",
                    models.OneToOneField(
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="heard",
                        serialize=False,
                        to="followups.contentkind",
                    ),
                ),
                ("kind", models.CharField(choices=HEARD, max_length=10, verbose_name="counts as")),
            ],
            options={"ordering": ["content_kind"]},
        ),
        migrations.CreateModel(
            name="HeardMark",
            fields=[
                ("id", pk()),
                ("kind", models.CharField(choices=HEARD, max_length=10)),
                ("at", models.DateTimeField()),
                ("by", person(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False, on_delete=CASCADE, related_name="heard_marks", to="followups.contact"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("contact", "kind"), name="heard_mark_once")],
            },
        ),
        migrations.CreateModel(
            name="HeardSettled",
            fields=[
                ("id", pk()),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what was done")),
                ("at", models.DateTimeField()),
                ("by", person(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False, on_delete=CASCADE, related_name="heard_settled", to="followups.contact"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("contact",), name="heard_settled_once")],
            },
        ),
        migrations.CreateModel(
            name="MorningReport",
            fields=[
                ("id", pk()),
                ("on", models.DateField()),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("figures", models.JSONField()),
                ("note", models.TextField(blank=True, verbose_name="A word to everybody")),
                ("shared_at", models.DateTimeField(null=True)),
                ("shared_by", person(null=True)),
                (
                    "store",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.store",
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("store", "on"), name="morning_report_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first_on__lte", F("last_on")), ("last_on__lt", F("on"))),
                        name="morning_is_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MorningMail",
            fields=[
                ("id", pk()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False, on_delete=CASCADE, related_name="mails", to="reports.morningreport"
                    ),
                ),
                ("staff", person(CASCADE)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)), fields=["due_at"], name="morning_mail_unsent"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("report", "staff"), name="morning_mail_once")],
            },
        ),
        migrations.CreateModel(
            name="MorningRead",
            fields=[
                ("id", pk()),
                ("at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        db_index=False, on_delete=CASCADE, related_name="reads", to="reports.morningreport"
                    ),
                ),
                ("staff", person(CASCADE)),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [models.UniqueConstraint(fields=("report", "staff"), name="morning_read_once")],
            },
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
