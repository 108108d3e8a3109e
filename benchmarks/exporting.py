"""A long list out of the book, in a process of its own, so that its memory can be told."""

import resource
import time

from customers.exporting.taking import Taken
from customers.models import Customer, Export

from .bars import EXPORT_MEBIBYTES, EXPORT_SECONDS
from .measures import Measure


def measure(*, rows: int) -> list[Measure]:
    """Each kind of file, from what is found to its last byte."""
    found = []
    for form in (Export.Form.XLSX, Export.Form.CP932):
        began = time.perf_counter()
        taken = Taken(Export.What.CUSTOMERS, Customer.objects.in_kana_order()[:rows])
        if form == Export.Form.CP932:
            taken.lacking()
        written = sum(len(piece) for piece in taken.pieces(form))
        size = f"{len(taken.ids):,} rows, {written / 2**20:.1f} MiB"
        took = time.perf_counter() - began
        found.append(Measure(f"export, {form.value}, found and written", size, took, "s", bar=EXPORT_SECONDS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*found, Measure("export, peak memory (RSS)", size, peak, "MiB", bar=EXPORT_MEBIBYTES)]
