"""Django's PostgreSQL backend, except that it waits a moment for a database that is just restarting."""

import time

import psycopg
from django.db.backends.postgresql import base

PATIENCE_SECONDS = 5
PAUSE_SECONDS = 0.1


class DatabaseWrapper(base.DatabaseWrapper):
    """Tries to connect for up to five seconds: connecting is the one thing always safe to repeat."""

    def get_new_connection(self, conn_params):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return super().get_new_connection(conn_params)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)
