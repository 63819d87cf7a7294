"""Every pod that the chart makes passes the restricted pod standard, whatever a values file of Label Studio says."""
import kubernetes_validate
import pytest

from chart import CHART, Rendered, container, example, merged, mounts, volumes
from restricted import violations

MASTER = {"global": {"masterKey": {"secretName": "labelkeep-master-key"}}}
# Every values file of the tests and the chart, as a person would give them.
CASES = {
    "defaults": {},
    "community": example("community.yaml"),
    "enterprise": merged(example("enterprise.yaml"), MASTER),
    "certificates": example("values-certificates.yaml"),
    "certificates and workers": merged(example("enterprise.yaml"), MASTER, example("values-certificates.yaml")),
}


@pytest.fixture(params=CASES, name="rendered")
def each_case(request):
    return Rendered(CASES[request.param])


def test_sec_254_every_pod_passes_the_restricted_pod_standard(rendered):
    assert rendered.pods()
    for name, pod in rendered.pods().items():
        assert violations(pod) == [], name


def test_sec_254_no_pod_has_a_token_of_kubernetes_and_each_has_requests_and_limits(rendered):
    for pod in rendered.pods().values():
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert not any("serviceAccountToken" in str(volume) for volume in pod["spec"]["volumes"])
        resources = container(pod)["resources"]
        for kind in ("requests", "limits"):
            assert set(resources[kind]) >= {"cpu", "memory"}, resources
    for account in rendered.of("ServiceAccount").values():
        assert account["automountServiceAccountToken"] is False
    assert not rendered.of("Role") and not rendered.of("RoleBinding")


def test_sec_254_a_values_file_cannot_take_the_standard_away():
    loose = {
        "automountServiceAccountToken": True,
        "podSecurityContext": {"enabled": True, "runAsNonRoot": False, "seccompProfile": {"type": "Unconfined"}},
        "containerSecurityContext": {
            "enabled": True,
            "privileged": True,
            "allowPrivilegeEscalation": True,
            "readOnlyRootFilesystem": False,
            "capabilities": {"add": ["SYS_ADMIN"]},
        },
    }
    rendered = Rendered({"app": loose})
    assert violations(rendered.app()) == []
    assert container(rendered.app())["securityContext"]["readOnlyRootFilesystem"] is True
    assert rendered.app()["spec"]["automountServiceAccountToken"] is False


def test_the_rules_of_the_pod_standard_find_what_breaks_them():
    good = Rendered({}).app()
    bad = merged(good, {"spec": {"hostNetwork": True, "securityContext": {"seccompProfile": {"type": "Unconfined"}}}})
    bad["spec"]["volumes"] = [*good["spec"]["volumes"], {"name": "host", "hostPath": {"path": "/"}}]
    found = violations(bad)
    assert len(found) == 3 and any("hostPath" in rule for rule in found), found
    for context in ({}, {"privileged": True}, {"runAsUser": 0}, {"capabilities": {"drop": ["ALL"], "add": ["NET_RAW"]}}):
        bad = merged(good, {"spec": {"containers": [{**container(good), "securityContext": context}]}})
        assert violations(bad), context


def test_sec_253_the_root_is_read_only_and_two_volumes_are_written():
    for pod in Rendered(CASES["certificates and workers"]).pods().values():
        assert container(pod)["securityContext"]["readOnlyRootFilesystem"] is True
        written = {mount["mountPath"] for mount in mounts(pod).values() if not mount.get("readOnly")}
        assert written == {"/label-studio/data", "/tmp"}
        assert volumes(pod)["tmp"] == {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}


def test_sec_252_pods_run_as_10001_and_ids_of_a_values_file_count():
    pod = Rendered({}).app()
    assert container(pod)["securityContext"]["runAsUser"] == 10001
    assert pod["spec"]["securityContext"]["runAsGroup"] == pod["spec"]["securityContext"]["fsGroup"] == 10001
    community = Rendered(CASES["community"]).app()
    assert container(community)["securityContext"]["runAsUser"] == 1001
    assert community["spec"]["securityContext"]["fsGroup"] == 1001
    openshift = {key: {"enabled": False} for key in ("podSecurityContext", "containerSecurityContext")}
    pod = Rendered({"app": openshift}).app()
    assert violations(pod) == []
    for context in (pod["spec"]["securityContext"], container(pod)["securityContext"]):
        assert not {"runAsUser", "runAsGroup", "fsGroup"} & set(context), "the platform chooses"


def test_sec_254_containers_of_the_values_are_protected_as_the_program_is():
    secret = {"secretName": "store", "secretKey": "token"}
    before = {
        "name": "fetch",
        "image": "tools",
        "command": ["fetch", "{{ .Release.Name }}"],
        "extraEnvironmentVars": {"LEVEL": 2},
        "extraEnvironmentSecrets": {"TOKEN": secret},
    }
    pod = Rendered({"app": {"initContainers": [before], "postMigrationInitContainers": [{"name": "check", "image": "tools"}]}}).app()
    assert violations(pod) == []
    fetch, check = pod["spec"]["initContainers"]
    assert (fetch["command"], check["name"]) == (["fetch", "demo"], "check")
    assert fetch["env"] == [
        {"name": "LEVEL", "value": "2"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "store", "key": "token"}}},
    ]
    kubernetes_validate.validate(Rendered({"app": {"initContainers": [before]}}).one("Deployment"), "1.30", strict=True)


def test_health_is_asked_at_the_port_for_monitoring():
    for pod in Rendered(CASES["community"]).pods().values():
        for probe, path in (("startupProbe", "live"), ("readinessProbe", "ready"), ("livenessProbe", "live")):
            asked = container(pod)[probe]
            assert asked["httpGet"] == {"path": f"/health/{path}", "port": "monitoring"}
        assert container(pod)["readinessProbe"]["timeoutSeconds"] == 3


def test_every_object_is_one_of_kubernetes(rendered):
    known = [found for found in rendered.objects if found["kind"] != "ServiceMonitor"]
    assert len(known) > 5
    for found in known:
        kubernetes_validate.validate(found, "1.30", strict=True)


def test_helm_finds_nothing_to_complain_of():
    import helm_python

    for values in CASES.values():
        report = helm_python.lint(CHART, values, strict=True)
        assert report["errors"] == [] and all(message["severity"] < 2 for message in report["messages"]), report


def test_a_database_and_a_volume_of_one_pod_are_never_used_by_two():
    community = Rendered(CASES["community"])
    assert community.one("Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    claim = community.one("PersistentVolumeClaim")
    assert claim["spec"]["resources"]["requests"]["storage"] == "50Gi" and claim["spec"]["storageClassName"] == "fast"
    assert volumes(community.app())["data"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    enterprise = Rendered(CASES["enterprise"])
    assert not enterprise.of("PersistentVolumeClaim"), "database, files and key are elsewhere"
    assert volumes(enterprise.app())["data"]["emptyDir"] == {}
    assert enterprise.of("Deployment")["demo-labelkeep"]["spec"]["strategy"] == {"type": "RollingUpdate"}


def test_an_upgrade_brings_what_an_install_brings():
    for values in CASES.values():
        assert Rendered(values, is_upgrade=True).objects == Rendered(values).objects


def test_a_budget_keeps_pods():
    budgets = Rendered(CASES["enterprise"]).of("PodDisruptionBudget")
    assert budgets["demo-labelkeep"]["spec"]["minAvailable"] == 2
    assert budgets["demo-labelkeep-rqworker"]["spec"]["maxUnavailable"] == 1
    assert not Rendered({}).of("PodDisruptionBudget")
