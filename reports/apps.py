from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self):
        from customers import among
        from followups.correcting import GO_ALONG

        from .listing import MARK, customers_of

        among.register(MARK, customers_of)
        GO_ALONG.extend(["heard_marks", "heard_settled", "entry_reasons"])
