"""The two servers of a comparison: ours, and Label Studio 1.23.2 from PyPI in a virtual environment of its own."""
import http.client
import http.cookies
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
CPUCLOCK_SCHED = 2
EMAIL, PASSWORD, TOKEN = "bench@example.com", "Harbour-ferry-7", "0123456789abcdef0123456789abcdef01234567"
SETTINGS = {
    "LABEL_STUDIO_USERNAME": EMAIL,
    "LABEL_STUDIO_PASSWORD": PASSWORD,
    "LABEL_STUDIO_USER_TOKEN": TOKEN,
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server process, its CPU time and memory, children included."""

    name = ""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.process = None

    def command(self):
        raise NotImplementedError

    def start(self):
        """Starts it; gives the seconds to the first 200."""
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        self.process = subprocess.Popen(
            self.command(), env={**os.environ, **SETTINGS, **self.environment()}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while time.monotonic() - begun < 180:
            try:
                connection = http.client.HTTPConnection("localhost", self.port, timeout=2)
                connection.request("GET", "/api/version/")
                if connection.getresponse().status == 200:
                    return time.monotonic() - begun
            except OSError:
                pass
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended before it answered")
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} does not answer")

    def environment(self):
        return {}

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def roots(self):
        return [self.process.pid]

    def family(self):
        found = self.roots()
        for pid in found:
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    found += [int(child) for child in open(f"/proc/{pid}/task/{task}/children").read().split()]
            except OSError:
                continue
        return found

    def cpu(self):
        """Seconds of CPU so far, user and system, of the processes and of those that they have waited for."""
        total = 0
        for pid in self.family():
            try:
                # The process's own clock, in nanoseconds; /proc counts in ticks of 10 ms.
                total += time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)
                fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
                total += (int(fields[13]) + int(fields[14])) / TICKS
            except OSError:
                continue
        return total

    def memory(self, key):
        """MiB of the process that serves: `VmRSS` now, `VmHWM` at most since `forget_peak`."""
        most = 0
        for pid in self.family():
            try:
                status = open(f"/proc/{pid}/status").read()
            except OSError:
                continue
            most = max(most, int(re.search(rf"{key}:\s+(\d+)", status).group(1)))
        return most / 1024

    def forget_peak(self):
        for pid in self.family():
            try:
                with open(f"/proc/{pid}/clear_refs", "w") as file:
                    file.write("5")
            except OSError:
                pass


class Labelkeep(Server):
    name = "Labelkeep"

    def __init__(self, folder, postgres=None):
        super().__init__(folder)
        self.postgres, self.database = postgres, {}

    def start(self):
        if self.postgres:
            self.database = self.postgres.start()
        return super().start()

    def stop(self):
        super().stop()
        if self.postgres:
            self.postgres.stop()

    def environment(self):
        return self.database

    def roots(self):
        return [self.process.pid, *([self.postgres.process.pid] if self.postgres else [])]

    def command(self):
        return [ROOT / "target/release/labelkeep", "start", "--local", "--port", str(self.port), "--data-dir", self.folder]


class Reference(Server):
    name = "Label Studio 1.23.2"
    venv = ROOT / ".venv-bench"

    @classmethod
    def install(cls):
        """True when it is there. Installing takes some minutes, once."""
        program = cls.venv / "bin/label-studio"
        if not program.exists():
            print("installing Label Studio 1.23.2 for the comparison", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", cls.venv], check=True)
            pip = [cls.venv / "bin/pip", "install", "-q", "--disable-pip-version-check", "label-studio==1.23.2"]
            if subprocess.run(pip).returncode != 0:
                return False
        return program.exists()

    def environment(self):
        return {
            "COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "",
            "LABEL_STUDIO_BASE_DATA_DIR": str(self.folder),
        }

    def command(self):
        return [
            self.venv / "bin/label-studio", "start", "--no-browser", "--port", str(self.port), "--internal-host", "127.0.0.1",
            "--data-dir", self.folder, "--username", EMAIL, "--password", PASSWORD, "--user-token", TOKEN,
        ]


class Client:
    """One person on one kept connection."""

    def __init__(self, server, token=TOKEN):
        self.server, self.token = server, token
        self.connection = http.client.HTTPConnection("localhost", server.port, timeout=600)

    def call(self, method, path, body=None):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        for last in (False, True):
            try:
                self.connection.request(method, path, data, headers)
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # A kept connection may have been closed between two calls.
                self.connection.close()
                if last:
                    raise

    def drain(self, path):
        """Downloads and drops it, a piece at a time: the client's memory must not be part of the measurement."""
        self.connection.request("GET", path, headers={"Authorization": f"Token {self.token}"})
        answer = self.connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status}")
        while answer.read(1 << 20):
            pass

    def json(self, method, path, body=None, wanted=(200, 201)):
        status, text = self.call(method, path, body)
        if status not in wanted:
            raise RuntimeError(f"{method} {path}: {status} {text[:300]!r}")
        return json.loads(text) if text else None


def annotator(server, number):
    """A further person, by the invitation link and the ordinary form, or the one of a run before, when the data were kept; gives a
    client with that person's token."""
    owner = Client(server)
    link = owner.json("GET", "/api/invite")["invite_url"]
    connection = http.client.HTTPConnection("localhost", server.port, timeout=60)
    jar = {}

    def send(method, path, body=None, headers=None):
        cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        connection.request(method, path, body, {"Cookie": cookie, "Referer": f"http://localhost:{server.port}{link}", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(header).items():
                jar[name] = morsel.value
        return answer.status, text.decode()

    def submit(path):
        _, page = send("GET", path)
        hidden = re.search(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"', page).group(1)
        form = urllib.parse.urlencode({"email": f"bench{number}@example.com", "password": PASSWORD, "csrfmiddlewaretoken": hidden})
        return send("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})[0]

    if submit(link) != 302 and submit("/user/login/") != 302:
        raise RuntimeError("sign-up")
    status, text = send("POST", "/api/current-user/reset-token/", "{}", {"Content-Type": "application/json", "X-CSRFToken": jar["csrftoken"]})
    return Client(server, json.loads(text)["token"])
