"""What cannot work is said before anything is changed: what, where, and what to do."""
import helm_python
import pytest

from chart import loaded, refusal

POSTGRES = {"pgConfig": {"host": "db", "dbName": "d", "userName": "u", "password": {"secretName": "s", "secretKey": "k"}}}
REFUSED = {
    "a path of the address": ({"app": {"contextPath": "/labels"}}, "app.contextPath", "app.ingress.host"),
    "plain HTTP": ({"global": {"extraEnvironmentVars": {"LABEL_STUDIO_HOST": "http://labels.example"}}}, "LABEL_STUDIO_HOST", "https://"),
    "a path in the host": ({"app": {"extraEnvironmentVars": {"LABEL_STUDIO_HOST": "https://a.example/x"}}}, "LABEL_STUDIO_HOST", "leave /x out"),
    "an ingress without a name": ({"app": {"ingress": {"enabled": True}}}, "app.ingress.host is missing", "labels.example"),
    "TLS elsewhere": ({"app": {"extraEnvironmentVars": {"TLS_MODE": "proxy"}}}, "TLS_MODE", "app.trustedProxies"),
    "a half database": ({"global": {"pgConfig": {"host": "db"}}}, "global.pgConfig.userName is missing", "kubectl create secret"),
    "a database in the clear": ({"global": {**POSTGRES, "pgConfig": {**POSTGRES["pgConfig"], "ssl": {"pgSslMode": "prefer"}}}}, "pgSslMode", "verify-full"),
    "certificates without a key's name": ({"global": {"pgConfig": {"ssl": {"pgSslSecretName": "x"}}}}, "pgSslSecretName", "pgSslRootCertSecretKey"),
    "two pods on SQLite": ({"app": {"replicas": 2}}, "app.replicas: 2", "global.pgConfig"),
    "two pods without a key": ({"app": {"replicas": 2}, "global": POSTGRES}, "global.masterKey.secretName", "openssl rand"),
    "two pods on one volume": ({"app": {"replicas": 2}, "global": {**POSTGRES, "masterKey": {"secretName": "m"}}}, "share people's files", "ReadWriteMany"),
    "workers on SQLite": ({"rqworker": {"separate": True}}, "rqworker", "global.pgConfig"),
    "a bucket without its name": ({"global": {"persistence": {"type": "s3"}}}, "global.persistence.config.s3.bucket is missing", "s3.region"),
    "no container": ({"global": {"persistence": {"type": "azure"}}}, "azure.containerName is missing", "azure"),
    "nothing that stays": ({"global": {"persistence": {"enabled": False}}}, "would lose the SQLite database", "global.pgConfig"),
    "a key that does not stay": ({"global": {**POSTGRES, "persistence": {"enabled": False}}}, "would lose the key", "global.masterKey.secretName"),
    "a shell": ({"global": {"envInjectSources": ["/vault/secrets/config"]}}, "/vault/secrets/config", "NAME_FILE"),
    "a wrapper": ({"app": {"cmdWrapper": "newrelic-admin run-program"}}, "app.cmdWrapper", "leave it out"),
    "a flag with a wrong name": ({"global": {"featureFlags": {"DEBUG": True}}}, "global.featureFlags.DEBUG", "global.extraEnvironmentVars"),
    "a flag in a wrong place": ({"global": {"extraEnvironmentVars": {"fflag_x": True}}}, "fflag_x", "global.featureFlags"),
    "root": ({"app": {"containerSecurityContext": {"runAsUser": 0}}}, "app.containerSecurityContext.runAsUser: 0 is root", "enabled: false"),
}


@pytest.mark.parametrize("values, place, remedy", REFUSED.values(), ids=REFUSED)
def test_values_that_cannot_work_are_refused_with_place_and_remedy(values, place, remedy):
    line = refusal(values)
    assert place in line and remedy in line, line


def test_everything_that_is_wrong_is_said_at_once():
    line = refusal({"app": {"contextPath": "/labels", "replicas": 2}, "global": {"cmdWrapper": "x"}})
    for word in ("app.contextPath", "global.cmdWrapper", "global.pgConfig", "global.masterKey"):
        assert word in line


SHAPES = {
    "a number of pods": ({"app": {"replicas": "two"}}, "replicas"),
    "a type of store": ({"global": {"persistence": {"type": "ftp"}}}, "type"),
    "a variable from a Secret in the wrong place": ({"app": {"extraEnvironmentVars": {"A": {"secretName": "s"}}}}, "extraEnvironmentVars"),
    "a reference without a key": ({"app": {"extraEnvironmentSecrets": {"A": {"secretName": "s"}}}}, "secretKey"),
    "a relative path": ({"global": {"customCaCerts": ["ca.pem"]}}, "customCaCerts"),
    "a typing error in what is ours": ({"networkPolicy": {"ingresFrom": []}}, "ingresFrom"),
    "a proxy by name": ({"app": {"trustedProxies": ["nginx"]}}, "trustedProxies"),
    "a digest": ({"image": {"digest": "sha256:1"}}, "digest"),
}


@pytest.mark.parametrize("values, place", SHAPES.values(), ids=SHAPES)
def test_values_of_a_wrong_shape_are_refused_by_the_schema(values, place):
    with pytest.raises(helm_python.errors.HelmError) as refused:
        loaded().validate_schema(values)
    assert place in str(refused.value)
