"""Scripts as they are written, and the remark on a good example (REQUIREMENTS B11)."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.channels import Channel
from stores.forms.long_select import LongSelect
from stores.forms.saving import OwnFieldsForm, SeenForm
from stores.models import Staff, Store

from ..models import ContentKind, GoodExample, Script, ScriptVersion

LONGEST = 5000


class ScriptForm(SeenForm):
    """Under what it is found: name, purpose, channel."""

    class Meta:
        model = Script
        fields = ["name", "purpose", "channel"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].queryset = ContentKind.objects.current_or([self.instance.purpose_id])
        self.fields["purpose"].empty_label = None


class TextMixin(forms.Form):
    text = forms.CharField(
        label=ScriptVersion._meta.get_field("text").verbose_name,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 10}),
    )

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n")


class NewScriptForm(OwnFieldsForm, TextMixin):
    """Also for whom: the group (administrators), or a store one manages."""

    field_order = ["name", "purpose", "channel", "store", "text"]
    store = forms.ModelChoiceField(None, label=gettext_lazy("which store it is for"), required=False)

    class Meta(ScriptForm.Meta):
        pass

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["purpose"].queryset = ContentKind.objects.current()
        self.fields["purpose"].empty_label = None
        store = self.fields["store"]
        store.queryset = Store.objects.managed_by(staff)
        store.required = not staff.is_admin
        store.empty_label = _("All stores") if staff.is_admin else None


class ScriptTextForm(TextMixin):
    """A new version of what it says. `began_from`: the version that was edited."""

    note = forms.CharField(label=gettext_lazy("what changed"), max_length=200, required=False)
    began_from = forms.IntegerField(widget=forms.HiddenInput)


class ScriptFilter(forms.Form):
    """What makes no sense is left out."""

    purpose = forms.ModelChoiceField(
        ContentKind.objects.all(), label=gettext_lazy("Purpose"), required=False, empty_label=gettext_lazy("All")
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), required=False, choices=[("", gettext_lazy("All")), *Channel.choices]
    )

    def chosen(self, name):
        return self.cleaned_data.get(name) if self.is_bound and not self.errors.get(name) else None

    def narrow(self, rows):
        if purpose := self.chosen("purpose"):
            rows = rows.of_purpose(purpose)
        if channel := self.chosen("channel"):
            rows = rows.by_channel(channel)
        return rows


class ExampleFilter(ScriptFilter):
    person = forms.ModelChoiceField(
        Staff.objects.none(),
        label=gettext_lazy("Who"),
        required=False,
        empty_label=gettext_lazy("All"),
        widget=LongSelect,
    )

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = staff.colleagues().by_name()

    def narrow(self, rows):
        rows = super().narrow(rows)
        person = self.chosen("person")
        return rows.of_person(person) if person else rows


class ExampleForm(OwnFieldsForm):
    remark = forms.CharField(
        label=GoodExample._meta.get_field("remark").verbose_name,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What may others do the same way? Please name no customer here."),
    )

    class Meta:
        model = GoodExample
        fields = ["remark"]
