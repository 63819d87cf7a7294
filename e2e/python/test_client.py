"""The official Python client does its whole job against our server, unchanged."""
import io
import json

import pytest
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError
from stores import until

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"""
BOXES = """<View><Image name="image" value="$image"/>
<RectangleLabels name="box" toName="image"><Label value="Car"/></RectangleLabels></View>"""


def answer(choice):
    return [{"id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [choice]}}]


@pytest.fixture
def project(client):
    made = client.projects.create(title="By the client", label_config=CONFIG)
    yield made
    client.projects.delete(id=made.id)


def test_it_knows_the_server(client):
    version = client.versions.get()
    assert version.release == "1.23.2" and version.edition == "Community"
    assert client.users.whoami().email == "ada@example.com"


def test_projects_are_made_listed_changed_and_removed(client):
    made = [client.projects.create(title=f"Listed {number}", label_config=CONFIG) for number in range(35)]
    listed = {project.id for project in client.projects.list()}
    assert {project.id for project in made} <= listed, "the iterator walks over pages and ends"
    changed = client.projects.update(id=made[0].id, title="Changed", maximum_annotations=2)
    assert (changed.title, client.projects.get(id=made[0].id).maximum_annotations) == ("Changed", 2)
    client.projects.validate_label_config(id=made[0].id, label_config=CONFIG)
    with pytest.raises(ApiError) as refused:
        client.projects.create(title="ab")
    assert refused.value.status_code == 400
    assert refused.value.body["validation_errors"]["title"] == ["Ensure this field has at least 3 characters."]
    for project in made:
        client.projects.delete(id=project.id)
    with pytest.raises(ApiError) as gone:
        client.projects.get(id=made[0].id)
    assert gone.value.status_code == 404


def test_tasks_come_in_with_annotations_and_predictions(client, project):
    answered = client.projects.import_tasks(
        id=project.id,
        return_task_ids=True,
        request=[
            {"text": "one"},
            {"data": {"text": "two"}, "annotations": [{"result": answer("pos")}]},
            {"data": {"text": "three"}, "predictions": [{"result": answer("neg"), "score": 0.5, "model_version": "m1"}]},
        ],
    )
    assert (answered.task_count, answered.annotation_count, len(answered.task_ids)) == (3, 1, 3)
    tasks = list(client.tasks.list(project=project.id))
    assert [task.data["text"] for task in tasks] == ["one", "two", "three"]
    assert tasks[2].predictions[0].score == 0.5
    assert client.projects.get(id=project.id).total_predictions_number == 1


def test_one_task_is_made_changed_and_removed(client, project):
    task = client.tasks.create(project=project.id, data={"text": "made"})
    assert client.tasks.get(id=str(task.id)).data == {"text": "made"}
    client.tasks.update(id=str(task.id), data={"text": "changed"})
    assert client.tasks.get(id=str(task.id)).data == {"text": "changed"}
    client.tasks.delete(id=str(task.id))
    with pytest.raises(ApiError):
        client.tasks.get(id=str(task.id))


def test_annotations_and_predictions(client, project):
    task = client.tasks.create(project=project.id, data={"text": "made"})
    made = client.annotations.create(id=task.id, result=answer("pos"), lead_time=12.5)
    assert [annotation.id for annotation in client.annotations.list(id=task.id)] == [made.id]
    changed = client.annotations.update(id=made.id, result=answer("neg"))
    assert changed.result == answer("neg")
    prediction = client.predictions.create(task=task.id, result=answer("pos"), score=0.9, model_version="v1")
    assert client.predictions.get(id=prediction.id).model_version == "v1"
    assert len(list(client.predictions.list(task=task.id))) == 1
    client.predictions.delete(id=prediction.id)
    client.annotations.delete(id=made.id)
    assert client.annotations.list(id=task.id) == []


def test_every_format_of_a_text_project(client, project):
    client.projects.import_tasks(id=project.id, request=[{"text": "one"}, {"text": "two"}])
    for task in client.tasks.list(project=project.id):
        client.annotations.create(id=task.id, result=answer("pos"), lead_time=1.0)
    exported = client.projects.exports.as_json(project.id)
    assert [task["annotations"][0]["result"] for task in exported] == [answer("pos"), answer("pos")]
    names = [item["name"] if isinstance(item, dict) else item for item in client.projects.exports.list_formats(id=project.id)]
    assert names[:4] == ["JSON", "JSON_MIN", "CSV", "TSV"]
    flat = json.loads(b"".join(client.projects.exports.download_sync(id=project.id, export_type="JSON_MIN")))
    assert {record["label"] for record in flat} == {"pos"}
    table = client.projects.exports.as_pandas(project.id)
    assert sorted(table["text"]) == ["one", "two"]
    tsv = b"".join(client.projects.exports.download_sync(id=project.id, export_type="TSV"))
    assert tsv.startswith(b'"annotation_id"\t"annotator"')


def test_boxes_export_as_coco_and_yolo(client):
    import zipfile

    project = client.projects.create(title="Boxes", label_config=BOXES)
    task = client.tasks.create(project=project.id, data={"image": "http://localhost/a.png"})
    box = {
        "id": "r", "from_name": "box", "to_name": "image", "type": "rectanglelabels", "original_width": 200, "original_height": 100,
        "value": {"x": 10, "y": 20, "width": 50, "height": 25, "rotation": 0, "rectanglelabels": ["Car"]},
    }
    client.annotations.create(id=task.id, result=[box])
    coco = zipfile.ZipFile(io.BytesIO(b"".join(client.projects.exports.download_sync(id=project.id, export_type="COCO"))))
    assert json.loads(coco.read("result.json"))["annotations"][0]["bbox"] == [20.0, 20.0, 100.0, 25.0]
    yolo = zipfile.ZipFile(io.BytesIO(b"".join(client.projects.exports.download_sync(id=project.id, export_type="YOLO"))))
    lines = [yolo.read(name) for name in yolo.namelist() if name.startswith("labels/") and name.endswith(".txt")]
    assert lines == [b"0 0.35 0.325 0.5 0.25\n"]
    client.projects.delete(id=project.id)


def test_snapshots_are_made_converted_downloaded_and_removed(client, project):
    client.projects.import_tasks(id=project.id, request=[{"text": "one"}, {"text": "two"}])
    first = next(iter(client.tasks.list(project=project.id)))
    client.annotations.create(id=first.id, result=answer("pos"), lead_time=1.0)
    made = client.projects.exports.create(
        project.id,
        title="snap",
        task_filter_options={"annotated": "only"},
        serialization_options={"annotations__completed_by": {"only_id": False}},
    )
    assert (made.status, made.title, made.counters["task_number"]) == ("completed", "snap", 1)
    assert [snapshot.id for snapshot in client.projects.exports.list(project.id)] == [made.id]
    tasks = json.loads(b"".join(client.projects.exports.download(id=project.id, export_pk=made.id, export_type="JSON")))
    assert tasks[0]["annotations"][0]["completed_by"]["email"] == "ada@example.com"
    converted = client.projects.exports.convert(id=project.id, export_pk=made.id, export_type="CSV")
    snapshot = lambda: client.projects.exports.get(id=project.id, export_pk=made.id)
    found = until(lambda: (s := snapshot()).converted_formats[0].status == "completed" and s, "the conversion ends")
    assert (found.converted_formats[0].id, found.converted_formats[0].export_type) == (converted.converted_format, "CSV")
    table = b"".join(client.projects.exports.download(id=project.id, export_pk=made.id, export_type="CSV"))
    assert b'"pos"' in table and b'"ada@example.com"' in table
    with pytest.raises(ApiError) as twice:
        client.projects.exports.convert(id=project.id, export_pk=made.id, export_type="CSV")
    assert twice.value.body["validation_errors"]["non_field_errors"] == ["Conversion to CSV already started"]
    client.projects.exports.delete(id=project.id, export_pk=made.id)
    assert client.projects.exports.list(project.id) == []


def test_files_are_uploaded_listed_and_removed(client, project):
    made = client.projects.import_tasks(id=project.id, request=[{"text": "one"}], commit_to_project=True)
    assert made.task_count == 1 and list(client.files.list(id=project.id, all_=True)) == []
    import requests

    answered = requests.post(
        f"{client._client_wrapper.get_base_url()}/api/projects/{project.id}/import",
        headers=client._client_wrapper.get_headers(),
        files={"file": ("a.csv", b"text,n\ntwo,2\nthree,3\n")},
        timeout=30,
    ).json()
    assert (answered["task_count"], answered["found_formats"]) == (2, {".csv": 1})
    [upload] = client.files.list(id=project.id, all_=True)
    assert upload.id == answered["file_upload_ids"][0] and client.files.get(id=upload.id).file == upload.file
    client.files.download(filename=upload.file.removeprefix("upload/"))
    assert client.files.update(id=upload.id).id == upload.id
    client.files.delete(id=upload.id)
    assert list(client.files.list(id=project.id, all_=True)) == []


def test_predictions_come_in_bulk(client, project):
    tasks = [client.tasks.create(project=project.id, data={"text": name}) for name in ("one", "two")]
    answered = client.projects.import_predictions(
        id=project.id,
        request=[{"task": task.id, "result": answer("pos"), "score": 0.5, "model_version": "bulk"} for task in tasks],
    )
    assert answered.created == 2
    client.projects.update(id=project.id, model_version="bulk")
    assert [task.predictions_score for task in client.tasks.list(project=project.id, fields="all")] == [0.5, 0.5]
    prediction = client.predictions.list(task=tasks[0].id)[0]
    assert client.predictions.update(id=prediction.id, score=0.25).score == 0.25


def test_tasks_are_listed_from_the_newest_and_field_by_field(client, project):
    tasks = [client.tasks.create(project=project.id, data={"text": str(number)}).id for number in range(5)]
    newest = client.tasks.list(project=project.id, query=json.dumps({"ordering": ["-tasks:id"]}), page_size=2)
    assert [task.id for task in newest] == tasks[::-1], "the iterator walks over pages"
    short = list(client.tasks.list(project=project.id, include="id"))
    assert [task.id for task in short] == tasks and short[0].data is None
    with pytest.raises(ApiError) as unknown:
        list(client.tasks.list(view=999))
    assert unknown.value.status_code == 404
    client.tasks.delete_all_tasks(id=project.id)
    assert list(client.tasks.list(project=project.id)) == []


def test_people_and_their_organization(client):
    me = client.users.whoami()
    made = client.users.create(username="bob", email="bob@example.com", first_name="Bob")
    assert client.users.get(id=made.id).email == "bob@example.com"
    assert client.users.update(id=made.id, last_name="Byte").last_name == "Byte"
    with pytest.raises(ApiError) as refused:
        client.users.update(id=made.id, username="")
    assert refused.value.body["validation_errors"] == {"username": ["This field may not be blank."]}
    assert {user.id for user in client.users.list()} == {me.id, made.id}
    organization = client.organizations.list()[0]
    assert client.organizations.get(id=organization.id).created_by == me.id
    assert client.organizations.members.get(id=organization.id, user_pk=made.id).user == made.id
    assert client.organizations.invites.get_invite_link().invite_url.startswith("/user/signup/?token=")
    assert client.users.update_hotkeys(custom_hotkeys={"annotation:submit": {"key": "ctrl+enter", "active": True}})
    assert client.users.get_hotkeys().custom_hotkeys["annotation:submit"]["key"] == "ctrl+enter"
    assert client.session_policy.get().max_session_age > 0
    assert client.jwt_settings.get().legacy_api_tokens_enabled is True
    client.users.delete(id=made.id)
    assert [user.id for user in client.users.list()] == [me.id]


def test_a_personal_access_token_works_as_an_api_key(server, client):
    token = client.tokens.create()
    personal = LabelStudio(base_url=server.url, api_key=token.token)
    assert personal.users.whoami().email == "ada@example.com"
    with pytest.raises(ApiError) as second:
        client.tokens.create()
    assert second.value.status_code == 409
    client.tokens.blacklist(refresh=token.token)


def test_a_wrong_token_is_401(server):
    with pytest.raises(ApiError) as refused:
        LabelStudio(base_url=server.url, api_key="f" * 40).users.whoami()
    assert refused.value.status_code == 401 and refused.value.body["detail"] == "Invalid token."
