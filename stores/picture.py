"""Charts by pygal without what the CSP forbids inside a page: its own styles, scripts, and hints for them."""


def bare(chart):
    """The tree of its drawing; what it looks like is said in static/css."""
    root = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            is_comment = not isinstance(child.tag, str)
            if is_comment or child.tag in {"defs", "title"} or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
    for node in root.iter():
        node.attrib.pop("style", None)
    root.attrib.pop("id", None)
    return root
