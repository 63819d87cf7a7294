"""Uploads and exports in a bucket (STORAGE_TYPE), with the stores of three providers: what is written comes back, by parts and after
a power cut, and goes with its project."""
import json
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import boto3
import pytest
from conftest import TOKEN, Server
from gcs import Gcs
from label_studio_sdk.client import LabelStudio
from moto.server import ThreadedMotoServer
from stores import CONFIG, until
from test_azure import ACCOUNT, KEY, MAIN, Azurite

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
TEXTS = "".join(json.dumps({"text": f"text {number}"}) + "\n" for number in range(2_000)).encode()


@pytest.fixture
def s3(tmp_path):
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    endpoint = "http://{}:{}".format(*moto.get_host_and_port())
    bucket = boto3.resource("s3", endpoint_url=endpoint, **KEYS).create_bucket(Bucket=f"files-{time.monotonic_ns()}")
    yield {
        "STORAGE_TYPE": "s3",
        "STORAGE_AWS_BUCKET_NAME": bucket.name,
        "STORAGE_AWS_FOLDER": "kept/here",
        "STORAGE_AWS_ACCESS_KEY_ID": "testing",
        "STORAGE_AWS_SECRET_ACCESS_KEY": "testing",
        "STORAGE_AWS_ENDPOINT_URL": endpoint,
    }, lambda: [found.key for found in bucket.objects.all()]
    moto.stop()


@pytest.fixture
def azure(tmp_path):
    if not MAIN.exists():
        pytest.skip("SKIPPED: Azurite is not installed (scripts/setup azurite)")
    azurite = Azurite(tmp_path)
    container = azurite.container()

    def names():
        listed = azurite.ask("GET", f"/{container}", {"comp": "list", "restype": "container"})
        return [name.text for name in xml.etree.ElementTree.fromstring(listed).iter("Name")]

    yield {
        "STORAGE_TYPE": "azure",
        "STORAGE_AZURE_CONTAINER_NAME": container,
        "STORAGE_AZURE_FOLDER": "kept/here",
        "STORAGE_AZURE_ACCOUNT_NAME": ACCOUNT,
        "STORAGE_AZURE_ACCOUNT_KEY": KEY,
        "AZURE_BLOB_ENDPOINT": azurite.endpoint.replace(ACCOUNT, "{account}"),
        "CUSTOM_CA_CERTS": str(azurite.authority.file),
    }, names
    azurite.process.terminate()
    azurite.process.wait(timeout=30)


@pytest.fixture
def gcs(tmp_path):
    store = Gcs()
    store.objects["files"] = {}
    credentials = tmp_path / "credentials.json"
    credentials.write_text(store.credentials())
    yield {
        "STORAGE_TYPE": "gcs",
        "STORAGE_GCS_BUCKET_NAME": "files",
        "STORAGE_GCS_FOLDER": "kept/here",
        "STORAGE_GCS_ENDPOINT": store.url,
        "GOOGLE_APPLICATION_CREDENTIALS": str(credentials),
    }, lambda: list(store.objects["files"])
    store.http.shutdown()


def read(server, path, **headers):
    request = urllib.request.Request(server.url + path, headers={"Authorization": f"Token {TOKEN}", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.read()


@pytest.mark.parametrize("provider", ["s3", "azure", "gcs"])
def test_files_lie_in_a_bucket(provider, request, tmp_path):
    settings, objects = request.getfixturevalue(provider)
    folder = tmp_path / "data"
    server = Server(folder, settings)
    try:
        client = LabelStudio(base_url=server.url, api_key=TOKEN)
        project = client.projects.create(title="With files", label_config=CONFIG)
        http = client._client_wrapper.httpx_client.httpx_client
        sent = http.post(
            f"{server.url}/api/projects/{project.id}/import",
            headers=client._client_wrapper.get_headers(),
            files={"file": ("more texts é.jsonl", TEXTS, "application/jsonl")},
        )
        assert sent.status_code == 201, sent.text
        [upload] = objects()
        assert upload.startswith("kept/here/")
        [listed] = client.files.list(id=project.id, all_=True)
        path = urllib.parse.quote(f"/data/{listed.file}")
        assert read(server, path) == (200, TEXTS)
        assert read(server, path, Range="bytes=7-20") == (206, TEXTS[7:21])
        # A power cut loses nothing: what lies in the bucket is nowhere else.
        server.kill()
        server.start()
        client = LabelStudio(base_url=server.url, api_key=TOKEN)
        assert read(server, path, Range="bytes=-9") == (206, TEXTS[-9:])
        made = client.projects.exports.create(id=project.id, title="All")
        ended = until(
            lambda: (s := client.projects.exports.get(id=project.id, export_pk=made.id)).status in ("completed", "failed") and s,
            "the snapshot ends",
        )
        assert ended.status == "completed", ended
        assert len(objects()) == 2
        content = b"".join(client.projects.exports.download(id=project.id, export_pk=made.id))
        assert len(json.loads(content)) == 2_000
        kept = [file for name in ("uploads", "exports") for file in (folder / name).rglob("*") if file.is_file()]
        assert kept == [], "nothing stays on this machine"
        client.projects.delete(id=project.id)
        until(lambda: objects() == [], "the files go with their project")
    finally:
        server.stop()
