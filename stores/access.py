"""Who sees what: every view, search, export and figure starts from `visible_to(staff)` (REQUIREMENTS H1)."""

from django.db import models


class StoreQuerySet(models.QuerySet):
    """For every model with a `store`: an admin sees all of it, anybody else that of their own stores."""

    def visible_to(self, staff):
        if staff.is_admin:
            return self.all()
        return self.filter(store_id__in=staff.store_ids)

    def in_store(self, store):
        return self.filter(store=store)
