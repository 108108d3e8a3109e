from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _


class Wanted(models.TextChoices):
    """What the house may want to know of a customer; the values are the customer's fields."""

    KANA = "kana", _("Kana")
    PHONES = "phones", _("Phones")
    EMAILS = "emails", _("Mail addresses")
    ADDRESS = "address", _("Address")
    BORN_ON = "born_on", _("Birthday")
    OCCUPATION = "occupation", _("Occupation")
    REPRESENTATIVE = "representative", _("Representative")
    WEBSITE = "website", _("Web site")
    CONTACT_NAME = "contact_name", _("Contact person")
    CONTACT_PHONE = "contact_phone", _("Phone of the contact person")


OF_PERSONS = (Wanted.KANA, Wanted.PHONES, Wanted.EMAILS, Wanted.ADDRESS, Wanted.BORN_ON, Wanted.OCCUPATION)
OF_COMPANIES = tuple(one for one in Wanted if one not in {Wanted.BORN_ON, Wanted.OCCUPATION})
BUSINESS = [
    Wanted.PHONES, Wanted.EMAILS, Wanted.ADDRESS, Wanted.REPRESENTATIVE, Wanted.WEBSITE, Wanted.CONTACT_NAME,
    Wanted.CONTACT_PHONE,
]  # fmt: skip
"""Of a company, so long as nobody has said otherwise."""


class BookRules(models.Model):
    """What must be known of a customer for the entry to be complete; one row (REQUIREMENTS C1)."""

    person_fields = ArrayField(
        models.CharField(max_length=20, choices=Wanted.choices),
        verbose_name=_("of a person"),
        default=list,
        blank=True,
    )
    company_fields = ArrayField(
        models.CharField(max_length=20, choices=Wanted.choices),
        verbose_name=_("of a company"),
        default=list,
        blank=True,
    )

    class Meta:
        constraints = [models.UniqueConstraint(Value(1), name="book_rules_once")]

    @classmethod
    def load(cls) -> "BookRules":
        return cls.objects.first() or cls.unsaid()

    @classmethod
    def unsaid(cls) -> "BookRules":
        """As it is so long as nobody has said otherwise."""
        return cls(company_fields=list(BUSINESS))

    def wanted_of(self, kind: str) -> list[Wanted]:
        """In the order of the form."""
        names = self.company_fields if kind == "company" else self.person_fields
        return [one for one in Wanted if one in names]

    def missing_of(self, customer) -> list[Wanted]:
        return [one for one in self.wanted_of(customer.kind) if not getattr(customer, one)]
