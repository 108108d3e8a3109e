"""What a person may do with what they see, where a role alone doesn't say."""


def may_change(contact, me) -> bool:
    """A record is corrected or taken back by who did it, who entered it, or a manager of the store."""
    return me.pk in {contact.entered_by_id, contact.done_by_id} or me.may_manage(contact.store_id)
