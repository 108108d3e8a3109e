"""What the tests of patterns post."""

from django.urls import reverse


def url(name, pattern=None):
    return reverse(f"patterns:{name}", args=[pattern.pk] if pattern else [])


def step(**fields) -> dict:
    return {
        "offset_days": 0,
        "channel": "phone",
        "title": "お電話",
        "window": "any",
        "window_from": "",
        "window_until": "",
        "soon_minutes": "",
        "day_rule": "next",
        "allowed_days": 0,
        "script": "",
        "details_template": "",
        "kind": "",
        "assignee_role": "",
        **fields,
    }


def typed(*steps, began_from=1, base="chosen", **fields) -> dict:
    """What the editor's form posts."""
    data = {
        "base": base,
        "began_from": began_from,
        "note": "",
        "preview-on": "2026-11-21",
        "preview-at": "",
        "steps-TOTAL_FORMS": len(steps),
        "steps-INITIAL_FORMS": 0,
        **fields,
    }
    return data | {f"steps-{n}-{name}": value for n, row in enumerate(steps) for name, value in row.items()}
