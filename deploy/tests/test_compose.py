"""The compose example: what it says, and that it works, with its own commands, settings and files."""
import contextlib
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest
import yaml

from test_image import data, running  # noqa: F401

DEPLOY = pathlib.Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
# A network on loopback that no other run has: the parts of the example keep their ports.
NETWORK = f"127.77.{os.getpid() % 250}"
ADDRESSES = {"db": f"{NETWORK}.2", "redis": f"{NETWORK}.3"}
NAME_SERVER = f"{NETWORK}.53"


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    """What `prepare` makes."""
    if os.geteuid() != 0:
        pytest.skip("SKIPPED: only root can give files to the users of containers")
    folder = tmp_path_factory.mktemp("example") / "private"
    for path in folder.parents[:3]:
        path.chmod(path.stat().st_mode | 0o055)
    subprocess.run([DEPLOY / "prepare", "labels.example", folder], check=True)
    return folder


def mounts(service: str, private: pathlib.Path) -> dict[str, tuple[pathlib.Path, str]]:
    """Files of a service: path in the container → (path here, mode)."""
    found = {}
    for name in SERVICES[service].get("secrets", []):
        found[f"/run/secrets/{name}"] = (private / pathlib.Path(COMPOSE["secrets"][name]["file"]).name, "ro")
    for volume in SERVICES[service]["volumes"]:
        source, target, *mode = volume.split(":")
        if source.startswith("./private/"):
            found[target] = (private / pathlib.Path(source).name, mode[0])
        elif source.startswith("./"):
            found[target] = (DEPLOY / source, mode[0])
    return found


def command(service: str, private: pathlib.Path) -> list[str]:
    """The command of a service, with the files where they are here."""
    places = {path: str(source) for path, (source, _) in mounts(service, private).items()}
    pattern = re.compile("|".join(map(re.escape, sorted(places, reverse=True))))
    return [pattern.sub(lambda found: places[found[0]], str(part)) for part in SERVICES[service]["command"]]


