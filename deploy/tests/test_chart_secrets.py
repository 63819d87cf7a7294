"""Secrets are files that come from Secret objects; nothing else in the output holds one."""
import base64
import pathlib
import re
import subprocess

import pytest
import yaml

from chart import CHART, Rendered, container, environment, example, merged, mounts, volumes

MASTER = {"global": {"masterKey": {"secretName": "labelkeep-master-key"}}}
ENTERPRISE = merged(example("enterprise.yaml"), MASTER)
ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(pod: dict) -> dict[str, tuple[str, str]]:
    """What lies in the folder of secrets: path → (Secret, key)."""
    found = {}
    for source in volumes(pod)["secrets"]["projected"]["sources"]:
        for item in source["secret"].get("items", []):
            found[item["path"]] = (source["secret"]["name"], item["key"])
    return found


def test_sec_256_secrets_of_existing_objects_are_files():
    rendered = Rendered(ENTERPRISE)
    for pod in rendered.pods().values():
        assert files(pod) == {
            "master.key": ("labelkeep-master-key", "master.key"),
            "POSTGRE_PASSWORD": ("database", "password"),
            "LABEL_STUDIO_USER_TOKEN": ("first-account", "token"),
        }
        variables = environment(pod)
        for name in ("POSTGRE_PASSWORD", "LABEL_STUDIO_USER_TOKEN", "EMAIL_HOST_PASSWORD", "STORAGE_AWS_SECRET_ACCESS_KEY"):
            assert variables[f"{name}_FILE"] == f"/opt/labelkeep/secrets/{name}" and name not in variables
        assert variables["LABELKEEP_KEY_FILE"] == "/opt/labelkeep/secrets/master.key"
        assert mounts(pod)["secrets"] == {"name": "secrets", "mountPath": "/opt/labelkeep/secrets", "readOnly": True}
        # Readable for the group of the pod, for nobody else.
        assert volumes(pod)["secrets"]["projected"]["defaultMode"] == 0o440


def test_sec_256_certificates_of_database_and_redis_are_files():
    pod = Rendered(ENTERPRISE).app()
    variables = environment(pod)
    for name, key in (("SSLROOTCERT", "ca.crt"), ("SSLCERT", "client.crt"), ("SSLKEY", "client.key")):
        assert variables[f"POSTGRE_{name}"] == f"/opt/heartex/secrets/pg_certs/{key}"
    assert variables["REDIS_SSL_KEYFILE"] == "/opt/heartex/secrets/redis_certs/client.key"
    for name, secret in (("pg-certs", "database-tls"), ("redis-certs", "redis-tls")):
        assert volumes(pod)[name]["secret"] == {"secretName": secret, "defaultMode": 0o440}
        assert mounts(pod)[name]["readOnly"] is True


def test_sec_256_a_secret_in_the_values_is_in_a_secret_object_and_nowhere_else():
    rendered = Rendered(ENTERPRISE)
    planted = {"EMAIL_HOST_PASSWORD": "planted-mail-password", "STORAGE_AWS_SECRET_ACCESS_KEY": "planted-bucket-secret"}
    for secret in rendered.of("Secret").values():
        assert {key: base64.b64decode(value).decode() for key, value in secret["data"].items()} == planted
    assert set(rendered.of("Secret")) == {"demo-labelkeep-settings", "demo-labelkeep-rqworker-settings"}
    for pod in rendered.pods().values():
        sources = volumes(pod)["secrets"]["projected"]["sources"]
        assert [source["secret"]["name"] for source in sources if "items" not in source["secret"]] in (
            ["demo-labelkeep-settings"],
            ["demo-labelkeep-rqworker-settings"],
        )
    others = yaml.safe_dump([found for found in rendered.objects if found["kind"] != "Secret"]) + rendered.notes
    for text in planted.values():
        assert text not in others and base64.b64encode(text.encode()).decode() not in others
    # Who has secrets in a values file is told.
    assert "EMAIL_HOST_PASSWORD, STORAGE_AWS_SECRET_ACCESS_KEY" in rendered.notes


