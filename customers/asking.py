"""What a deal must say when it reaches a stage: the days patterns count from, and what the group asks for (D1, D3)."""

from .models.stage import ALSO_ASKED, Stage


def asked(deal, stage: Stage) -> dict[str, bool]:
    """By name of what the stage asks for: whether it must be filled in.

    Besides what the stage itself needs, what the stages on the way to it needed and nobody has filled in.
    """
    settings = deal.stage_settings
    missing = [
        name
        for passed in Stage
        if passed.position < stage.position
        for name in settings[passed].needs
        if not has(deal, name)
    ]
    needed = dict.fromkeys([*missing, *settings[stage].needs], True)
    offered = [name for name in ALSO_ASKED.get(stage, ()) if not settings[stage].skipped]
    found = {**dict.fromkeys(offered, False), **needed}
    if "estimate" in found and has(deal, "estimate"):
        del found["estimate"]
    return found


def has(deal, name: str) -> bool:
    """Whether the deal says it."""
    if name == "estimate":
        return deal.estimates.standing().exists()
    return getattr(deal, name) not in {None, ""}


def needed_now(deal) -> set[str]:
    """What may not be emptied where it stands."""
    stages = [stage for stage in Stage if stage.position <= Stage(deal.stage).position]
    return {name for stage in stages for name in deal.stage_settings[stage].needs}
