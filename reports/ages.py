"""Groups of customers by age: what one narrows to, and what is counted apart."""

from django.utils.translation import gettext_lazy

OLDEST = 200
AGES = {
    "under-30": (0, 30),
    "30s": (30, 40),
    "40s": (40, 50),
    "50s": (50, 60),
    "60s": (60, 70),
    "over-70": (70, OLDEST),
}
AGE_GROUPS = (
    ("", gettext_lazy("All ages")),
    ("under-30", gettext_lazy("Under 30")),
    ("30s", gettext_lazy("30 to 39")),
    ("40s", gettext_lazy("40 to 49")),
    ("50s", gettext_lazy("50 to 59")),
    ("60s", gettext_lazy("60 to 69")),
    ("over-70", gettext_lazy("70 and over")),
)