def test_sec_256_no_configmap_no_argument_no_default_holds_a_secret():
    for values in ({}, ENTERPRISE, example("community.yaml")):
        rendered = Rendered(values)
        assert not rendered.of("ConfigMap")
        for pod in rendered.pods().values():
            assert container(pod)["args"] == ["start"] and "command" not in container(pod)
    assert not Rendered({}).of("Secret")
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())

    def texts(value, path=""):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from texts(inner, f"{path}.{key}")
        elif value not in ("", None, [], {}):
            yield path, value

    secret = re.compile(r"(?i)password|secret|token|key$")
    found = {path: value for path, value in texts(defaults) if secret.search(path)}
    assert found == {".global.masterKey.secretKey": "master.key"}, "the name of a key, and no key"


def test_sec_256_what_is_no_secret_to_the_program_stays_a_reference():
    entries = {entry["name"]: entry for entry in container(Rendered(ENTERPRISE).app())["env"]}
    assert entries["EMAIL_HOST_USER"]["valueFrom"] == {"secretKeyRef": {"name": "mail", "key": "user"}}
    assert entries["STORAGE_AWS_ACCESS_KEY_ID"]["valueFrom"] == {"secretKeyRef": {"name": "bucket", "key": "id"}}


def test_sec_256_the_part_that_says_otherwise_wins():
    values = merged(
        ENTERPRISE,
        {"rqworker": {"extraEnvironmentVars": {"LOG_LEVEL": "DEBUG", "POSTGRE_PASSWORD": "of-the-worker"}}},
        {"app": {"extraEnvironmentSecrets": {"EMAIL_HOST_PASSWORD": {"secretName": "mail", "secretKey": "password"}}}},
    )
    rendered = Rendered(values)
    assert files(rendered.app())["EMAIL_HOST_PASSWORD"] == ("mail", "password")
    assert "POSTGRE_PASSWORD" not in files(rendered.rqworker())
    assert "POSTGRE_PASSWORD" in rendered.of("Secret")["demo-labelkeep-rqworker-settings"]["data"]
    assert environment(rendered.rqworker())["LOG_LEVEL"] == "DEBUG" and "LOG_LEVEL" not in environment(rendered.app())


def test_sec_256_the_certificate_of_the_pod_is_a_secret_of_its_own():
    pod = Rendered({"app": {"tls": {"secretName": "pod-tls"}}}).app()
    assert files(pod) == {"tls.crt": ("pod-tls", "tls.crt"), "tls.key": ("pod-tls", "tls.key")}
    assert environment(pod)["LABEL_STUDIO_TLS_KEY_FILE"] == "/opt/labelkeep/secrets/tls.key"


def test_sec_256_the_chart_knows_every_secret_setting_of_the_program():
    page = (ROOT / "docs/configuration.md").read_text()
    secret = set(re.findall(r"`([A-Z0-9_]+)`(?: †)? ‡", page))
    assert set((CHART / "secret-settings.txt").read_text().split()) == secret


def test_sec_257_secrets_are_those_that_kubectl_makes(tmp_path):
    """The command of the example, with kubectl itself: the object has the key that the list of certificates names."""
    pem = tmp_path / "authority.pem"
    pem.write_text("-----BEGIN CERTIFICATE-----\n")
    command = ["kubectl", "create", "secret", "generic", "own-authority", f"--from-file={pem}", "--dry-run=client", "-o", "yaml"]
    try:
        made = yaml.safe_load(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    except FileNotFoundError:
        pytest.skip("SKIPPED: there is no kubectl")
    values = example("values-certificates.yaml")
    for pod in Rendered(merged(ENTERPRISE, values)).pods().values():
        assert volumes(pod)["own-authority"]["secret"] == {"secretName": made["metadata"]["name"]}
        folder = mounts(pod)["own-authority"]["mountPath"]
        listed = environment(pod)["CUSTOM_CA_CERTS"].split(",")
        assert listed == [f"{folder}/{key}" for key in made["data"]]
