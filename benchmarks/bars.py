"""Every bar that `make bench` holds the product to. The only place to turn when one is to move."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A limit for a measurement's own value or for its ratio to what it is compared with."""

    limit: float
    of: str = "value"
    at_least: bool = False

    def holds(self, value, ratio) -> bool:
        measured = ratio if self.of == "ratio" else value
        if measured is None:
            return False
        return measured >= self.limit if self.at_least else measured <= self.limit

    def __str__(self):
        return f"{self.of} {'≥' if self.at_least else '≤'} {self.limit:.3g}"


FAILURES = Bar(0)
BOARD_QUERIES = Bar(8)
BOARD_TO_REFERENCE_PAGE = Bar(2.5, of="ratio")
BOARD_OF_LARGE_TO_SMALL = Bar(1.3, of="ratio")
CUSTOMER_QUERIES = Bar(10)
SEARCH_MILLISECONDS = Bar(50)
REPORT_MILLISECONDS = Bar(500)
CROWD_ERRORS = Bar(0)
CROWD_TO_REFERENCE_PAGE = Bar(1 / 3, of="ratio", at_least=True)
EXPANSION_TASKS_PER_SECOND = Bar(10_000, at_least=True)
EXPANSION_TO_COPY = Bar(6, of="ratio")
NIGHT_SECONDS = Bar(60)
NIGHT_MEBIBYTES = Bar(1024)
CALENDAR_CHANGE_SECONDS = Bar(20)
RANKING_SECONDS = Bar(10)
FORESIGHT_SECONDS = Bar(20)
MORNING_SECONDS = Bar(60)
CHOICE_TO_TASKS_SECONDS = Bar(1)
IDLE_SWEEP_MILLISECONDS = Bar(100)
IMPORT_SECONDS = Bar(60)
IMPORT_MEBIBYTES = Bar(500)
EXPORT_SECONDS = Bar(30)
EXPORT_MEBIBYTES = Bar(300)
