"""Who sees what: every view, search, export and figure starts from `visible_to(staff)` (REQUIREMENTS H1)."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models


class OneOf(models.Lookup):
    """`OneOf(F("pk"), ArraySubquery(…))`, `id = ANY (ARRAY(…))`: the array is made first, its few ids are looked up."""

    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY ({right})", [*left_params, *right_params]


class StoreQuerySet(models.QuerySet):
    """For every model with a `store`: an admin sees all of it, anybody else that of their own stores."""

    def visible_to(self, staff):
        if staff.is_admin:
            return self.all()
        return self.filter(store_id__in=staff.store_ids)

    def managed_by(self, staff):
        """Of what one sees, that of the stores one manages."""
        seen = self.visible_to(staff)
        return seen if staff.is_admin else seen.filter(store_id__in=staff.managed_store_ids)

    def in_store(self, store):
        return self.filter(store=store)

    def in_stores(self, stores):
        return self.filter(store__in=stores)

    def first_rows(self, number: int, *, after: int = 0):
        """The first so many in their order, picked before anything is joined: sorting wide rows is what takes long.

        `after`: how many are passed over.
        """
        picked = self.values("pk")[after : after + number]
        return self.model._default_manager.those(picked).order_by(*self.query.order_by)

    def with_ids(self, ids):
        return self.filter(pk__in=ids)

    def those(self, picked):
        """Those of these that `picked` (a queryset of their ids) gives, which is answered first and by itself."""
        return self.filter(OneOf(models.F("pk"), ArraySubquery(picked)))
