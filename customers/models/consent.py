from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stores.channels import Channel

from .customer import Customer


class ConsentQuerySet(models.QuerySet):
    def visible_to(self, staff):
        if staff.is_admin:
            return self.all()
        return self.filter(customer__store_id__in=staff.store_ids)

    def latest_first(self):
        return self.select_related("by").order_by("-at", "-pk")


class Consent(models.Model):
    """What a customer said about being reached in one way, and how they said it; never rewritten (REQUIREMENTS C1).

    The latest of a channel counts; `Customer.refused_channels` follows it.
    """

    class Answer(models.TextChoices):
        GIVEN = "given", pgettext_lazy("consent", "Agrees")
        REFUSED = "refused", pgettext_lazy("consent", "Refuses")

    class How(models.TextChoices):
        VERBALLY = "verbally", _("Said so")
        PAPER = "paper", _("On paper")
        WEB = "web", _("On the web")
        LINK = "link", _("By the link in a mail")
        OTHER = "other", pgettext_lazy("consent", "Otherwise")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents", verbose_name=_("customer"))
    channel = models.CharField(_("way"), max_length=10, choices=Channel.choices)
    answer = models.CharField(_("what they said"), max_length=8, choices=Answer.choices)
    how = models.CharField(_("how they said it"), max_length=10, choices=How.choices, default=How.VERBALLY)
    said_on = models.DateField(_("on which day"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False, db_index=False
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_channel_display()}: {self.get_answer_display()}"

    @property
    def is_given(self) -> bool:
        return self.answer == self.Answer.GIVEN

    @classmethod
    def record(cls, customer, channel: str, answer: str, *, how, said_on, by, now, note="") -> "Consent":
        """Keep what was said, and let the customer's refused channels follow.

        What was said earlier than something we know already is history only.
        """
        with transaction.atomic():
            kept = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
            made = cls.objects.create(
                customer=kept, channel=channel, answer=answer, how=how, said_on=said_on, note=note, by=by, at=now
            )
            latest = kept.consents.filter(channel=channel).order_by("-said_on", "-at", "-pk").first()
            refused = [one for one in kept.refused_channels if one != channel]
            refused += [] if latest.is_given else [channel]
            if set(refused) != set(kept.refused_channels):
                kept.refused_channels = sorted(refused, key=Channel.values.index)
                kept.updated_at = now
                kept.save(update_fields=["refused_channels", "updated_at"])
            customer.refused_channels = kept.refused_channels
        return made

    @classmethod
    def record_change(cls, customer, before, *, by, now, today):
        """What was ticked in the form is what they said today: `before` are the channels refused until now."""
        after = set(customer.refused_channels)
        said = [(channel, cls.Answer.REFUSED) for channel in after - set(before)]
        said += [(channel, cls.Answer.GIVEN) for channel in set(before) - after]
        fields = {"customer": customer, "how": cls.How.VERBALLY, "said_on": today, "at": now, "by": by}
        cls.objects.bulk_create(cls(channel=channel, answer=answer, **fields) for channel, answer in sorted(said))