def as_user(service: str, accounts: pathlib.Path | None = None) -> list[str]:
    """What a command is begun with to run as the service's user; `accounts` stands for /etc/passwd then."""
    user, group = SERVICES[service]["user"].split(":")
    known = []
    if accounts is not None:
        accounts.write_text(f"root:x:0:0::/root:/bin/sh\n{service}:x:{user}:{group}::/:/bin/false\n")
        known = ["unshare", "--mount", "--propagation", "private", "sh", "-c", 'mount --bind "$0" /etc/passwd && exec "$@"', str(accounts)]
    return [*known, "setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]


def test_sec_259_only_the_https_port_is_published():
    assert {name: service.get("ports") for name, service in SERVICES.items()} == {
        "app": ["${LABELKEEP_PORT:-443}:8080"],
        "db": None,
        "redis": None,
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]
    settings = SERVICES["app"]["environment"]
    assert settings["TLS_CERT_FILE"] and settings["TLS_KEY_FILE"] and settings["POSTGRE_SSL_MODE"] == "verify-full"


def test_sec_253_every_part_of_the_example_is_shut_in():
    for service in SERVICES.values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
        assert "privileged" not in service and "cap_add" not in service
    assert SERVICES["app"]["user"] == "10001:10001"
    written = [volume for volume in SERVICES["app"]["volumes"] if not volume.endswith(":ro")]
    assert written == ["data:/label-studio/data"] and len(SERVICES["app"]["tmpfs"]) == 1


def test_sec_258_certificates_are_mounted_read_only():
    settings, volumes = SERVICES["app"]["environment"], SERVICES["app"]["volumes"]
    for name in ("CUSTOM_CA_CERTS", "AWS_CA_BUNDLE"):
        assert settings[name].endswith(".pem")
        (mounted,) = [volume for volume in volumes if f":{settings[name]}:" in volume]
        assert mounted.endswith(":ro")


def test_sec_259_no_secret_is_in_the_example():
    for name, service in SERVICES.items():
        for setting, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|SECRET|TOKEN", setting):
                assert value.startswith("/run/secrets/"), f"{name}: {setting}"
    assert set(COMPOSE["secrets"]) == {secret for service in SERVICES.values() for secret in service.get("secrets", [])}


def test_compose_itself_takes_the_example():
    tool = shutil.which("docker-compose")
    if tool is None:
        pytest.skip("SKIPPED: there is no docker-compose (scripts/setup deploy)")
    check = [tool, "--file", DEPLOY / "compose.yaml", "config"]
    taken = subprocess.run(check, capture_output=True, text=True, env={**os.environ, "LABELKEEP_HOST": "https://labels.example"})
    assert taken.returncode == 0, taken.stderr
    assert yaml.safe_load(taken.stdout)["services"]["app"]["environment"]["LABEL_STUDIO_HOST"] == "https://labels.example"
    missing = subprocess.run(check, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert missing.returncode and "the address by which people come" in missing.stderr


def test_sec_259_prepare_makes_what_each_part_reads_and_nobody_else(private):
    for service in SERVICES:
        group = int(SERVICES[service]["user"].split(":")[1])
        for path, (source, mode) in mounts(service, private).items():
            found = source.stat()
            assert mode == "ro"
            if path.startswith("/run/secrets/"):
                assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (0, group, 0o440), path
    assert (private / "authority.key").stat().st_mode & 0o777 == 0o600
    before = {path: path.read_bytes() for path in private.iterdir()}
    subprocess.run([DEPLOY / "prepare", "labels.example", private], check=True)
    assert {path: path.read_bytes() for path in private.iterdir()} == before, "what is there stays"
    for arguments in ([], ["labels.example;true"]):
        refused = subprocess.run([DEPLOY / "prepare", *arguments], capture_output=True, text=True)
        assert refused.returncode == 2 and "the name by which people come" in refused.stderr


@contextlib.contextmanager
def listening(process, address: str, port: int):
    """A server that is there, for as long as it is needed."""
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection((address, port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "it did not start"
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def database(private, tmp_path_factory):
    """PostgreSQL with the example's own command and user."""
    places = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not places:
        pytest.skip("SKIPPED: there is no PostgreSQL (scripts/setup postgres)")
    folder = tmp_path_factory.mktemp("database")
    for path in folder.parents[:2]:
        path.chmod(path.stat().st_mode | 0o055)
    user = int(SERVICES["db"]["user"].split(":")[0])
    os.chown(folder, user, user)
    settings = SERVICES["db"]["environment"]
    password = mounts("db", private)[settings["POSTGRES_PASSWORD_FILE"]][0]
    # What the entry point of its image does at the first start.
    initialise = [places[-1] / "initdb", "--pgdata", folder / "data", "--username", settings["POSTGRES_USER"], "--pwfile", password]
    subprocess.run([*as_user("db", folder / "passwd"), *initialise], check=True, stdout=subprocess.DEVNULL)
    program, *arguments = command("db", private)
    here = ["-D", folder / "data", "-c", f"listen_addresses={ADDRESSES['db']}", "-c", f"unix_socket_directories={folder}"]
    process = subprocess.Popen([*as_user("db"), places[-1] / program, *arguments, *here], stderr=subprocess.DEVNULL)
    with listening(process, ADDRESSES["db"], 5432):
        environment = {**os.environ, "PGPASSWORD": password.read_text().strip()}
        make = ["psql", "--host", str(folder), "--username", "labelkeep", "postgres", "--command", "CREATE DATABASE labelkeep"]
        subprocess.run(make, check=True, env=environment, stdout=subprocess.DEVNULL)
        yield ADDRESSES["db"]


def test_sec_259_the_database_refuses_what_is_not_tls(database, private):
    def ask(mode: str) -> subprocess.CompletedProcess:
        target = f"host=db hostaddr={database} user=labelkeep dbname=labelkeep sslmode={mode} sslrootcert={private / 'authority.pem'}"
        environment = {**os.environ, "PGPASSWORD": (private / "db-password").read_text().strip()}
        return subprocess.run(["psql", target, "--command", "SELECT 1"], capture_output=True, text=True, env=environment)

    assert ask("verify-full").returncode == 0
    refused = ask("disable")
    assert refused.returncode and "no encryption" in refused.stderr


@pytest.fixture
def example(image, private, data, tmp_path, free_port):  # noqa: F811
    """Settings and mounts of the example's app, with ports that are free here."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in ADDRESSES.items()))
    port = free_port()
    settings = {
        **SERVICES["app"]["environment"],
        "LABEL_STUDIO_HOST": f"https://labels.example:{port}",
        "PORT": port,
        "INTERNAL_HOST": "127.0.0.1",
        "LABELKEEP_MONITORING_PORT": free_port(),
    }
    places = {**mounts("app", private), "/label-studio/data": (data, "rw"), "/etc/hosts": (hosts, "ro")}
    return settings, places


def test_sec_259_the_example_serves_https_with_its_database_verified(image, private, database, example):
    settings, places = example
    with running(image, settings, places) as server:
        assert "PostgreSQL labelkeep on db:5432" in server.said
        # As a browser that knows the authority: chain and name are checked.
        context = ssl.create_default_context(cafile=private / "authority.pem")
        with socket.create_connection(("127.0.0.1", int(settings["PORT"]))) as connection:
            with context.wrap_socket(connection, server_hostname="labels.example") as encrypted:
                encrypted.sendall(f"GET /health HTTP/1.1\r\nHost: labels.example:{settings['PORT']}\r\nConnection: close\r\n\r\n".encode())
                answer = b"".join(iter(lambda: encrypted.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 200") and b'{"status": "UP"}' in answer
        assert b"strict-transport-security" in answer.lower()


def test_a_worker_of_the_chart_runs_beside_the_server(image, private, database, example, free_port, tmp_path):
    """The settings that the chart gives rqworker, on the example's database and with a key from a Secret."""
    pytest.importorskip("helm_python", reason="SKIPPED: Helm's library is not installed (scripts/setup deploy)")
    from chart import Rendered, environment
    from chart import example as values
    from chart import merged

    rendered = Rendered(merged(values("enterprise.yaml"), {"global": {"masterKey": {"secretName": "labelkeep-master-key"}}}))
    told = {name: value for name, value in environment(rendered.rqworker()).items() if name.startswith("LABEL")}
    for name in ("LABEL_STUDIO_USER_TOKEN_FILE", "LABELKEEP_KEY_FILE"):
        del told[name]
    settings, places = example
    monitoring = free_port()
    told |= {"LABEL_STUDIO_PORT": free_port(), "LABELKEEP_MONITORING_PORT": monitoring, "LABELKEEP_MONITORING_HOST": "127.0.0.1"}
    theirs = {name: value for name, value in settings.items() if not name.startswith(("LABEL", "TLS_", "PORT", "INTERNAL"))}
    with running(image, settings, places):
        # Both have the key: one folder here, one Secret there.
        with running(image, {**theirs, **told}, places) as worker:
            assert f"127.0.0.1:{told['LABEL_STUDIO_PORT']} (HTTP)" in worker.said
            health = image.run(["health"], {"LABELKEEP_MONITORING_PORT": monitoring}, places)
            assert (health.communicate()[0], health.returncode) == ('{"status": "UP"}\n', 0)


def test_sec_259_another_authority_stops_the_start(image, database, example, tmp_path):
    settings, places = example
    other = tmp_path / "other"
    subprocess.run([DEPLOY / "prepare", "labels.example", other], check=True, stdout=subprocess.DEVNULL)
    places["/etc/labelkeep/authority.pem"] = (other / "authority.pem", "ro")
    ended = image.run(None, settings, places)
    said = ended.communicate(timeout=60)[0]
    assert ended.returncode == 1 and "invalid peer certificate" in said, said


def test_sec_252_names_are_looked_up_without_libraries_of_the_system(image, database, example, tmp_path):
    """The database by a name that DNS alone knows: the static program asks it."""
    import dns_server

    settings, places = example
    hosts, resolver = tmp_path / "no-hosts", tmp_path / "resolv.conf"
    hosts.write_text("127.0.0.1 localhost\n")
    resolver.write_text(f"nameserver {NAME_SERVER}\noptions timeout:1 attempts:1\n")
    places = {**places, "/etc/hosts": (hosts, "ro"), "/etc/resolv.conf": (resolver, "ro")}
    with dns_server.serving(NAME_SERVER, {"db": ADDRESSES["db"]}) as asked:
        with running(image, settings, places) as server:
            assert "PostgreSQL labelkeep on db:5432" in server.said
    assert "db" in asked


def test_sec_259_redis_takes_nobody_without_a_certificate(private, tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("SKIPPED: there is no Redis (scripts/setup redis)")
    folder = tmp_path / "redis"
    folder.mkdir()
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(path.stat().st_mode | 0o055)
    user = int(SERVICES["redis"]["user"].split(":")[0])
    os.chown(folder, user, user)
    here = ["--bind", ADDRESSES["redis"], "--dir", str(folder)]
    process = subprocess.Popen([*as_user("redis"), *command("redis", private), *here], stdout=subprocess.DEVNULL)

    def ping(with_certificate: bool) -> bytes:
        context = ssl.create_default_context(cafile=private / "authority.pem")
        if with_certificate:
            context.load_cert_chain(private / "redis-client-certificate", private / "redis-client-key")
        with socket.create_connection((ADDRESSES["redis"], 6379)) as connection:
            with context.wrap_socket(connection, server_hostname="redis") as encrypted:
                encrypted.sendall(b"PING\r\n")
                return encrypted.recv(64)

    with listening(process, ADDRESSES["redis"], 6379):
        assert ping(True) == b"+PONG\r\n"
        try:
            answer = ping(False)
        except (ssl.SSLError, ConnectionError):
            answer = b""
        assert answer == b"", "the connection ends without one"
