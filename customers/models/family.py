from django.db import models
from django.db.models import Count
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .customer import Customer


class FamilyQuerySet(models.QuerySet):
    def visible_to(self, staff):
        if staff.is_admin:
            return self.all()
        return self.filter(customer__store_id__in=staff.store_ids)

    def standing(self):
        """Not taken out."""
        return self.filter(removed_at__isnull=True)

    def most_of_one(self, customers: list[int]) -> int:
        """How large the largest family of these customers is; one parameter, however many they are."""
        theirs = RawSQL("customers_familymember.customer_id = ANY (%s)", [customers], models.BooleanField())
        counts = self.standing().filter(theirs).order_by().values("customer").annotate(number=Count("pk"))
        return counts.order_by("-number").values_list("number", flat=True).first() or 0

    def with_birthday(self):
        return self.standing().filter(born_on__isnull=False)


class FamilyMember(models.Model):
    """Somebody who belongs to a customer (REQUIREMENTS C1)."""

    class Relation(models.TextChoices):
        SPOUSE = "spouse", _("Husband or wife")
        CHILD = "child", _("Child")
        PARENT = "parent", _("Parent")
        SIBLING = "sibling", _("Brother or sister")
        GRANDCHILD = "grandchild", _("Grandchild")
        OTHER = "other", pgettext_lazy("family", "Other")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="family", verbose_name=_("customer"))
    relation = models.CharField(_("relation"), max_length=10, choices=Relation.choices)
    name = models.CharField(_("name"), max_length=100)
    kana = models.CharField(_("kana"), max_length=100, blank=True)
    born_on = models.DateField(_("birthday"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FamilyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="family_member_has_a_name")]

    def __str__(self):
        return self.name

    @property
    def search_words(self) -> list[str]:
        return [self.name, self.kana]

    def remove(self, now):
        """Taken out of the list; kept, so that it can be brought back. Saying it twice is harmless."""
        FamilyMember.objects.standing().filter(pk=self.pk).update(removed_at=now)
        Customer.objects.with_ids([self.customer_id]).reindex()

    def bring_back(self):
        FamilyMember.objects.filter(pk=self.pk).update(removed_at=None)
        Customer.objects.with_ids([self.customer_id]).reindex()
