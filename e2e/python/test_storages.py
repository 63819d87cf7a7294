"""Storages by the official client, against an S3 server that is not ours (moto)."""
import io
import json
import time
import urllib.request

import boto3
import pyarrow
import pyarrow.parquet
import pytest
from conftest import TOKEN, Server
from fault_proxy import FaultProxy
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError
from moto.server import ThreadedMotoServer
from stores import ask

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"""
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint():
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(endpoint):
    s3 = boto3.resource("s3", endpoint_url=endpoint, **KEYS)
    made = s3.create_bucket(Bucket=f"bucket-{time.monotonic_ns()}")
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def project(client):
    made = client.projects.create(title="With storages", label_config=CONFIG)
    yield made
    client.projects.delete(id=made.id)


def until(check, what):
    deadline = time.monotonic() + 30
    while not (found := check()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


def synced(storages, id):
    storages.sync(id=id)
    return until(lambda: (s := storages.get(id=id)).status.startswith(("completed", "failed")) and s, "the sync ends")


def test_objects_become_tasks_and_are_shown(client, project, bucket, endpoint):
    keys = ["d/a.txt", "d/b c#?%25+é.txt", "d/deep/d.txt"]
    for key in keys:
        bucket.put_object(Key=key, Body=f"text of {key}".encode())
    storages = client.import_storage.s3
    made = storages.create(
        project=project.id, bucket=bucket.name, prefix="d", s3endpoint=endpoint, use_blob_urls=True, recursive_scan=True, **KEYS
    )
    assert (made.bucket, made.status, made.last_sync_count) == (bucket.name, "initialized", None)
    storages.validate(project=project.id, id=made.id)
    done = synced(storages, made.id)
    assert (done.status, done.last_sync_count) == ("completed", 3)
    tasks = list(client.tasks.list(project=project.id))
    for task in tasks:
        shown = client.tasks.get(id=str(task.id)).data["text"]
        assert shown.startswith(f"/tasks/{task.id}/resolve/?fileuri="), "the address is a link of ours"
    found = set()
    for task in tasks:
        answer = client._client_wrapper.httpx_client.httpx_client.get(
            f"{client._client_wrapper.get_base_url()}{client.tasks.get(id=str(task.id)).data['text']}",
            headers=client._client_wrapper.get_headers(),
            follow_redirects=False,
        )
        assert answer.status_code == 303
        with urllib.request.urlopen(answer.headers["location"], timeout=10) as opened:
            found.add(opened.read().decode())
    assert found == {f"text of {key}" for key in keys}
    assert synced(storages, made.id).last_sync_count == 0
    assert [storage.id for storage in storages.list(project=project.id)] == [made.id]
    renamed = storages.update(id=made.id, title="Pictures")
    assert (renamed.title, renamed.bucket) == ("Pictures", bucket.name)
    storages.delete(id=made.id)
    with pytest.raises(ApiError) as gone:
        storages.get(id=made.id)
    assert gone.value.status_code == 404


def test_json_becomes_tasks_over_many_pages(client, project, bucket, endpoint):
    for number in range(1_050):
        bucket.put_object(Key=f"{number:05}.json", Body=json.dumps({"text": f"t{number}"}).encode())
    storages = client.import_storage.s3
    made = storages.create(project=project.id, bucket=bucket.name, s3endpoint=endpoint, **KEYS)
    done = synced(storages, made.id)
    assert (done.status, done.last_sync_count) == ("completed", 1_050)


def test_rows_of_parquet_become_tasks(client, project, bucket, endpoint):
    rows = pyarrow.table({"text": [f"row {number} é" for number in range(50)], "page": list(range(50))})
    file = io.BytesIO()
    pyarrow.parquet.write_table(rows, file, row_group_size=20)
    bucket.put_object(Key="rows.parquet", Body=file.getvalue())
    bucket.put_object(Key="torn.parquet", Body=file.getvalue()[:-9])
    made = client.import_storage.s3.create(project=project.id, bucket=bucket.name, s3endpoint=endpoint, use_blob_urls=False, **KEYS)
    storage = synced(client.import_storage.s3, made.id)
    assert (storage.status, storage.last_sync_count) == ("completed_with_errors", 50), storage
    tasks = list(client.tasks.list(project=project.id, fields="all"))
    assert [task.data for task in tasks] == [{"text": f"row {number} é", "page": number} for number in range(50)]
    notes = ask(client, "GET", f"/api/storages/s3/{made.id}/notes").json()["objects"]
    assert [note["key"] for note in notes] == ["torn.parquet"] and notes[0]["problem"], notes
    assert synced(client.import_storage.s3, made.id).last_sync_count == 0


def test_annotations_are_written_and_deleted(client, project, bucket, endpoint):
    task = client.tasks.create(project=project.id, data={"text": "hello"})
    storages = client.export_storage.s3
    made = storages.create(
        project=project.id, bucket=bucket.name, prefix="out", s3endpoint=endpoint, can_delete_objects=True, **KEYS
    )
    result = [{"id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["pos"]}}]
    annotation = client.annotations.create(id=task.id, result=result)
    names = lambda: [item.key for item in bucket.objects.all()]
    until(lambda: names() == [f"out/{annotation.id}"], "the annotation is written")
    written = json.loads(bucket.Object(f"out/{annotation.id}").get()["Body"].read())
    assert written["result"] == result and written["task"]["data"] == {"text": "hello"}
    assert written["completed_by"]["email"] == "ada@example.com"
    assert synced(storages, made.id).last_sync_count == 1
    client.annotations.delete(id=annotation.id)
    until(lambda: names() == [], "the object is removed")


def test_what_is_wrong_is_said(client, project, bucket, endpoint):
    with pytest.raises(ApiError) as refused:
        client.import_storage.s3.create(project=project.id, bucket="no-such-bucket", s3endpoint=endpoint, **KEYS)
    assert refused.value.status_code == 400
    assert "Cannot find bucket no-such-bucket in S3" in str(refused.value.body)


def test_a_role_is_taken_on(client, project, bucket, endpoint):
    bucket.put_object(Key="a.txt", Body=b"by a role")
    post = lambda path, body: client._client_wrapper.httpx_client.httpx_client.post(
        f"{client._client_wrapper.get_base_url()}{path}", headers=client._client_wrapper.get_headers(), json=body
    )
    body = {"project": project.id, "bucket": bucket.name, "s3_endpoint": endpoint, "use_blob_urls": True, **KEYS}
    body |= {"role_arn": "arn:aws:iam::123456789012:role/labels", "external_id": "organization-7"}
    made = post("/api/storages/s3s/", body)
    assert made.status_code == 201, made.text
    done = until(
        lambda: (s := post(f"/api/storages/s3s/{made.json()['id']}/sync", {}).json())["status"] == "completed" and s, "the sync ends"
    )
    assert done["last_sync"]
    link = client.tasks.get(id=str(next(iter(client.tasks.list(project=project.id))).id)).data["text"]
    answer = client._client_wrapper.httpx_client.httpx_client.get(
        f"{client._client_wrapper.get_base_url()}{link}", headers=client._client_wrapper.get_headers(), follow_redirects=False
    )
    assert "X-Amz-Security-Token=" in answer.headers["location"], "links are signed with the keys of the role"
    with urllib.request.urlopen(answer.headers["location"], timeout=10) as opened:
        assert opened.read() == b"by a role"


# Everything that a line or a store does, one after the other, to the requests of a sync.
BAD = [
    ("cut", 40),
    ("error", 503, "SlowDown"),
    ("cut", None),
    ("slow", 16, 0.002),
    ("error", 500, "InternalError"),
    ("skew", 3_000),
    ("cut", 0),
    ("error", 429, "TooManyRequests"),
    ("error", 403, "ExpiredToken"),
    ("cut", 10),
]


@pytest.fixture
def proxy(endpoint):
    running = FaultProxy(endpoint)
    yield running
    running.http.shutdown()


def test_a_bad_line_before_a_store_loses_and_doubles_no_task(client, project, bucket, proxy):
    for number in range(25):
        tasks = [{"text": f"{number}"}, {"text": f"{number} again"}]
        bucket.put_object(Key=f"{number:02}.json", Body=json.dumps(tasks).encode())
    storages = client.import_storage.s3
    made = storages.create(project=project.id, bucket=bucket.name, s3endpoint=proxy.url, **KEYS)
    proxy.faults.extend(BAD * 2)
    done = until(lambda: (s := synced(storages, made.id)).status == "completed" and s, "a sync completes")
    while proxy.faults:
        done = synced(storages, made.id)
    assert synced(storages, made.id).status == "completed", done
    texts = [task.data["text"] for task in client.tasks.list(project=project.id)]
    assert (len(texts), len(set(texts))) == (50, 50), "after faults of every kind"
    assert proxy.happened == len(BAD) * 2


def test_a_bad_line_before_a_store_loses_and_doubles_no_annotation(client, project, bucket, proxy):
    storages = client.export_storage.s3
    made = storages.create(project=project.id, bucket=bucket.name, prefix="out", s3endpoint=proxy.url, **KEYS)
    proxy.faults.extend(BAD)
    result = [{"id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["pos"]}}]
    keys = set()
    for number in range(12):
        task = client.tasks.create(project=project.id, data={"text": str(number)})
        keys.add(f"out/{client.annotations.create(id=task.id, result=result).id}")
    path = f"/api/storages/export/s3/{made.id}"

    def is_written():
        assert ask(client, "POST", f"{path}/retry").status_code == 204
        return {item.key for item in bucket.objects.filter(Prefix="out/")} == keys and not proxy.faults

    until(is_written, "each is written")
    until(lambda: ask(client, "GET", f"{path}/notes").json()["waiting"] == 0, "nothing waits")
    for item in bucket.objects.filter(Prefix="out/"):
        assert json.loads(item.get()["Body"].read())["result"] == result, "whole"


def test_rights_that_are_not_needed_are_said(client, project, bucket, endpoint):
    bucket.put_object(Key="a.txt", Body=b"x")
    body = {"project": project.id, "bucket": bucket.name, "s3_endpoint": endpoint, **KEYS}
    hint = ask(client, "POST", "/api/storages/s3/validate", **body).json()["hint"]
    # moto breaks at a part of an upload that nobody began, so whether they may write is not known here.
    assert "may also list other buckets." in hint
    assert [item.key for item in bucket.objects.all()] == ["a.txt"], "nothing was written by looking"


def test_a_web_identity_of_the_server_opens_what_it_is_allowed_to(endpoint, bucket, tmp_path):
    bucket.put_object(Key="a.txt", Body=b"by the server's own identity")
    (tmp_path / "token").write_text("a.jwt.token")
    settings = {
        "ALLOW_AMBIENT_CLOUD_CREDENTIALS": f"1@s3://{bucket.name}",
        "S3_ENDPOINT": endpoint,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/labels",
    }
    server = Server(tmp_path / "data", settings)
    try:
        client = LabelStudio(base_url=server.url, api_key=TOKEN)
        project = client.projects.create(title="With the server's own", label_config=CONFIG)
        # As existing scripts do it: without keys.
        storages = client.import_storage.s3
        made = storages.create(project=project.id, bucket=bucket.name, use_blob_urls=True)
        assert (synced(storages, made.id).status, made.bucket) == ("completed", bucket.name)
        link = next(iter(client.tasks.list(project=project.id))).id
        answer = ask(client, "GET", client.tasks.get(id=str(link)).data["text"])
        assert "X-Amz-Security-Token=" in answer.headers["location"], "links are signed with the keys of the role"
        with urllib.request.urlopen(answer.headers["location"], timeout=10) as opened:
            assert opened.read() == b"by the server's own identity"
        with pytest.raises(ApiError) as refused:
            storages.create(project=project.id, bucket="another-bucket", use_blob_urls=True)
        assert refused.value.status_code == 400
    finally:
        server.stop()
