"""Storages in Azure, against a server that is not ours (Azurite): keys, SAS tokens and service principals."""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from authority import Authority
from conftest import ROOT, TOKEN, Server, free_port
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError
from stores import CONFIG, RESULT, ask, shown, synced, until

MAIN = ROOT / "e2e/azurite/node_modules/azurite/dist/src/blob/main.js"
# The account that every Azurite has, as its documentation prints it.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
TENANT = "11111111-1111-1111-1111-111111111111"
pytestmark = pytest.mark.skipif(not MAIN.exists(), reason="SKIPPED: Azurite is not installed (scripts/setup azurite)")


def mac(text: str) -> str:
    return base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()


class Azurite:
    def __init__(self, folder):
        self.authority = Authority(folder)
        certificate, key = self.authority.issue("azurite")
        self.port = free_port()
        self.endpoint = f"https://localhost:{self.port}/{ACCOUNT}"
        self.tls = ssl.create_default_context(cafile=self.authority.file)
        arguments = ["--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--inMemoryPersistence", "--silent"]
        arguments += ["--disableTelemetry", "--oauth", "basic", "--cert", certificate, "--key", key]
        self.process = subprocess.Popen(["node", MAIN, *arguments], stdout=subprocess.DEVNULL, cwd=folder)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.ask("GET", "/", {"comp": "list"})
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("Azurite did not start")
                time.sleep(0.1)

    def ask(self, method, path, query, body=b"", **headers):
        """A request signed with the account's key; our own program is not asked how."""
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers |= {"x-ms-date": date, "x-ms-version": "2021-12-02"}
        path = f"/{ACCOUNT}{urllib.parse.quote(path)}"
        own = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-ms-"))
        asked = "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        length = str(len(body)) if body else ""
        kind = "application/octet-stream" if method == "PUT" else ""
        text = f"{method}\n\n\n{length}\n\n{kind}\n\n\n\n\n\n\n{own}/{ACCOUNT}{path}{asked}"
        headers["authorization"] = f"SharedKey {ACCOUNT}:{mac(text)}"
        if kind:
            headers["content-type"] = kind
        url = f"https://localhost:{self.port}{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, data=body if method == "PUT" else None, headers=headers, method=method)
        with urllib.request.urlopen(request, context=self.tls, timeout=10) as answer:
            return answer.read()

    def container(self):
        name = f"c{time.monotonic_ns()}"
        self.ask("PUT", f"/{name}", {"restype": "container"})
        return name

    def put(self, container, key, body: bytes):
        self.ask("PUT", f"/{container}/{key}", {}, body, **{"x-ms-blob-type": "BlockBlob"})

    def get(self, container, key):
        try:
            return self.ask("GET", f"/{container}/{key}", {})
        except urllib.error.HTTPError:
            return None

    def sas(self, container, rights, minutes=10):
        """A SAS token for a container."""
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        ends = ends.strftime("%Y-%m-%dT%H:%M:%SZ")
        version = "2021-12-02"
        text = f"{rights}\n\n{ends}\n/blob/{ACCOUNT}/{container}\n\n\nhttps\n{version}\nc\n\n\n\n\n\n\n"
        parts = {"sp": rights, "se": ends, "spr": "https", "sv": version, "sr": "c", "sig": mac(text)}
        return urllib.parse.urlencode(parts)


class Directory:
    """Gives tokens as Microsoft's directory does, for one application and one secret."""

    def __init__(self):
        self.asked = []
        directory = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                directory.asked.append((self.path, form))
                if form.get("client_secret") == ["right"]:
                    self.answer(200, {"access_token": directory.token(), "expires_in": 3600, "token_type": "Bearer"})
                else:
                    self.answer(401, {"error": "invalid_client", "error_description": "a text of the directory"})

            def answer(self, status, body):
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def token(self):
        now = int(time.time())
        claims = {
            "aud": "https://storage.azure.com",
            "iss": f"https://sts.windows.net/{TENANT}/",
            "iat": now,
            "nbf": now - 60,
            "exp": now + 3600,
            "oid": "22222222-2222-2222-2222-222222222222",
            "tid": TENANT,
        }
        parts = [{"alg": "HS256", "typ": "JWT"}, claims]
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
        return ".".join([*encoded, base64.urlsafe_b64encode(b"not checked").rstrip(b"=").decode()])


@pytest.fixture(scope="module")
def azurite(tmp_path_factory):
    running = Azurite(tmp_path_factory.mktemp("azurite"))
    yield running
    running.process.terminate()
    running.process.wait(timeout=30)


