"""What was acknowledged is there after a power cut, and once."""
import concurrent.futures
import json
import threading
import urllib.error
import urllib.request
import uuid

from conftest import TOKEN

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/></Choices></View>"""
RESULT = [{"id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["pos"]}}]
ANNOTATORS = 16
TASKS = 3_000
# The server is killed when so many saves have been acknowledged: in the middle of the load, whatever the machine's speed.
ENOUGH = 400


def call(server, method, path, body=None, headers=None):
    request = urllib.request.Request(
        server.url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Token {TOKEN}", "Content-Type": "application/json", **(headers or {})},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def test_kill_in_the_middle_of_labeling_loses_no_acknowledged_save(own_server):
    server = own_server
    project = call(server, "POST", "/api/projects/", {"title": "Faults", "label_config": CONFIG})["id"]
    items = [{"text": str(number)} for number in range(TASKS)]
    tasks = call(server, "POST", f"/api/projects/{project}/import?return_task_ids=true", items)["task_ids"]
    acknowledged, sent = {}, {}
    lock, enough = threading.Lock(), threading.Event()
    shares = [tasks[number::ANNOTATORS] for number in range(ANNOTATORS)]

    def annotate(share):
        for task in share:
            key = str(uuid.uuid4())
            with lock:
                sent[key] = task
            try:
                made = call(server, "POST", f"/api/tasks/{task}/annotations/", {"result": RESULT}, {"Idempotency-Key": key})
            except (OSError, urllib.error.URLError, json.JSONDecodeError):
                return
            with lock:
                acknowledged[key] = made["id"]
                if len(acknowledged) >= ENOUGH:
                    enough.set()

    with concurrent.futures.ThreadPoolExecutor(ANNOTATORS) as pool:
        work = [pool.submit(annotate, share) for share in shares]
        assert enough.wait(timeout=60), "the load never got going"
        server.kill()
        for one in work:
            one.result(timeout=60)
    server.start()
    assert len(acknowledged) >= ENOUGH
    exported = call(server, "GET", f"/api/projects/{project}/export")
    stored = {annotation["id"]: task["id"] for task in exported for annotation in task["annotations"]}
    lost = {key: made for key, made in acknowledged.items() if made not in stored}
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged saves are gone"
    # What was not answered is sent again under the same key: it is carried out once, whether it was done before or not.
    for key, task in sent.items():
        if key not in acknowledged:
            call(server, "POST", f"/api/tasks/{task}/annotations/", {"result": RESULT}, {"Idempotency-Key": key})
    for task in call(server, "GET", f"/api/projects/{project}/export"):
        assert len(task["annotations"]) == 1, f"task {task['id']} was saved {len(task['annotations'])} times"
    counters = call(server, "GET", f"/api/projects/{project}/")
    assert counters["total_annotations_number"] == counters["finished_task_number"] == len(sent)


def test_kill_in_the_middle_of_an_import_leaves_nothing_of_it(own_server):
    server = own_server
    project = call(server, "POST", "/api/projects/", {"title": "Faults", "label_config": CONFIG})["id"]
    body = [{"text": "x" * 200 + str(number)} for number in range(60_000)]

    def bring():
        try:
            return call(server, "POST", f"/api/projects/{project}/import", body)
        except (OSError, urllib.error.URLError):
            return None

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        work = pool.submit(bring)
        # Until rows are in the database, or the import is through: then there is nothing left to prove, but no harm either.
        while not work.done() and (server.folder / "labelkeep.sqlite3-wal").stat().st_size < 2_000_000:
            pass
        server.kill()
        answered = work.result(timeout=60)
    server.start()
    expected = answered["task_count"] if answered else 0
    assert call(server, "GET", f"/api/projects/{project}/")["task_number"] == expected
    assert call(server, "GET", f"/api/tasks/?project={project}")["total"] == expected
    call(server, "POST", f"/api/projects/{project}/import", [{"text": "after"}])
    assert call(server, "GET", f"/api/projects/{project}/")["task_number"] == expected + 1
