from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stores.access import StoreQuerySet
from stores.models import Store

from .contact import Contact


class GoodExampleQuerySet(StoreQuerySet):
    def standing(self):
        """Neither taken off, nor erased, and the record itself stands."""
        return self.filter(ended_at__isnull=True, contact__voided_at__isnull=True).exclude(remark="")

    def shared(self):
        return self.standing().filter(shared_at__isnull=False)

    def proposed(self):
        """Those that a manager has not looked at yet."""
        return self.standing().filter(shared_at__isnull=True)

    def waiting_for(self, staff):
        """Of these, those that this person may share, and those they proposed themselves."""
        if staff.is_admin:
            return self
        return self.filter(Q(store_id__in=staff.managed_store_ids) | Q(proposed_by=staff))

    def by_channel(self, channel):
        return self.filter(contact__channel=channel)

    def of_purpose(self, purpose):
        return self.filter(contact__content_kind=purpose)

    def of_person(self, staff):
        return self.filter(contact__done_by=staff)

    def newest_first(self):
        return self.order_by("-shared_at", "-pk")

    def longest_waiting(self):
        return self.order_by("proposed_at", "pk")

    def for_list(self):
        return self.select_related(
            "store", "shared_by", "proposed_by", "contact__customer", "contact__done_by", "contact__content_kind"
        )


class GoodExample(models.Model):
    """A contact that others of its store may learn from, with a remark on what was good about it (REQUIREMENTS B11).

    Whoever had it proposes it, a manager shares it. It stays with the store in which it happened; a correction of the
    record takes it along.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="good_examples", db_index=False)
    remark = models.CharField(_("what is good about it"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False
    )
    proposed_at = models.DateTimeField()
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    shared_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = GoodExampleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["contact"], name="good_example_once_per_contact")]
        indexes = [models.Index(fields=["store", "-shared_at"], name="good_example_of_store")]

    def __str__(self):
        return self.remark

    @classmethod
    def mark(cls, contact: Contact, remark: str, *, by, now) -> "GoodExample":
        """Shared at once when `by` manages the store, else proposed; said again, the remark is the new one."""
        managed = by.may_manage(contact.store_id)
        with transaction.atomic():
            example, _made = cls.objects.select_for_update(of=("self",)).get_or_create(
                contact=contact,
                defaults={"store_id": contact.store_id, "remark": remark, "proposed_by": by, "proposed_at": now},
            )
            if example.ended_at:
                example.proposed_by, example.proposed_at = by, now
                example.ended_at = example.shared_by = example.shared_at = None
            example.remark = remark
            if managed and example.shared_at is None:
                example.shared_by, example.shared_at = by, now
            example.save(update_fields=["remark", "proposed_by", "proposed_at", "shared_by", "shared_at", "ended_at"])
        return example

    def share(self, by, now) -> bool:
        """Of one that was proposed. False when it is shared or taken off already."""
        rows = GoodExample.objects.filter(pk=self.pk, shared_at__isnull=True, ended_at__isnull=True)
        return bool(rows.update(shared_by=by, shared_at=now))

    def end(self, now):
        """It is no example any more. Saying it twice is harmless."""
        GoodExample.objects.filter(pk=self.pk, ended_at__isnull=True).update(ended_at=now)

    def bring_back(self):
        """As it was before it was taken off."""
        GoodExample.objects.filter(pk=self.pk, ended_at__isnull=False).update(ended_at=None)

    def may_be_ended_by(self, staff) -> bool:
        """Managers of its store; while it is only proposed, also who proposed it."""
        return staff.may_manage(self.store_id) or (self.shared_at is None and self.proposed_by_id == staff.pk)

    @property
    def is_shared(self) -> bool:
        return self.shared_at is not None and self.ended_at is None


def may_mark(contact: Contact, staff) -> bool:
    """Whoever had the conversation or entered it, and managers of the store."""
    return staff.pk in {contact.done_by_id, contact.entered_by_id} or staff.may_manage(contact.store_id)