@pytest.fixture(scope="module")
def directory():
    running = Directory()
    yield running
    running.http.shutdown()


@pytest.fixture(scope="module")
def client(azurite, directory, tmp_path_factory):
    settings = {"CUSTOM_CA_CERTS": str(azurite.authority.file), "AZURE_AUTHORITY_HOST": directory.url}
    server = Server(tmp_path_factory.mktemp("azure"), settings)
    yield LabelStudio(base_url=server.url, api_key=TOKEN)
    server.stop()


@pytest.fixture
def project(client):
    made = client.projects.create(title="With storages", label_config=CONFIG)
    yield made
    client.projects.delete(id=made.id)


@pytest.fixture
def container(azurite):
    return azurite.container()


KEYS = ["d/a.txt", "d/b c#?%25+é.txt", "d/deep/d.txt"]


@pytest.fixture
def filled(azurite, container):
    for key in KEYS:
        azurite.put(container, key, f"text of {key}".encode())
    azurite.put(container, "dd/x.txt", b"not below d")
    return container


def test_with_the_account_key(client, project, azurite, filled):
    place = {"project": project.id, "container": filled, "prefix": "d", "account_name": ACCOUNT, "endpoint": azurite.endpoint}
    body = {**place, "account_key": KEY, "use_blob_urls": True, "recursive_scan": True}
    files = ask(client, "POST", "/api/storages/azure/files", **body).json()["files"]
    assert [file["key"] for file in files] == KEYS and files[0]["size"] == len("text of d/a.txt")
    made = ask(client, "POST", "/api/storages/azure/", **body)
    assert made.status_code == 201, made.text
    assert KEY not in made.text and ACCOUNT not in made.json().values()
    path = f"/api/storages/azure/{made.json()['id']}"
    assert client.import_storage.azure.get(id=made.json()["id"]).container == filled
    storage = synced(client, path)
    assert (storage["status"], storage["last_sync_count"]) == ("completed", 3), storage
    texts = set()
    for answer in shown(client, project):
        assert answer.status_code == 303, answer.text
        signed = answer.headers["location"]
        assert KEY not in signed and "sp=r&" in signed
        with urllib.request.urlopen(signed, context=azurite.tls, timeout=10) as opened:
            assert opened.headers["content-type"].startswith("text/plain")
            assert opened.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
            texts.add(opened.read().decode())
        with pytest.raises(urllib.error.HTTPError):
            other = signed.replace("/d/", "/dd/")
            urllib.request.urlopen(other, context=azurite.tls, timeout=10)
    assert texts == {f"text of {key}" for key in KEYS}
    assert synced(client, path)["last_sync_count"] == 0
    azurite.put(filled, "d/a.txt", b"changed")
    azurite.put(filled, "d/new.txt", b"new")
    assert synced(client, path)["last_sync_count"] == 1
    notes = ask(client, "GET", f"{path}/notes").json()["objects"]
    assert notes == [{"key": "d/a.txt", "has_changed": True, "problem": None}]


def test_a_change_of_the_account_wants_the_key_again(client, project, azurite, filled):
    body = {"project": project.id, "container": filled, "account_name": ACCOUNT, "endpoint": azurite.endpoint}
    made = ask(client, "POST", "/api/storages/azure/", **body, account_key=KEY).json()
    path = f"/api/storages/azure/{made['id']}"
    assert ask(client, "PATCH", path, title="T", account_name=ACCOUNT).status_code == 200
    refused = ask(client, "PATCH", path, account_name="otheraccount")
    assert refused.status_code == 400 and "account_key" in refused.json()["validation_errors"]


def test_json_becomes_tasks_over_many_pages(client, project, azurite, container):
    for number in range(40):
        tasks = [{"text": f"{number} {row}"} for row in range(30)]
        azurite.put(container, f"{number:03}.json", json.dumps(tasks).encode())
    body = {"project": project.id, "container": container, "account_name": ACCOUNT, "account_key": KEY}
    made = ask(client, "POST", "/api/storages/azure/", **body, endpoint=azurite.endpoint).json()
    storage = synced(client, f"/api/storages/azure/{made['id']}")
    assert (storage["status"], storage["last_sync_count"]) == ("completed", 1200), storage


