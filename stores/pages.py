"""Leafing through a list: what a page costs does not grow with the list."""

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

LAST = 100
"""Nobody leafs further; a search or a filter gets there faster."""
COUNTED = 1000
"""A figure beside a list is counted no further."""


def up_to(count: int, shown: int = 0) -> str:
    """How many of them are not shown, counted up to one more than COUNTED: '980+' when there may be others."""
    return f"{COUNTED - shown}+" if count > COUNTED else str(count - shown)


class Pages(Paginator):
    """Of a queryset of ours. `show` adds what a row needs to the rows of one page, which are picked beforehand.

    `last`: how many pages can be leafed through, unless LAST.
    """

    def __init__(self, rows, per_page, *, show, last: int | None = None):
        super().__init__(rows, per_page)
        self.show = show
        self.most = (last or LAST) * per_page

    @cached_property
    def counted(self) -> int:
        return self.object_list.order_by().values("pk")[: self.most + 1].count()

    @property
    def count(self) -> int:
        """How many can be leafed to; `has_more` says whether there are others."""
        return min(self.counted, self.most)

    @property
    def has_more(self) -> bool:
        return self.counted > self.most

    def page(self, number) -> Page:
        number = self.validate_number(number)
        rows = self.object_list.first_rows(self.per_page, after=(number - 1) * self.per_page)
        return self._get_page(list(self.show(rows)), number, self)


class PickedPages(Pages):
    """Of keys that were picked beforehand, one more than can be leafed to where there are others."""

    @cached_property
    def counted(self) -> int:
        return len(self.object_list)

    def page(self, number) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = self.object_list[first : min(first + self.per_page, self.most)]
        return self._get_page(list(self.show(keys)), number, self)
