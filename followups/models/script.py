from urllib.parse import urlencode

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from stores.channels import Channel
from stores.models import Store


class ScriptQuerySet(models.QuerySet):
    def visible_to(self, staff):
        """The group's, and those of one's own stores."""
        if staff.is_admin:
            return self.all()
        return self.filter(Q(store__isnull=True) | Q(store_id__in=staff.store_ids))

    def current(self):
        return self.filter(retired_at__isnull=True)

    def usable_in_some(self, store_ids):
        return self.current().filter(Q(store__isnull=True) | Q(store_id__in=store_ids))

    def of_purpose(self, purpose):
        return self.filter(purpose=purpose)

    def by_channel(self, channel):
        return self.filter(channel=channel)

    def with_current_version(self):
        """Each with its newest version and who wrote it: two statements for all of them."""
        newest = ScriptVersion.objects.order_by("script_id", "-number").distinct("script_id").select_related("made_by")
        return self.prefetch_related(models.Prefetch("versions", newest, to_attr="newest_versions"))

    def for_list(self):
        """The group's first, then store by store, each by purpose."""
        rows = self.with_current_version().select_related("store", "purpose")
        return rows.order_by(F("store").asc(nulls_first=True), "purpose__position", "name", "pk")

    def for_reading(self):
        return self.select_related("store", "purpose")


class Script(models.Model):
    """What to say, for a purpose and by a channel; without a store it is the group's (REQUIREMENTS B11).

    What it says stands in its versions.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="scripts", null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    purpose = models.ForeignKey(
        "followups.ContentKind", models.PROTECT, related_name="+", verbose_name=_("purpose"), db_index=False
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ScriptQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name

    @property
    def rows_query(self) -> str:
        """By which the records that count for it are named."""
        return urlencode({"script": self.pk})

    @cached_property
    def current_version(self) -> "ScriptVersion":
        known = self.__dict__.pop("newest_versions", None)
        return known[0] if known else self.versions.order_by("-number").first()

    @classmethod
    def write(cls, *, text, by, now, **head) -> "Script":
        """A new one with its first version."""
        with transaction.atomic():
            script = cls.objects.create(created_at=now, **head)
            script.versions.create(number=1, text=text, made_by=by, made_at=now)
        return script

    def revise(self, *, text, note, by, now, began_from=None, taken_from=None) -> "ScriptVersion | None":
        """Save what was edited as a new version; None when it says the same as the newest.

        `began_from`: the number of the version that was edited, where that matters; `taken_from`: the earlier one
        whose words they are. Raises Rewritten when there is a newer one than the one edited, so that two people never
        undo each other unknowingly.
        """
        with transaction.atomic():
            Script.objects.select_for_update(of=("self",)).get(pk=self.pk)
            newest = self.versions.select_related("made_by").order_by("-number").first()
            if newest.text == text:
                return None
            if began_from is not None and newest.number != began_from:
                raise Rewritten(newest)
            made = self.versions.create(
                number=newest.number + 1, text=text, note=note, made_by=by, made_at=now, taken_from=taken_from
            )
        self.__dict__.pop("current_version", None)
        return made

    def retire(self, now):
        """It is no longer offered; steps that were taken from it keep their words. Saying it twice is harmless."""
        Script.objects.filter(pk=self.pk, retired_at__isnull=True).update(retired_at=now)

    def bring_back(self):
        Script.objects.filter(pk=self.pk, retired_at__isnull=False).update(retired_at=None)


class Rewritten(Exception):
    """Somebody saved a newer version than the one this was begun from; `version` is theirs."""

    def __init__(self, version):
        super().__init__(version)
        self.version = version


class ScriptVersionQuerySet(models.QuerySet):
    def numbered(self, number):
        """None when there is none of that number."""
        return self.filter(number=number).first()

    def history(self):
        return self.select_related("made_by", "taken_from").order_by("-number")

    def offered(self, store_id, *, also=()):
        """What a pattern of that store (None: of the group) may take: the newest of each script in use.

        `also`: ids of those it has taken already, though there are newer ones, or the script is no longer in use.
        """
        own = Q(script__store__isnull=True) | Q(script__store=store_id)
        current = ScriptVersion.objects.filter(own, script__retired_at__isnull=True)
        newest = current.order_by("script_id", "-number").distinct("script_id")
        rows = self.filter(own, Q(pk__in=newest.values("pk")) | Q(pk__in=[pk for pk in also if pk]))
        return rows.select_related("script__purpose").order_by("script__purpose__position", "script__name", "pk")


class ScriptVersion(models.Model):
    """A script's words as they were at one time; never changed once saved."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("what to say"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, db_index=False)
    made_at = models.DateTimeField()
    taken_from = models.ForeignKey("self", models.SET_NULL, related_name="+", null=True, blank=True, db_index=False)

    objects = ScriptVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="script_version_once"),
            models.CheckConstraint(condition=~Q(text=""), name="script_version_says_something"),
        ]

    def __str__(self):
        return f"{self.script} v{self.number}"

    @property
    def rows_query(self) -> str:
        return urlencode({"script": self.script_id, "number": self.number})