def test_with_a_sas_token_bytes_go_through_the_server(client, project, azurite, filled):
    body = {"project": project.id, "container": filled, "prefix": "d", "account_name": ACCOUNT, "endpoint": azurite.endpoint}
    body |= {"use_blob_urls": True, "recursive_scan": True}
    sas = azurite.sas(filled, "rl")
    made = ask(client, "POST", "/api/storages/azure/", **body, sas_token=f"?{sas}")
    assert made.status_code == 201, made.text
    assert synced(client, f"/api/storages/azure/{made.json()['id']}")["last_sync_count"] == 3
    answers = shown(client, project)
    assert {answer.text for answer in answers} == {f"text of {key}" for key in KEYS}
    assert {answer.status_code for answer in answers} == {200}
    expired = ask(client, "POST", "/api/storages/azure/validate", **body, sas_token=azurite.sas(filled, "rl", minutes=-5))
    assert expired.status_code == 400 and "SAS token is not valid or has expired" in expired.text, expired.text
    narrow = ask(client, "POST", "/api/storages/azure/validate", **body, sas_token=azurite.sas(filled, "w"))
    assert narrow.status_code == 400 and "lack the right" in narrow.text, narrow.text


def test_with_a_service_principal(client, project, azurite, directory, filled):
    body = {"project": project.id, "container": filled, "prefix": "d", "account_name": ACCOUNT, "endpoint": azurite.endpoint}
    body |= {"tenant_id": TENANT, "client_id": "an-application", "use_blob_urls": True, "recursive_scan": True}
    wrong = ask(client, "POST", "/api/storages/azure_spi/validate", **body, client_secret="wrong")
    assert wrong.status_code == 400 and "The client secret is wrong" in wrong.text
    assert "a text of the directory" not in wrong.text
    directory.asked.clear()
    made = ask(client, "POST", "/api/storages/azure_spi/", **body, client_secret="right")
    assert made.status_code == 201, made.text
    assert "right" not in made.json().values() and made.json()["tenant_id"] == TENANT
    path, form = directory.asked[0]
    assert path == f"/{TENANT}/oauth2/v2.0/token" and form["scope"] == ["https://storage.azure.com/.default"]
    assert synced(client, f"/api/storages/azure_spi/{made.json()['id']}")["last_sync_count"] == 3
    texts = set()
    for answer in shown(client, project):
        assert answer.status_code == 303, answer.text
        assert "skoid=" in answer.headers["location"]
        with urllib.request.urlopen(answer.headers["location"], context=azurite.tls, timeout=10) as opened:
            texts.add(opened.read().decode())
    assert texts == {f"text of {key}" for key in KEYS}
    assert len(directory.asked) <= 2, "a token serves for more than one request"


def test_annotations_are_written_and_deleted(client, project, azurite, container):
    task = client.tasks.create(project=project.id, data={"text": "hello"})
    body = {"project": project.id, "container": container, "prefix": "out", "account_name": ACCOUNT, "account_key": KEY}
    made = ask(client, "POST", "/api/storages/export/azure", **body, endpoint=azurite.endpoint, can_delete_objects=True)
    assert made.status_code == 201, made.text
    annotation = client.annotations.create(id=task.id, result=RESULT)
    key = f"out/{annotation.id}"
    written = json.loads(until(lambda: azurite.get(container, key), "the annotation is written"))
    assert written["result"] == RESULT and written["task"]["data"] == {"text": "hello"}
    assert synced(client, f"/api/storages/export/azure/{made.json()['id']}")["last_sync_count"] == 1
    client.annotations.delete(id=annotation.id)
    until(lambda: azurite.get(container, key) is None, "the object is removed")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"account_key": base64.b64encode(b"wrong").decode()}, "The account key does not fit the account name"),
        ({"account_key": "not base64"}, "This is not an account key"),
        ({"account_key": None}, "Enter the key of the account, or a SAS token."),
        ({"container": "no-such-container"}, "Cannot find container no-such-container in Azure"),
        ({"container": "Not_A_Name"}, "A container's name has"),
        ({"account_name": "a/b"}, "An account's name has"),
        ({"prefix": "nowhere"}, "/nowhere not found."),
        ({"endpoint": "https://localhost:9/devstoreaccount1"}, "could not be reached"),
    ],
)
def test_what_is_wrong_is_said(client, project, azurite, filled, change, expected):
    body = {"project": project.id, "container": filled, "account_name": ACCOUNT, "account_key": KEY}
    refused = ask(client, "POST", "/api/storages/azure/validate", **{**body, "endpoint": azurite.endpoint, **change})
    assert refused.status_code == 400 and expected in refused.text, refused.text


def test_the_official_client_knows_its_errors(client, project):
    with pytest.raises(ApiError) as refused:
        client.import_storage.azure.create(project=project.id, container="abc")
    assert refused.value.status_code == 400
