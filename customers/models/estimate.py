from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from stores.wake import wake

from .deal import Deal


class EstimateQuerySet(models.QuerySet):
    def visible_to(self, staff):
        return self if staff.is_admin else self.filter(deal__store_id__in=staff.store_ids)

    def standing(self):
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def sent(self):
        return self.filter(sent_at__isnull=False)

    def newest_first(self):
        return self.order_by("-made_at", "-pk")

    def for_page(self):
        return self.select_related("made_by").newest_first()


class Estimate(models.Model):
    """A price that was put together for a deal (REQUIREMENTS D1). The newest that stands is the one that counts."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="estimates")
    amount_yen = models.PositiveIntegerField(_("amount (yen)"))
    valid_until_on = models.DateField(_("valid until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )

    objects = EstimateQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return f"{self.amount_yen:,}"

    @classmethod
    def make(cls, deal, *, amount_yen, valid_until_on=None, note="", sent=True, by, now) -> "Estimate":
        """A new one; the deal says its amount from now on, and when it was sent."""
        with transaction.atomic():
            Deal.objects.select_for_update(no_key=True).get(pk=deal.pk)
            made = cls.objects.create(
                deal=deal,
                amount_yen=amount_yen,
                valid_until_on=valid_until_on,
                note=note,
                made_by=by,
                made_at=now,
                sent_at=now if sent else None,
            )
            made._tell_deal()
        deal.refresh_from_db()
        return made

    def send(self, now) -> bool:
        """It has gone out now. False when it had before, or was withdrawn."""
        with transaction.atomic():
            Deal.objects.select_for_update(no_key=True).get(pk=self.deal_id)
            sent = Estimate.objects.standing().filter(pk=self.pk, sent_at__isnull=True).update(sent_at=now)
            self.refresh_from_db()
            if sent:
                self._tell_deal()
        return bool(sent)

    def withdraw(self, by, now) -> bool:
        """It doesn't count any more: the deal says again what the one before it says. False when it was withdrawn."""
        return self._set_withdrawn(by, now)

    def bring_back(self) -> bool:
        """It counts again. False when it does already."""
        return self._set_withdrawn(None, None)

    def is_expired(self, today) -> bool:
        return self.valid_until_on is not None and self.valid_until_on < today

    def _set_withdrawn(self, by, now) -> bool:
        with transaction.atomic():
            Deal.objects.select_for_update(no_key=True).get(pk=self.deal_id)
            mine = Estimate.objects.filter(pk=self.pk, withdrawn_at__isnull=now is not None)
            changed = mine.update(withdrawn_at=now, withdrawn_by=by)
            self.refresh_from_db()
            if changed:
                self._tell_deal()
        return bool(changed)

    def _tell_deal(self):
        """The deal follows its newest estimate, as long as nothing else was entered there.

        From the order on its amount is the order's, which an estimate doesn't change.
        """
        deal = Deal.objects.get(pk=self.deal_id)
        standing = deal.estimates.standing().newest_first()
        newest, last_sent = standing.first(), standing.sent().first()
        if not deal.won_at and (newest or deal.amount_yen == self.amount_yen):
            deal.amount_yen = newest.amount_yen if newest else None
        if last_sent or deal.estimate_sent_at == self.sent_at:
            deal.estimate_sent_at = last_sent.sent_at if last_sent else None
        deal.save(update_fields=["amount_yen", "estimate_sent_at"])
        wake()
