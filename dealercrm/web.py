"""gunicorn's settings (`gunicorn -c python:dealercrm.web dealercrm.wsgi`).

No preload: a pool of database connections must be made in the process that uses it.
"""

from dealercrm import environment, log
from dealercrm.access_log import ServerLogger
from dealercrm.processes import die_with_parent

_env = environment.read_or_exit()
log.only_lines()

bind = f"{_env.HOST}:{_env.PORT}"
workers = _env.WEB_WORKERS
threads = 4
worker_class = "gthread"
preload_app = False
raw_env = ["DATABASE_POOL=1"]
timeout = 60
graceful_timeout = 80
"""Seconds that a slow page is waited for when asked to stop; whoever asks us waits for 90."""
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning" if log.is_read_by_a_person() else "info"
logger_class = ServerLogger
control_socket_disable = True


def post_fork(server, worker):
    die_with_parent()
