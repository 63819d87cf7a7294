"""What tests of storages share."""
import time

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="label" toName="text"><Choice value="pos"/><Choice value="neg"/></Choices></View>"""
RESULT = [{"id": "a", "from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["pos"]}}]


def ask(client, method, path, **body):
    """What the official client has no words for."""
    http = client._client_wrapper.httpx_client.httpx_client
    url = f"{client._client_wrapper.get_base_url()}{path}"
    headers = client._client_wrapper.get_headers()
    return http.request(method, url, headers=headers, json=body or None, follow_redirects=False)


def until(check, what):
    deadline = time.monotonic() + 30
    while not (found := check()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return found


def synced(client, path):
    """The storage at the end of a sync."""
    assert ask(client, "POST", f"{path}/sync").status_code == 200
    ended = lambda: (s := ask(client, "GET", path).json())["status"].startswith(("completed", "failed")) and s
    return until(ended, "the sync ends")


def shown(client, project):
    """What the links of all tasks lead to."""
    found = []
    for task in client.tasks.list(project=project.id):
        link = client.tasks.get(id=str(task.id)).data["text"]
        assert link.startswith(f"/tasks/{task.id}/resolve/?fileuri="), link
        found.append(ask(client, "GET", link))
    return found
