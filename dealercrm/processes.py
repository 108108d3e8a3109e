"""Starting processes so that none is ever left behind."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """Asks the kernel to kill this process when the one that started it ends, in whatever way."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def die_with_parent_after_fork():
    """The same for every process forked from this one from now on, and from those."""
    os.register_at_fork(after_in_child=die_with_parent)


class Child:
    """A program in a process group of its own, so that all of it can be ended at once.

    Start it from the main thread: the kernel takes the end of the starting thread for the end of the parent.
    `output`: the open file that it writes to instead of where we write.
    """

    def __init__(self, command, *, output=None, **environment):
        self.command = command
        self.output = output
        self.environment = {name: value for name, value in environment.items() if value is not None}
        self.without = {name for name, value in environment.items() if value is None}
        self.process = None

    def start(self):
        kept = {name: value for name, value in os.environ.items() if name not in self.without}
        self.process = subprocess.Popen(
            self.command,
            env={**kept, **self.environment},
            stdout=self.output,
            stderr=self.output,
            process_group=0,
            preexec_fn=die_with_parent,
        )

    def has_ended(self):
        return self.process is None or self.process.poll() is not None

    def ask_to_stop(self):
        """Tells the program's first process to finish what it does and end."""
        if not self.has_ended():
            self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds):
        """Waits for the first process to end, so many seconds at most."""
        deadline = time.monotonic() + seconds
        while not self.has_ended() and time.monotonic() < deadline:
            time.sleep(0.05)

    def kill(self):
        """Ends what is left of the whole group, also when its first process is gone already."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
