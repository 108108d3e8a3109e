"""What an administrator may change of the house rules."""

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.forms.saving import OwnFieldsForm

from ..models import ContentKind, HouseRules, Outcome, Pattern, TextTemplate, WaitReason


class RequiredFieldsForm(OwnFieldsForm):
    required_fields = forms.MultipleChoiceField(
        label=_("A record of a contact is complete when it has"),
        choices=HouseRules.Field.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Date, time, method and result are always kept. Counts for records entered from now on."),
    )

    class Meta:
        model = HouseRules
        fields = ["required_fields"]


class ContentKindForm(OwnFieldsForm):
    class Meta:
        model = ContentKind
        fields = ["name"]


class WaitReasonForm(OwnFieldsForm):
    pattern_slug = forms.ChoiceField(label=_("pattern proposed"), required=False)

    class Meta:
        model = WaitReason
        fields = ["name", "pattern_slug"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = dict(Pattern.objects.current().of_group().values_list("slug", "name"))
        kept = self.instance.pattern_slug
        if kept and kept not in named:
            named[kept] = kept
        self.fields["pattern_slug"].choices = [("", _("none")), *named.items()]


class TextTemplateForm(OwnFieldsForm):
    outcome = forms.ChoiceField(label=_("result"), required=False)

    class Meta:
        model = TextTemplate
        fields = ["outcome", "text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [("", _("every result")), *Outcome.choices]


FORMS = {"content-kinds": ContentKindForm, "wait-reasons": WaitReasonForm, "text-templates": TextTemplateForm}
