"""gunicorn's settings (`gunicorn -c python:dealercrm.web dealercrm.wsgi`).

No preload: a pool of database connections must be made in the process that uses it.
"""

import os

from dealercrm.processes import die_with_parent

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
worker_class = "gthread"
preload_app = False
raw_env = ["DATABASE_POOL=1"]
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
loglevel = "warning"
accesslog = None
control_socket_disable = True


def post_fork(server, worker):
    die_with_parent()
