import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the customer book knows besides: family, facts with an age, consents, who drives a car, what is required."""

    dependencies = [
        ("customers", "0012_marks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BookRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("kana", "Kana"),
                                ("phones", "Phones"),
                                ("emails", "Mail addresses"),
                                ("address", "Address"),
                                ("born_on", "Birthday"),
                                ("occupation", "Occupation"),
                                ("representative", "Representative"),
                                ("website", "Web site"),
                                ("contact_name", "Contact person"),
                                ("contact_phone", "Phone of the contact person"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="of a person",
                    ),
                ),
                (
                    "company_fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("kana", "Kana"),
                                ("phones", "Phones"),
                                ("emails", "Mail addresses"),
                                ("address", "Address"),
                                ("born_on", "Birthday"),
                                ("occupation", "Occupation"),
                                ("representative", "Representative"),
                                ("website", "Web site"),
                                ("contact_name", "Contact person"),
                                ("contact_phone", "Phone of the contact person"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="of a company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "Email"),
                            ("sms", "SMS"),
                            ("line", "LINE"),
                            ("visit", "Visit"),
                            ("letter", "Letter"),
                        ],
                        max_length=10,
                        verbose_name="way",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("given", "Agrees"), ("refused", "Refuses")],
                        max_length=8,
                        verbose_name="what they said",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("verbally", "Said so"),
                            ("paper", "On paper"),
                            ("web", "On the web"),
                            ("link", "By the link in a mail"),
                            ("other", "Otherwise"),
                        ],
                        default="verbally",
                        max_length=10,
                        verbose_name="how they said it",
                    ),
                ),
                ("said_on", models.DateField(verbose_name="on which day")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("at", models.DateTimeField(editable=False)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("family", "Family and household"),
                            ("job", "Work"),
                            ("car_use", "What the car is used for"),
                            ("hours", "Days off and hours"),
                            ("hobby", "Hobbies"),
                            ("likes", "Likes"),
                            ("dislikes", "Dislikes"),
                            ("talked", "Talked about"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="what we know")),
                ("noted_at", models.DateTimeField(editable=False)),
                ("confirmed_at", models.DateTimeField(editable=False)),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="FamilyMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("spouse", "Husband or wife"),
                            ("child", "Child"),
                            ("parent", "Parent"),
                            ("sibling", "Brother or sister"),
                            ("grandchild", "Grandchild"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                        verbose_name="relation",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("kana", models.CharField(blank=True, max_length=100, verbose_name="kana")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="birthday")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="contact_phone",
            field=models.CharField(blank=True, max_length=20, verbose_name="phone of the contact person"),
        ),
        migrations.AddField(
            model_name="customer",
            name="line_id",
            field=models.CharField(blank=True, max_length=60, verbose_name="LINE id"),
        ),
        migrations.AddField(
            model_name="customer",
            name="representative",
            field=models.CharField(blank=True, max_length=60, verbose_name="representative"),
        ),
        migrations.AddField(
            model_name="customer",
            name="website",
            field=models.CharField(blank=True, max_length=200, verbose_name="web site"),
        ),
        migrations.AddField(
            model_name="vehicle",
            name="mileage_on",
            field=models.DateField(blank=True, null=True, verbose_name="mileage read on"),
        ),
        migrations.AddField(
            model_name="vehicle",
            name="used_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="vehicles_used",
                to="customers.customer",
                verbose_name="driven by this customer",
            ),
        ),
        migrations.AddField(
            model_name="vehicle",
            name="user_name",
            field=models.CharField(blank=True, max_length=100, verbose_name="driven by"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                condition=models.Q(("disposed_on__isnull", True)),
                fields=["inspection_expires_on", "id"],
                name="vehicle_by_inspection",
            ),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                condition=models.Q(("disposed_on__isnull", True)),
                fields=["check_due_on", "id"],
                name="vehicle_by_check",
            ),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(
                condition=models.Q(("disposed_on__isnull", True)),
                fields=["insurance_expires_on", "id"],
                name="vehicle_by_insurance",
            ),
        ),
        migrations.AddConstraint(
            model_name="bookrules",
            constraint=models.UniqueConstraint(models.Value(1), name="book_rules_once"),
        ),
        migrations.AddField(
            model_name="consent",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="confirmed_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="facts",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="noted_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="familymember",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="family",
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="fact_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="familymember",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="family_member_has_a_name"
            ),
        ),
    ]
