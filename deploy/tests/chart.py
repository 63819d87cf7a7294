"""Renders the chart with Helm itself, as `helm template` does: no cluster, no network."""
import functools
import pathlib

import helm_python
import yaml

CHART = pathlib.Path(__file__).resolve().parents[1] / "helm/labelkeep"
VALUES = pathlib.Path(__file__).resolve().parent / "values"
RELEASE, NAMESPACE = "demo", "labels"


@functools.cache
def loaded() -> helm_python.Chart:
    return helm_python.Chart.load(CHART)


class Rendered:
    """What a values file makes of the chart."""

    def __init__(self, values: dict | None, is_upgrade: bool = False):
        self.files = loaded().render(values or {}, name=RELEASE, namespace=NAMESPACE, is_install=not is_upgrade, is_upgrade=is_upgrade)
        self.notes = next(text for path, text in self.files.items() if path.endswith("NOTES.txt"))
        self.objects = [
            document
            for path, text in self.files.items()
            if path.endswith(".yaml")
            for document in yaml.safe_load_all(text)
            if document
        ]

    def of(self, kind: str) -> dict[str, dict]:
        """Objects of a kind by name."""
        return {found["metadata"]["name"]: found for found in self.objects if found["kind"] == kind}

    def one(self, kind: str) -> dict:
        (found,) = self.of(kind).values()
        return found

    def pods(self) -> dict[str, dict]:
        """The pod templates by the name of their deployment."""
        return {name: found["spec"]["template"] for name, found in self.of("Deployment").items()}

    def app(self) -> dict:
        return self.pods()["demo-labelkeep"]

    def rqworker(self) -> dict:
        return self.pods()["demo-labelkeep-rqworker"]


def example(name: str) -> dict:
    """A values file of this folder, or of the chart."""
    folder = CHART if (CHART / name).exists() else VALUES
    return yaml.safe_load((folder / name).read_text())


def merged(*layers: dict) -> dict:
    """Values files one over the other, as several `-f` are."""
    result: dict = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, dict) and isinstance(result.get(key), dict)
            result[key] = merged(result[key], value) if both else value
    return result


def refusal(values: dict) -> str:
    """Why Helm does not install with these values."""
    try:
        Rendered(values)
    except helm_python.errors.HelmError as error:
        return str(error)
    raise AssertionError("these values are accepted")


def container(pod: dict) -> dict:
    (found,) = pod["spec"]["containers"]
    return found


def environment(pod: dict) -> dict[str, str]:
    """Variables with their texts; those from Secrets have none."""
    return {entry["name"]: entry.get("value") for entry in container(pod)["env"]}


def mounts(pod: dict) -> dict[str, dict]:
    return {mount["name"]: mount for mount in container(pod)["volumeMounts"]}


def volumes(pod: dict) -> dict[str, dict]:
    return {volume["name"]: volume for volume in pod["spec"]["volumes"]}
