"""Whose way is looked at, and which deals; and which rows of it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import DealKind, Stage, StageSetting
from stores.channels import Channel
from stores.days import Stretch
from stores.forms.long_select import LongSelect
from stores.models import Staff, Store
from stores.wide import MOST_STORES

from .asked import Span
from .way import Scope
from .way_rows import WayAsked

OWN, OTHERS = "own", "others"


class WayFilter(forms.Form):
    """Of the stores that one manages, or works in and shows the others how. What makes no sense is left out."""

    store = forms.ModelChoiceField(
        Store.objects.none(), label=gettext_lazy("Store"), required=False, empty_label=gettext_lazy("All stores")
    )
    person = forms.ModelChoiceField(
        Staff.objects.none(),
        label=gettext_lazy("Person in charge"),
        required=False,
        empty_label=gettext_lazy("Most orders"),
        widget=LongSelect,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Deals"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *DealKind.choices],
    )

    def __init__(self, *args, me, now, **kwargs):
        super().__init__(*args, **kwargs)
        self.me, self.now = me, now
        stores = me.visible_stores() if me.may_coach else Store.objects.managed_by(me)
        self.stores = list(stores)
        self.fields["store"].queryset = stores
        self.fields["person"].queryset = Staff.objects.working_in(self.stores).by_name()
        if len(self.stores) < 2:
            del self.fields["store"]
        elif self.is_by_store:
            self.fields["store"].empty_label = None
        self.is_valid()
        if self.is_by_store:
            self._offer_the_people_of_the_store()

    def _offer_the_people_of_the_store(self):
        people = self.fields["person"].queryset = Staff.objects.working_in(self.chosen_stores).by_name()
        if self.chosen("person") not in people:
            self.cleaned_data["person"] = None

    @property
    def is_by_store(self) -> bool:
        """Who sees many looks at one at a time, as at what became of patterns: every deal of a year is looked into."""
        return len(self.stores) > MOST_STORES

    def chosen(self, name):
        return self.cleaned_data.get(name) or None

    @property
    def chosen_stores(self) -> list[Store]:
        return [one for one in self.stores if self.chosen_store in {None, one}]

    @property
    def chosen_store(self) -> Store | None:
        if len(self.stores) == 1 or (self.is_by_store and not self.chosen("store")):
            return self.stores[0]
        return self.chosen("store")

    @property
    def scope(self) -> Scope:
        return Scope(tuple(one.pk for one in self.chosen_stores), self.chosen("kind") or "", self.now)

    @property
    def stretch(self) -> Stretch:
        return Stretch(timezone.localdate(self.scope.since), timezone.localdate(self.now))

    @property
    def query(self) -> dict:
        """What an address carries to mean the same."""
        store, person = self.chosen_store if len(self.stores) > 1 else None, self.chosen("person")
        given = {"store": store and store.pk, "person": person and person.pk, "kind": self.chosen("kind")}
        return {name: value for name, value in given.items() if value}


class WayRowsFilter(WayFilter):
    """Of one number of the page: the side, the stage, the channel."""

    side = forms.ChoiceField(choices=[(OWN, OWN), (OTHERS, OTHERS)])
    stage = forms.ChoiceField(choices=Stage.choices, required=False)
    channel = forms.ChoiceField(choices=[("", ""), *Channel.choices], required=False)
    number = forms.IntegerField(required=False, min_value=1, max_value=999)

    chosen_span = Span.DAYS
    chosen_months = None
    chosen_pattern = None
    is_nobody = False

    @property
    def is_whole(self) -> bool:
        """Whether it says of whom and of which side."""
        return bool(self.chosen("person") and self.chosen("side"))

    @property
    def chosen_person(self) -> Staff | None:
        return self.chosen("person") if self.chosen("side") == OWN else None

    @property
    def chosen_stage(self) -> Stage:
        return Stage(self.chosen("stage") or Stage.ENQUIRY)

    @property
    def asked(self) -> WayAsked:
        scope = self.scope
        return WayAsked(
            scope.stores,
            scope.kind,
            scope.now,
            self.chosen("person").pk,
            self.chosen("side") == OWN,
            self.chosen_stage,
            self.chosen("channel") or "",
            self.chosen("number") or 1,
        )

    @property
    def query(self) -> dict:
        names = ("side", "stage", "channel", "number")
        return {**super().query, **{name: self.chosen(name) for name in names if self.chosen(name)}}

    @property
    def query_of_all(self) -> dict:
        """The page that the rows were opened from."""
        return super().query

    @property
    def words(self) -> list[str]:
        """Besides whose."""
        said = [] if self.chosen_person else [_("All but %(name)s") % {"name": self.chosen("person")}]
        if self.chosen("kind"):
            said.append(str(DealKind(self.chosen("kind")).label))
        if self.chosen("stage"):
            setting = StageSetting.objects.by_stage()[self.chosen_stage]
            said.append(setting.label_for(self.chosen("kind") or DealKind.SALE))
        if self.chosen("channel"):
            channel = Channel(self.chosen("channel")).label
            number = self.chosen("number")
            said.append(_("%(channel)s no. %(n)d") % {"channel": channel, "n": number} if number else str(channel))
        return said
