"""What a browser would send from a page."""

from django import forms


def filled(form, **changes) -> dict:
    """What the form sends when only `changes` are typed."""
    data = {}
    for field in form:
        value, widget = field.value(), field.field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple) or value is True:
            data[field.html_name] = value
        elif value is not False:
            shown = value if isinstance(widget, forms.Select) else widget.format_value(field.field.prepare_value(value))
            data[field.html_name] = "" if shown is None else shown
    return {**data, **changes}
