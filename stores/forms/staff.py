"""A person as an administrator or manager enters them."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from ..models import Role, Staff, Store
from ..staffing import LastAdmin, give_roles
from .saving import NotSaved, SeenForm

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody confuses on a slip of paper."""
MOST_TASKS = 500
LAST_ADMIN = _("This is the last administrator who is active. Make somebody else administrator first.")


def proposed_password() -> str:
    return "-".join(get_random_string(4, READABLE) for _number in range(3))


class UsernameField(forms.CharField):
    """Small letters of single width, so that nobody fails at the door over a capital."""

    def __init__(self, **kwargs):
        super().__init__(
            label=_("User name"),
            max_length=30,
            help_text=_("For signing in: Latin letters, digits, dots and hyphens."),
            validators=[RegexValidator(r"\A[a-z0-9][a-z0-9._@+-]*\Z", _("Only Latin letters, digits and . _ @ + -"))],
            widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
            **kwargs,
        )

    def to_python(self, value):
        return super().to_python(value).strip().lower()


class UsernameMixin:
    def clean_username(self):
        username = self.cleaned_data["username"]
        if Staff.objects.named(username).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody has this user name already."))
        return username


class StaffForm(UsernameMixin, SeenForm):
    """Name, address, and roles in the stores that `by` manages."""

    username = UsernameField()

    class Meta:
        model = Staff
        fields = ["name", "kana", "username", "email", "phone", "daily_tasks", "morning_mail", "may_coach"]
        labels = {"email": _("Email")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "kana": forms.TextInput(attrs={"autocomplete": "off"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "daily_tasks": forms.NumberInput(attrs={"inputmode": "numeric", "min": 0, "max": MOST_TASKS}),
        }
        help_texts = {
            "daily_tasks": _("Calls, letters and visits together. 0 for who takes on none."),
            "may_coach": _("Sees how the best seller does it, and the others' open deals that lag behind."),
            "morning_mail": _("For store managers who have a mail address."),
        }

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by
        self.stores = list(Store.objects.managed_by(by))
        self.held = {(row.store_id, row.role) for row in self.instance.roles} if self.instance.pk else set()
        self.fields["email"].required = False
        self.fields["daily_tasks"].required = False
        self.fields["daily_tasks"].validators.append(MaxValueValidator(MOST_TASKS))
        for store in self.stores:
            self.fields[f"roles_{store.pk}"] = forms.MultipleChoiceField(
                label=store.name,
                choices=Role.of_stores(),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if by.is_admin:
            self.fields["admin"] = forms.BooleanField(
                label=_("Administrator of all stores"),
                help_text=_("Sees every store, and changes stores, people, patterns and house rules."),
                required=False,
            )
        if by == self.instance:
            self.fields["give_up"] = forms.BooleanField(
                label=_("Yes, I give up these rights of mine"), required=False, widget=forms.HiddenInput
            )
        if self.instance.pk:
            self.initial.update(self.standing(self.instance))

    def standing(self, row):
        """Also the roles."""
        found = super().standing(row)
        for store in self.stores:
            found[f"roles_{store.pk}"] = sorted(held.role for held in row.roles if held.store_id == store.pk)
        return {**found, "admin": row.is_admin}

    @property
    def role_rows(self):
        """The fields to show at once: all of a few stores, else those where the person has a role."""
        return [self[name] for name in self._role_names() if self._is_near(name)]

    @property
    def other_role_rows(self):
        return [self[name] for name in self._role_names() if not self._is_near(name)]

    def _role_names(self):
        return [f"roles_{store.pk}" for store in self.stores]

    def _is_near(self, name):
        return len(self.stores) <= 4 or bool(self[name].value()) or bool(self[name].errors)

    def clean_daily_tasks(self):
        """As it was where nothing is said."""
        typed = self.cleaned_data["daily_tasks"]
        return self.instance.daily_tasks if typed is None else typed

    def _wanted(self):
        wanted = {
            (store.pk, role) for store in self.stores for role in self.cleaned_data.get(f"roles_{store.pk}") or ()
        }
        return wanted | ({(None, Role.ADMIN.value)} if self.cleaned_data.get("admin") else set())

    def clean(self):
        super().clean()
        wanted = self._wanted()
        kept = {key for key in self.held if not self.by.may_manage(key[0])}
        if not wanted and not kept:
            self.add_error(None, _("Choose at least one role. Someone who leaves is deactivated instead."))
        elif self.by == self.instance and self._gives_up(wanted | kept) and not self.cleaned_data.get("give_up"):
            self.fields["give_up"].widget = forms.CheckboxInput()
            self.add_error("give_up", _("You would take rights from yourself that only others can give back."))

    def _gives_up(self, roles):
        leading = {Role.ADMIN, Role.MANAGER}
        return bool({key for key in self.held if key[1] in leading} - roles)

    def save(self, commit=True):
        """The saved person. Raises NotSaved, also when it would take away the last administrator."""
        try:
            with transaction.atomic():
                person = super().save()
                give_roles(person, self._wanted(), by=self.by)
        except LastAdmin:
            self.add_error("admin", LAST_ADMIN)
            raise NotSaved from None
        return person


class NewStaffForm(StaffForm):
    password = forms.CharField(
        label=_("Initial password"),
        max_length=128,
        help_text=_("Hand it over in person. It is not shown again; the person can change it after signing in."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        initial=proposed_password,
    )
    field_order = ["name", "kana", "username", "password", "email", "phone", "daily_tasks"]

    def _post_clean(self):
        """The password is compared with the person's names, which are known only now."""
        super()._post_clean()
        check_password_of(self, self.instance)

    def save(self, commit=True):
        self.instance.set_password(self.cleaned_data["password"])
        return super().save()


class PasswordForm(forms.Form):
    """A new password for somebody who forgot theirs."""

    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        help_text=_("Hand it over in person. All devices of this person are signed out."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        initial=proposed_password,
    )

    def __init__(self, *args, person, **kwargs):
        self.person = person
        super().__init__(*args, **kwargs)

    def clean(self):
        check_password_of(self, self.person)

    def save(self):
        self.person.set_password(self.cleaned_data["password"])
        self.person.save(update_fields=["password"])


def check_password_of(form, person):
    """Django's rules for passwords; the error stands beside the field."""
    password = form.cleaned_data.get("password")
    if not password:
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        form.add_error("password", error)
