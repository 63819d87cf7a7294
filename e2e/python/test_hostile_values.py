"""No value, in no field, brings the server down: each is answered below 500, errors in the one envelope."""
import itertools
import json
import urllib.parse

import pytest
import requests
from conftest import TOKEN

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/></Choices></View>"""
# Edges of numbers, of texts, of JSON, of times, of mark-up.
WORDS = ["", "x", "0", "-1", "1e999", "NaN", "\0", "\U0001f600", "a" * 5000, "2026-01-01", "9999-12-31T23:59:59Z", "<View", "[]", '{"a":']
NUMBERS = [0, -1, 2**31, 2**53, 2**63, 2**64, -(2**63), 1e308, 1.5]
REGION = {"id": "a", "from_name": "label", "to_name": "text", "type": "choices"}
SHAPES = [
    None, True, [], [[]], {}, {"a": None}, [None], [1], ["x"],
    [{"value": {"x": 1e308, "choices": "q"}}],
    [{"from_name": 5, "to_name": None, "type": [], "value": 3}],
    [{**REGION, "value": {"choices": [1, None, {}]}}],
]
VALUES = WORDS + NUMBERS + SHAPES


@pytest.fixture
def api(server):
    session = requests.Session()
    session.headers["Authorization"] = f"Token {TOKEN}"

    def call(method, path, body=None):
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if data else {}
        return session.request(method, server.url + path, data=data, headers=headers, timeout=30)

    return call


@pytest.fixture
def ids(api):
    project = api("POST", "/api/projects/", {"title": "Hostile", "label_config": CONFIG}).json()["id"]
    task = api("POST", "/api/tasks/", {"project": project, "data": {"text": "a"}}).json()["id"]
    yield {
        "project": project,
        "task": task,
        "annotation": api("POST", f"/api/tasks/{task}/annotations/", {"result": []}).json()["id"],
        "draft": api("POST", f"/api/tasks/{task}/drafts", {"result": []}).json()["id"],
        "prediction": api("POST", "/api/predictions/", {"task": task, "result": []}).json()["id"],
    }
    api("DELETE", f"/api/projects/{project}/")


def answered(reply, sent):
    assert reply.status_code < 500, f"{sent}: {reply.status_code} {reply.text[:300]}"
    if reply.status_code >= 400 and "json" in reply.headers["content-type"]:
        error = reply.json()
        bare = "label_config" in error or "detail" in error or "error" in error
        assert error.get("status_code") == reply.status_code or bare, f"{sent}: {reply.text[:300]}"


BODIES = [
    ("PATCH", "/api/projects/{project}/", {}, "title label_config sampling color pinned_at control_weights maximum_annotations overlap_cohort_percentage model_version task_data_password expert_instruction"),
    ("POST", "/api/projects/{project}/validate/", {}, "label_config"),
    ("POST", "/api/projects/{project}/sample-task/", {}, "label_config"),
    ("POST", "/api/tasks/", {"project": "{project}", "data": {"text": "a"}}, "project data meta overlap"),
    ("PATCH", "/api/tasks/{task}/", {}, "data meta overlap allow_skip"),
    ("POST", "/api/tasks/{task}/annotations/", {}, "result completed_by unique_id lead_time draft_id import_id last_action parent_prediction draft_created_at"),
    ("PATCH", "/api/annotations/{annotation}/", {}, "result completed_by was_cancelled ground_truth lead_time import_id parent_annotation draft_created_at"),
    ("POST", "/api/tasks/{task}/drafts", {"result": []}, "result lead_time was_postponed"),
    ("PATCH", "/api/drafts/{draft}/", {}, "result lead_time annotation"),
    ("POST", "/api/predictions/", {"task": "{task}", "result": []}, "task result score model_version cluster neighbors mislabeling model"),
    ("PATCH", "/api/predictions/{prediction}/", {}, "result score neighbors"),
    ("POST", "/api/projects/{project}/import", {"text": "a"}, "text data annotations predictions meta"),
    ("POST", "/api/projects/{project}/reimport", {}, "file_upload_ids files_as_tasks_list"),
    ("DELETE", "/api/projects/{project}/model-versions/", {}, "model_version"),
    ("PATCH", "/api/current-user/hotkeys/", {}, "custom_hotkeys"),
    ("POST", "/api/token/refresh/", {}, "refresh"),
]


@pytest.mark.parametrize("method, path, body, fields", BODIES, ids=[f"{method} {path}" for method, path, *_ in BODIES])
def test_bodies(api, ids, method, path, body, fields):
    body = {name: int(value.format(**ids)) if isinstance(value, str) and "{" in value else value for name, value in body.items()}
    for field, value in itertools.product(fields.split(), VALUES):
        answered(api(method, path.format(**ids), {**body, field: value}), (field, value))


QUERIES = [
    "/api/projects/?page=", "/api/projects/?page_size=", "/api/projects/?ids=", "/api/projects/?title=", "/api/projects/?include=",
    "/api/tasks/?project=", "/api/tasks/?project={project}&page=", "/api/tasks/?project={project}&page_size=",
    "/api/tasks/?project={project}&query=", "/api/projects/{project}/tasks/?start=", "/api/projects/{project}/tasks/?page=3&length=",
    "/api/projects/{project}/export?ids[]=", "/api/projects/{project}/export?exportType=", "/api/projects/{project}/file-uploads?ids=",
    "/api/projects/{project}/next/?exclude=", "/api/predictions/?task=", "/api/annotations/{annotation}/history?before=",
    "/api/organizations/1/memberships?page_size=", "/storage-data/uploaded/?filepath=", "/storage-data/uploaded/?filepath=upload/",
]


@pytest.mark.parametrize("path", QUERIES)
def test_queries(api, ids, path):
    for value in WORDS + NUMBERS:
        answered(api("GET", path.format(**ids) + urllib.parse.quote(str(value), safe="")), value)
