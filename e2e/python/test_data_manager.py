"""Views, filters and actions of the data manager by the official Python client, unchanged."""
import json

import pytest
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.data_manager import Column, Filters, Operator, Type

from test_client import CONFIG, answer


@pytest.fixture
def project(client):
    made = client.projects.create(title="Data manager", label_config=CONFIG)
    client.projects.import_tasks(
        id=made.id,
        request=[{"text": f"text {number}", "n": number} for number in range(10)]
        + [{"data": {"text": "done"}, "annotations": [{"result": answer("pos")}]}],
    )
    yield made
    client.projects.delete(id=made.id)


def texts(tasks):
    return [task.data["text"] for task in tasks]


def test_filters_of_the_helpers_select_tasks(client, project):
    filters = Filters.create(
        Filters.OR,
        [
            Filters.item(Column.data("text"), Operator.CONTAINS, Type.String, Filters.value("TEXT 3")),
            Filters.item(Column.inner_id, Operator.IN, Type.Number, Filters.value(6, 7)),
            Filters.item(Column.total_annotations, Operator.GREATER, Type.Number, Filters.value(0)),
        ],
    )
    query = json.dumps({"filters": filters, "ordering": ["-tasks:id"]})
    assert texts(client.tasks.list(project=project.id, query=query)) == ["done", "text 6", "text 5", "text 3"]
    paged = client.tasks.list(project=project.id, query=query, page_size=3)
    assert texts(paged) == ["done", "text 6", "text 5", "text 3"], "the iterator walks over pages and ends"


def test_views_are_made_listed_ordered_and_removed(client, project):
    data = {
        "title": "By number",
        "filters": {
            "conjunction": "and",
            "items": [{"filter": "filter:tasks:data.n", "operator": "less", "type": "Number", "value": 3}],
        },
        "ordering": ["-tasks:id"],
    }
    view = client.views.create(project=project.id, data=data)
    assert texts(client.tasks.list(view=view.id)) == ["text 2", "text 1", "text 0"]
    other = client.views.create(project=project.id, data={"title": "All"})
    client.views.update_order(project=project.id, ids=[other.id, view.id])
    assert [one.id for one in client.views.list(project=project.id)] == [other.id, view.id]
    client.views.update(id=str(view.id), project=project.id, data={"title": "Renamed"})
    assert client.views.get(id=str(view.id)).data["title"] == "Renamed"
    client.views.delete(id=str(view.id))
    client.views.delete_all(project=project.id)
    assert client.views.list(project=project.id) == []
    with pytest.raises(ApiError) as refused:
        client.views.create(project=project.id, data={"filters": {"conjunction": "and", "items": [{"filter": "x"}]}})
    assert refused.value.status_code == 400


def test_actions_are_listed_and_run(client, project):
    names = {action.id for action in client.actions.list(project=project.id)}
    assert {"delete_tasks", "predictions_to_annotations", "remove_duplicates"} <= names
    first = next(iter(client.tasks.list(project=project.id)))
    client.actions.create(
        project=project.id,
        id="delete_tasks",
        filters={
            "conjunction": "and",
            "items": [{"filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": "text"}],
        },
        selected_items={"all": True, "excluded": [first.id]},
    )
    assert texts(client.tasks.list(project=project.id)) == ["text 0", "done"]
    client.actions.create(project=project.id, id="delete_tasks_annotations")
    assert client.projects.get(id=project.id).total_annotations_number == 0
