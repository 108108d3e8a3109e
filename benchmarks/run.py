"""One run: the data, a copy of each size, web servers and a worker as `make run` has them, and everything in turns."""

import json
import sys
from contextlib import ExitStack

from django.conf import settings
from django.core.management import CommandError, call_command

from dealercrm import embedded
from dealercrm.environment import BASE_DIR
from dealercrm.processes import Child

from . import asking, crowd, databases, measures, memory, sites
from .bars import FAILURES
from .measures import Measure

CUSTOMERS = {"200000": 20_000, "2000000": 200_000}
"""How many customers have so many tasks."""
PARTS = ("pages", "engine", "export", "import")
"""What is done in processes of their own, whose settings name a copy of the data."""


def run(sizes: list[int], *, rounds: int, seconds: float, follow_ups: int, rows: int, say) -> bool:
    """Measure everything at these sizes, so many customers, the smallest first; False when a bar is missed.

    `seconds`: how long the crowd asks; `follow_ups`: how many are expanded at a time; `rows`: of the imported list.
    Writes `bench.json` into the data folder.
    """
    home, server_data = settings.DATA_DIR / "bench", settings.DATA_DIR / "bench-postgres"
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        "DEMONSTRATION": "1",
        "DATA_DIR": str(home),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PYTHONPATH": str(BASE_DIR),
        "DATABASE_POOL": None,
    }
    arguments = {"follow-ups": follow_ups, "rows": rows}
    with embedded.Server(server_data):
        try:
            with databases.copies_of_data(server_data, sizes, environment=environment, say=say) as urls:
                parts = Parts(home, environment, arguments, say)
                found = _pages(urls, parts, rounds=rounds, seconds=seconds)
                for url, size in zip(urls, parts.sizes, strict=True):
                    found += parts.run("engine", url, size)
                found += parts.run("export", urls[-1], parts.sizes[-1])
                found += parts.run("import", urls[-1], parts.sizes[-1])
        except databases.DataFailed as failed:
            raise CommandError(str(failed)) from None
    return measures.report(found, settings.DATA_DIR / "bench.json", say)


class Parts:
    """Processes that know the data of one copy; what they find comes back in a file."""

    def __init__(self, home, environment, arguments, say):
        self.home, self.environment, self.say = home, environment, say
        self.arguments = [f"--{name}={value}" for name, value in arguments.items()]
        self.sizes = []

    def run(self, part, url, size) -> list[Measure]:
        """A part that fails is a bar that is missed; the others are still reported."""
        self.say(f"The {part} part: {size} …")
        try:
            return measures.taken_over(self._run(part, url, f"--house={size}"))
        except CommandError as failed:
            return [Measure(str(failed), size, 1, "failures", bar=FAILURES)]

    def look(self, url) -> dict:
        """The pages of a copy, as benchmarks.pages has looked at them."""
        looked = json.loads(self._run("pages", url).read_text())
        self.sizes.append(looked["size"])
        return looked

    def _run(self, part, url, *arguments):
        result = self.home / f"{part}.json"
        result.unlink(missing_ok=True)
        command = [sys.executable, str(BASE_DIR / "manage.py"), "bench", f"--inside={part}"]
        child = Child([*command, *self.arguments, *arguments], **self.environment, DATABASE_URL=url)
        child.start()
        try:
            if child.process.wait():
                raise CommandError(f"The {part} part failed.")
        finally:
            child.kill()
        return result


def _pages(urls, parts, *, rounds, seconds) -> list[Measure]:
    """Servers of all sizes side by side; only the one that is asked has something to do."""
    with ExitStack() as stack:
        looked = [parts.look(url) for url in urls]
        log = stack.enter_context(open(parts.home / "web.log", "w"))
        running = [
            stack.enter_context(sites.running(url, known, parts.environment, log))
            for url, known in zip(urls, looked, strict=True)
        ]
        parts.say(f"{rounds} rounds of every page …")
        asking.ask(running, rounds=rounds)
        found = [measure for site in running for measure in asking.measures(site)]
        if len(running) > 1:
            found += asking.growth(running[0], running[-1])
        for site in running:
            parts.say(f"Eight clients at once: {site.size} …")
            found += crowd.measure(site, seconds=seconds)
            found += memory.measure("web process", site.processes, size=site.size)
    return found


def inside(part: str, *, follow_ups: int, rows: int, house: str, say):
    """One of PARTS, in a process whose settings name the copy of the data."""
    result = settings.DATA_DIR / f"{part}.json"
    if part == "pages":
        from . import pages

        call_command("messages", compile=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        result.write_text(json.dumps(pages.look()))
    elif part == "engine":
        from . import engine, worker

        with worker.running_worker() as program:
            found = worker.measure(program, house)
        measures.hand_over(found + engine.measure(follow_ups=follow_ups, size=house), result)
    elif part == "export":
        from . import exporting

        measures.hand_over(exporting.measure(rows=rows), result)
    else:
        from . import importing

        measures.hand_over(importing.measure(rows=rows), result)
