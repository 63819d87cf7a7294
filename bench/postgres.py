"""A PostgreSQL of a measurement's own: a folder, a socket in it, and a process that ends with the measurement."""
import os
import pathlib
import pwd
import signal
import subprocess
import tempfile
import time


class Postgres:
    """The newest version that is installed; as `postgres`, when root starts it, for which the program refuses to run. With a
    folder to keep, that one is used, and used again; the user `postgres` must be able to reach it."""

    def __init__(self, keep=None):
        self.keep = keep and pathlib.Path(keep).resolve()
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        if not found:
            raise RuntimeError("no /usr/lib/postgresql: install the package postgresql")
        self.programs = found[-1].parent
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.process = None

    def run(self, *command, **more):
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who, **more)

    def start(self):
        """Starts it; gives the settings by which the program finds it."""
        if self.keep:
            self.folder = self.keep
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            self.folder = pathlib.Path(tempfile.mkdtemp(prefix="labelkeep-bench-postgres-"))
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        data = self.folder / "data"
        if not data.exists():
            made = self.run(self.programs / "initdb", "--auth=trust", "--username=labelkeep", "--encoding=UTF8", "--locale=C", "-D", data)
            if made.wait(120) != 0:
                raise RuntimeError("initdb failed")
        # A quarter of a GiB for its pages, as a small server has; everything else as it comes.
        self.process = self.run(
            self.programs / "postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=", "-c", "shared_buffers=256MB",
            start_new_session=True,
        )
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder, "-U", "labelkeep"]
        until = time.monotonic() + 60
        while subprocess.run(ready).returncode != 0:
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.1)
        return {
            "DJANGO_DB": "default", "POSTGRE_HOST": str(self.folder), "POSTGRE_USER": "labelkeep", "POSTGRE_NAME": "postgres",
            "POSTGRE_SSL_MODE": "disable",
        }

    def settle(self):
        """Does at once what PostgreSQL does by itself in the minutes behind a large import: clears up, looks at what has changed, and
        brings the pages to the disk."""
        psql = [self.programs / "psql", "-X", "-q", "-h", self.folder, "-U", "labelkeep", "postgres"]
        subprocess.run([*psql, "-c", "VACUUM (ANALYZE)", "-c", "CHECKPOINT"], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        if not self.keep:
            subprocess.run(["rm", "-rf", self.folder], check=True)
