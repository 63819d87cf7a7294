"""Starts the real program for the tests of the official client, on loopback, with a data folder of its own."""
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef0123456789abcdef01234567"
EMAIL = "ada@example.com"
PASSWORD = "Harbour-ferry-7"


def program() -> pathlib.Path:
    """What PROGRAM_UNDER_TEST names, else what was built for shipping, else for development."""
    if named := os.environ.get("PROGRAM_UNDER_TEST"):
        return pathlib.Path(named)
    for profile in ("release", "debug"):
        path = ROOT / "target" / profile / "labelkeep"
        if path.exists():
            return path
    pytest.skip("SKIPPED: labelkeep is not built (make build)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running server; `kill` ends it as a power cut would."""

    def __init__(self, folder: pathlib.Path, settings: dict[str, str] | None = None):
        self.folder = folder
        self.settings = settings or {}
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.process = None
        self.start()

    def start(self) -> None:
        settings = {
            "LABEL_STUDIO_USERNAME": EMAIL,
            "LABEL_STUDIO_PASSWORD": PASSWORD,
            "LABEL_STUDIO_USER_TOKEN": TOKEN,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            **self.settings,
        }
        self.process = subprocess.Popen(
            [program(), "start", "--local", "--port", str(self.port), "--data-dir", self.folder],
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=1).read()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the server did not start")
                time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("data"))
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path):
    """One for a test that kills it."""
    running = Server(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def client(server):
    from label_studio_sdk.client import LabelStudio

    return LabelStudio(base_url=server.url, api_key=TOKEN)
