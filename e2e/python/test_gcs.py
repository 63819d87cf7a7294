"""Storages in Google Cloud Storage, against a server that checks tokens and signatures by itself."""
import json
import urllib.error
import urllib.request

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from conftest import TOKEN, Server, free_port
from gcp_storage_emulator.server import create_server
from gcs import Gcs
from label_studio_sdk.client import LabelStudio
from stores import CONFIG, RESULT, ask, shown, synced, until

KEYS = ["d/a.txt", "d/b c#?%25+é.txt", "d/deep/d.txt"]


@pytest.fixture(scope="module")
def gcs():
    running = Gcs()
    yield running
    running.http.shutdown()


@pytest.fixture(scope="module")
def client(gcs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gcs")
    (folder / "key.json").write_text(gcs.credentials())
    settings = {
        "GCS_ENDPOINT": gcs.url,
        "ALLOW_AMBIENT_CLOUD_CREDENTIALS": "1@gs://of-the-server/in",
        "GOOGLE_APPLICATION_CREDENTIALS": str(folder / "key.json"),
    }
    server = Server(folder / "data", settings)
    yield LabelStudio(base_url=server.url, api_key=TOKEN)
    server.stop()


@pytest.fixture
def project(client):
    made = client.projects.create(title="With storages", label_config=CONFIG)
    yield made
    client.projects.delete(id=made.id)


@pytest.fixture
def bucket(gcs):
    name = f"bucket-{len(gcs.objects)}"
    gcs.objects[name] = {}
    return name


def test_objects_become_tasks_and_are_shown(client, project, gcs, bucket):
    for key in KEYS:
        gcs.put(bucket, key, f"text of {key}".encode())
    gcs.put(bucket, "dd/x.txt", b"not below d")
    body = {"project": project.id, "bucket": bucket, "prefix": "d", "google_application_credentials": gcs.credentials()}
    body |= {"use_blob_urls": True, "recursive_scan": True}
    files = ask(client, "POST", "/api/storages/gcs/files", **body).json()["files"]
    assert [file["key"] for file in files] == KEYS
    made = client.import_storage.gcs.create(**body)
    assert (made.bucket, made.status) == (bucket, "initialized")
    path = f"/api/storages/gcs/{made.id}"
    read = ask(client, "GET", path)
    assert "PRIVATE KEY" not in read.text and "google_application_credentials" not in read.json()
    issued = gcs.issued
    storage = synced(client, path)
    assert (storage["status"], storage["last_sync_count"]) == ("completed", 3), storage
    assert gcs.issued - issued <= 1, "a token serves for more than one request"
    texts = set()
    for answer in shown(client, project):
        assert answer.status_code == 303, answer.text
        signed = answer.headers["location"]
        with urllib.request.urlopen(signed, timeout=10) as opened:
            assert opened.headers["content-type"].startswith("text/plain")
            assert opened.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
            texts.add(opened.read().decode())
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(signed.replace("/d/", "/dd/"), timeout=10)
    assert texts == {f"text of {key}" for key in KEYS}
    gcs.put(bucket, "d/a.txt", b"changed")
    gcs.put(bucket, "d/new.txt", b"new")
    assert synced(client, path)["last_sync_count"] == 1
    notes = ask(client, "GET", f"{path}/notes").json()["objects"]
    assert notes == [{"key": "d/a.txt", "has_changed": True, "problem": None}]
    # Through the server, in parts.
    assert ask(client, "PATCH", path, presign=False).status_code == 200
    assert {answer.text for answer in shown(client, project)} >= {f"text of {key}" for key in KEYS[1:]}


def test_the_servers_own_account_opens_what_it_is_allowed_to(client, project, gcs):
    gcs.objects["of-the-server"] = {}
    gcs.put("of-the-server", "in/a.txt", b"by the server's own account")
    body = {"project": project.id, "bucket": "of-the-server", "use_blob_urls": True, "use_server_credentials": True}
    refused = ask(client, "POST", "/api/storages/gcs/", **body)
    assert refused.status_code == 400 and "are not for gs://of-the-server." in refused.text
    made = ask(client, "POST", "/api/storages/gcs/", **body, prefix="in").json()
    storage = synced(client, f"/api/storages/gcs/{made['id']}")
    assert (storage["status"], storage["last_sync_count"]) == ("completed", 1), storage
    [answer] = shown(client, project)
    with urllib.request.urlopen(answer.headers["location"], timeout=10) as opened:
        assert opened.read() == b"by the server's own account"


def test_rights_that_are_not_needed_are_said(client, project, gcs, bucket):
    gcs.put(bucket, "a.txt", b"x")
    body = {"project": project.id, "bucket": bucket, "google_application_credentials": gcs.credentials()}
    hint = lambda side: ask(client, "POST", f"/api/storages{side}/gcs/validate", **body)
    assert "may also write objects and delete objects." in hint("").json()["hint"]
    assert "list what is there, read objects and delete objects." in hint("/export").json()["hint"]
    held = gcs.rights
    try:
        gcs.rights = {"list", "get"}
        assert hint("").text == "", "no more is needed"
    finally:
        gcs.rights = held


def test_json_becomes_tasks_over_many_pages_and_faults(client, project, gcs, bucket):
    for number in range(95):
        gcs.put(bucket, f"{number:03}.json", json.dumps({"text": f"t{number}"}).encode())
    body = {"project": project.id, "bucket": bucket, "google_application_credentials": gcs.credentials()}
    made = ask(client, "POST", "/api/storages/gcs/", **body).json()
    gcs.page = 10
    gcs.faults += [(503, "backendError"), (429, "rateLimitExceeded"), (401, "authError")]
    try:
        storage = synced(client, f"/api/storages/gcs/{made['id']}")
    finally:
        gcs.page = 1_000
        gcs.faults.clear()
    assert (storage["status"], storage["last_sync_count"]) == ("completed", 95), storage


def test_annotations_are_written_and_deleted(client, project, gcs, bucket):
    task = client.tasks.create(project=project.id, data={"text": "hello"})
    body = {"project": project.id, "bucket": bucket, "prefix": "out", "google_application_credentials": gcs.credentials()}
    made = client.export_storage.gcs.create(**body, can_delete_objects=True)
    assert gcs.objects[bucket] == {}, "the test of writing leaves nothing behind"
    annotation = client.annotations.create(id=task.id, result=RESULT)
    key = f"out/{annotation.id}"
    content, _ = until(lambda: gcs.objects[bucket].get(key), "the annotation is written")
    assert json.loads(content)["result"] == RESULT
    assert synced(client, f"/api/storages/export/gcs/{made.id}")["last_sync_count"] == 1
    client.annotations.delete(id=annotation.id)
    until(lambda: key not in gcs.objects[bucket], "the object is removed")


def test_a_clock_that_differs_is_learned(client, project, gcs, bucket):
    gcs.put(bucket, "a.txt", b"x")
    body = {"project": project.id, "bucket": bucket, "google_application_credentials": gcs.credentials()}
    gcs.clock = 7_200
    try:
        assert ask(client, "POST", "/api/storages/gcs/validate", **body).status_code == 200
    finally:
        gcs.clock = 0


def pem(key) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def test_what_is_wrong_is_said(client, project, gcs, bucket):
    gcs.put(bucket, "a.txt", b"x")
    other = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    for change, expected in [
        ({"bucket": "no-such-bucket"}, "Cannot find bucket no-such-bucket in Google Cloud Storage"),
        ({"bucket": "Not a name"}, "A bucket's name has"),
        ({"prefix": "nowhere"}, "/nowhere not found."),
        ({"google_application_credentials": "{}"}, "missing fields type"),
        ({"google_application_credentials": "no JSON"}, "not the JSON file of a key"),
        ({"google_application_credentials": ""}, "This field is required."),
        ({"google_application_credentials": gcs.credentials(type="external_account")}, "Only keys of service accounts"),
        ({"google_application_credentials": gcs.credentials(token_uri="http://127.0.0.1:9/token")}, "no address of Google"),
        ({"google_application_credentials": gcs.credentials(private_key="x")}, "private_key of this file cannot be read"),
        ({"google_application_credentials": gcs.credentials(private_key=other)}, "Google does not take this key"),
        (
            {"google_application_credentials": gcs.credentials(private_key=pem(ec.generate_private_key(ec.SECP256R1())))},
            "private_key of this file cannot be read",
        ),
        ({"google_application_credentials": gcs.credentials(client_email="x@example.com")}, "Google does not take this key"),
    ]:
        body = {"project": project.id, "bucket": bucket, "google_application_credentials": gcs.credentials(), **change}
        refused = ask(client, "POST", "/api/storages/gcs/validate", **body)
        assert refused.status_code == 400 and expected in refused.text, (change, refused.text)
        assert "a text of the store" not in refused.text


def test_rights_that_lack_are_said(client, project, gcs, bucket):
    gcs.put(bucket, "a.txt", b"x")
    body = {"project": project.id, "bucket": bucket, "google_application_credentials": gcs.credentials()}
    for path, right in [("gcs", "list"), ("gcs", "get"), ("export/gcs", "create")]:
        gcs.rights.discard(right)
        refused = ask(client, "POST", f"/api/storages/{path}/validate", **body)
        gcs.rights.add(right)
        assert refused.status_code == 400 and "lacks the right" in refused.text, (right, refused.text)
    # No right to delete is needed to write.
    gcs.rights.discard("delete")
    assert ask(client, "POST", "/api/storages/export/gcs/validate", **body).status_code == 200
    gcs.rights.add("delete")


class Emulated(Gcs):
    """Another server's objects (gcp-storage-emulator): it knows neither tokens nor signatures, so these stay here."""

    def __init__(self):
        self.port = free_port()
        self.emulator = create_server("127.0.0.1", self.port, in_memory=True, default_bucket="our-data")
        self.emulator.start()
        super().__init__()

    def answer(self, method, path, headers, body):
        if path == "/token":
            return self.token(body)
        sent = {name: headers[name] for name in ("range",) if name in headers}
        if body:
            # It takes a content that is called JSON for a request of its own.
            sent["content-type"] = "application/octet-stream"
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, data=body or None, headers=sent, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        kept = {name: answer.headers[name] for name in ("content-type", "content-range", "etag") if name in answer.headers}
        return answer.status, kept, answer.read()


@pytest.fixture
def emulated():
    """Ended also where the test cannot begin: its thread would keep the whole run from ending."""
    gcs = Emulated()
    yield gcs
    gcs.emulator.stop()
    gcs.http.shutdown()


@pytest.fixture
def server_of_others(tmp_path, emulated):
    running = Server(tmp_path, {"GCS_ENDPOINT": emulated.url})
    yield running
    running.stop()


def test_the_same_with_a_server_of_others(emulated, server_of_others):
    gcs = emulated
    client = LabelStudio(base_url=server_of_others.url, api_key=TOKEN)
    project = client.projects.create(title="With storages", label_config=CONFIG)
    task = client.tasks.create(project=project.id, data={"text": "hello"})
    place = {"bucket": "our-data", "google_application_credentials": gcs.credentials()}
    target = client.export_storage.gcs.create(project=project.id, prefix="out", **place, can_delete_objects=True)
    annotations = [client.annotations.create(id=task.id, result=RESULT) for _ in range(3)]
    assert synced(client, f"/api/storages/export/gcs/{target.id}")["last_sync_count"] == 3
    # What was written is read again.
    other = client.projects.create(title="From what was written", label_config=CONFIG)
    body = {"project": other.id, **place, "prefix": "out", "use_blob_urls": True, "presign": False}
    source = ask(client, "POST", "/api/storages/gcs/", **body)
    assert source.status_code == 201, source.text
    assert synced(client, f"/api/storages/gcs/{source.json()['id']}")["last_sync_count"] == 3
    texts = [json.loads(answer.text) for answer in shown(client, other)]
    assert sorted(text["id"] for text in texts) == sorted(annotation.id for annotation in annotations)
    client.annotations.delete(id=annotations[0].id)
    files = lambda: ask(client, "POST", "/api/storages/gcs/files", **body).json()["files"]
    until(lambda: len(files()) == 2, "the object is removed")
    body["bucket"] = "no-such-bucket"
    refused = ask(client, "POST", "/api/storages/gcs/validate", **body)
    assert refused.status_code == 400 and "Cannot find bucket no-such-bucket" in refused.text
