from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .customer import Customer


class FactQuerySet(models.QuerySet):
    def visible_to(self, staff):
        if staff.is_admin:
            return self.all()
        return self.filter(customer__store_id__in=staff.store_ids)

    def standing(self):
        """Held to be true."""
        return self.filter(ended_at__isnull=True)

    def ended(self):
        """What was true once, the latest first."""
        return self.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")

    def stalest_first(self):
        return self.order_by("confirmed_at", "pk")

    def with_people(self):
        return self.select_related("noted_by", "confirmed_by")


class Fact(models.Model):
    """Something we know about a customer, and how old it is (REQUIREMENTS C10). What changed is kept as history."""

    class Kind(models.TextChoices):
        FAMILY = "family", _("Family and household")
        JOB = "job", _("Work")
        CAR_USE = "car_use", _("What the car is used for")
        HOURS = "hours", _("Days off and hours")
        HOBBY = "hobby", _("Hobbies")
        LIKES = "likes", _("Likes")
        DISLIKES = "dislikes", _("Dislikes")
        TALKED = "talked", _("Talked about")
        OTHER = "other", pgettext_lazy("fact", "Other")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="facts", verbose_name=_("customer"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("what we know"), max_length=300)
    noted_at = models.DateTimeField(editable=False)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False, db_index=False
    )
    confirmed_at = models.DateTimeField(editable=False)
    """When somebody last said that it is so: its age counts from here."""
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False, db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="fact_says_something")]

    def __str__(self):
        return self.text

    @classmethod
    def note(cls, customer, kind: str, text: str, *, by, now) -> "Fact":
        """Keep a fact; one that is kept in the same words already is confirmed."""
        stamps = {"confirmed_at": now, "confirmed_by": by}
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
            same = cls.objects.standing().filter(customer=customer, kind=kind, text=text).first()
            if same:
                same.confirm(by=by, now=now)
                return same
            return cls.objects.create(customer=customer, kind=kind, text=text, noted_at=now, noted_by=by, **stamps)

    def confirm(self, *, by, now) -> bool:
        """It is still so. False where it has been ended meanwhile."""
        return bool(Fact.objects.standing().filter(pk=self.pk).update(confirmed_at=now, confirmed_by=by))

    def change(self, text: str, *, by, now) -> bool:
        """It is otherwise now: what was is kept. False, and nothing changed, where somebody was faster."""
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            if text == self.text:
                return self.confirm(by=by, now=now)
            if not self.end(now=now):
                return False
            Fact.note(self.customer, self.kind, text, by=by, now=now)
        return True

    def end(self, *, now) -> bool:
        return bool(Fact.objects.standing().filter(pk=self.pk).update(ended_at=now))

    def bring_back(self) -> bool:
        """It is so after all. False where the same stands there again."""
        with transaction.atomic():
            Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
            same = Fact.objects.standing().filter(customer=self.customer_id, kind=self.kind, text=self.text)
            return not same.exists() and bool(Fact.objects.filter(pk=self.pk).update(ended_at=None))
