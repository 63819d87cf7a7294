"""Values files of Label Studio's chart: what they mean here, and what of them is passed over."""
from chart import Rendered, container, environment, example, merged, refusal

MASTER = {"global": {"masterKey": {"secretName": "labelkeep-master-key"}}}
ENTERPRISE = merged(example("enterprise.yaml"), MASTER)


def test_a_whole_values_file_of_the_community_edition_is_taken_as_it_is():
    rendered = Rendered(example("community.yaml"))
    assert set(rendered.of("Deployment")) == {"demo-labelkeep"}, "jobs are done where people are served, as there"
    variables = environment(rendered.app())
    assert variables["LABEL_STUDIO_HOST"] == "https://labels.example"
    assert variables["LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"] == "true" and variables["COLLECT_ANALYTICS"] == "false"
    assert "DJANGO_DB" not in variables, "SQLite"
    assert container(rendered.app())["image"] == "labelkeep:0.1.0", "its image could not run this"
    for word in ("global.image", "postgresql: the chart brings no database; SQLite is used"):
        assert word in rendered.notes


def test_values_for_databases_and_buckets_outside_need_one_secret_more():
    line = refusal(example("enterprise.yaml"))
    assert "global.masterKey.secretName" in line and "openssl rand -base64 32" in line
    assert line.count("\n- ") == 1, line
    rendered = Rendered(ENTERPRISE)
    for pod in rendered.pods().values():
        variables = environment(pod)
        expected = {
            "DJANGO_DB": "postgresql",
            "POSTGRE_HOST": "db.internal.example",
            "POSTGRE_PORT": "5433",
            "POSTGRE_NAME": "labels",
            "POSTGRE_USER": "labels",
            "POSTGRE_SSL_MODE": "verify-full",
            "REDIS_SSL_CERTS_REQS": "required",
            "STORAGE_TYPE": "s3",
            "STORAGE_AWS_BUCKET_NAME": "label-files",
            "STORAGE_AWS_FOLDER": "studio",
            "STORAGE_AWS_ENDPOINT_URL": "https://minio.internal.example:9000",
            "STORAGE_AWS_OBJECT_PARAMETERS": '{"ServerSideEncryption":"AES256"}',
            "ALLOWED_HOSTS": "labels.internal.example",
            "fflag_feat_front_one": "true",
        }
        assert expected.items() <= variables.items()
    assert rendered.app()["spec"]["nodeSelector"] == {"pool": "demo"}, "texts with templates in them are taken"
    assert [host["host"] for host in rendered.one("Ingress")["spec"]["rules"]] == ["labels.example", "labels.internal.example"]
    for word in ("redis", "enterprise.enterpriseLicense"):
        assert f"- {word}" in rendered.notes


def test_rqworker_is_the_program_that_only_takes_jobs():
    rendered = Rendered(ENTERPRISE)
    deployment = rendered.of("Deployment")["demo-labelkeep-rqworker"]
    assert deployment["spec"]["replicas"] == 5, "the sum of its queues"
    worker, app = rendered.rqworker(), rendered.app()
    assert container(worker)["args"] == container(app)["args"] == ["start"]
    assert container(worker)["image"] == container(app)["image"]
    # Nobody reaches it but those who ask for its health.
    assert environment(worker)["LABEL_STUDIO_INTERNAL_HOST"] == "127.0.0.1"
    assert environment(worker)["LABEL_STUDIO_TLS_MODE"] == "proxy" and "LABEL_STUDIO_TLS_MODE" not in environment(app)
    assert [port["name"] for port in container(worker)["ports"]] == ["monitoring"]
    selector = rendered.of("Service")["demo-labelkeep"]["spec"]["selector"]
    assert not selector.items() <= worker["metadata"]["labels"].items()
    assert selector.items() <= app["metadata"]["labels"].items()
    separate = merged(ENTERPRISE, {"enterprise": {"enabled": False}, "rqworker": {"separate": True, "replicas": 2}})
    assert Rendered(separate).of("Deployment")["demo-labelkeep-rqworker"]["spec"]["replicas"] == 2
    off = merged(ENTERPRISE, {"rqworker": {"enabled": False}})
    assert set(Rendered(off).of("Deployment")) == {"demo-labelkeep"}


def test_stores_of_other_clouds():
    azure = {"storageAccountName": "labels", "storageAccountKeyExistingSecret": "azure", "storageAccountKeyExistingSecretKey": "key", "containerName": "files"}
    pod = Rendered({"global": {"persistence": {"type": "azure", "config": {"azure": azure}}}}).app()
    assert environment(pod)["STORAGE_AZURE_ACCOUNT_KEY_FILE"] == "/opt/labelkeep/secrets/STORAGE_AZURE_ACCOUNT_KEY"
    assert environment(pod)["STORAGE_AZURE_CONTAINER_NAME"] == "files"
    gcs = {"bucket": "files", "projectID": "p", "applicationCredentialsJSON": '{"type": "service_account"}'}
    rendered = Rendered({"global": {"persistence": {"type": "gcs", "config": {"gcs": gcs}}}})
    assert environment(rendered.app())["GOOGLE_APPLICATION_CREDENTIALS"] == "/opt/labelkeep/secrets/GOOGLE_APPLICATION_CREDENTIALS"
    assert set(rendered.one("Secret")["data"]) == {"GOOGLE_APPLICATION_CREDENTIALS"}
    assert rendered.one("PersistentVolumeClaim"), "SQLite and the key need one beside the bucket"


def test_an_image_is_named_in_either_place():
    digest = "sha256:" + "0" * 64
    image = {"registry": "registry.example", "repository": "tools/labelkeep", "digest": digest}
    for values in ({"image": image}, {"global": {"image": image}}):
        assert container(Rendered(values).app())["image"] == f"registry.example/tools/labelkeep@{digest}"


def test_settings_that_the_pod_is_built_for_stay_as_they_are():
    given = {"PORT": 80, "LABEL_STUDIO_PORT": 80, "INTERNAL_HOST": "127.0.0.1", "LABELKEEP_MONITORING_PORT": "1", "BASE_DATA_DIR": "/x"}
    variables = environment(Rendered({"app": {"extraEnvironmentVars": given}}).app())
    assert variables["LABEL_STUDIO_PORT"] == "8080" and variables["LABELKEEP_MONITORING_PORT"] == "9090"
    assert not {"PORT", "INTERNAL_HOST", "BASE_DATA_DIR"} & set(variables)
    dotted = Rendered({"app": {"extraEnvironmentVars": {"log.level": "INFO", "Json_Log": False}}}).app()
    assert environment(dotted)["LOG_LEVEL"] == "INFO" and environment(dotted)["JSON_LOG"] == "false"


def test_the_public_address_of_the_values_wins_over_the_ingress():
    given = {"global": {"extraEnvironmentVars": {"LABEL_STUDIO_HOST": "https://other.example/"}}}
    ingress = {"app": {"ingress": {"enabled": True, "host": "labels.example"}}}
    assert environment(Rendered(merged(given, ingress)).app())["LABEL_STUDIO_HOST"] == "https://other.example"
    assert environment(Rendered(ingress).app())["LABEL_STUDIO_HOST"] == "https://labels.example"
    assert "LABEL_STUDIO_HOST" not in environment(Rendered({}).app())
    proxied = Rendered(merged(ingress, {"app": {"trustedProxies": ["10.0.0.0/8", "fd00::/8"]}}))
    assert environment(proxied.app())["TRUSTED_PROXIES"] == "10.0.0.0/8,fd00::/8"
    assert "trustedProxies" not in proxied.notes and "trustedProxies" in Rendered(ingress).notes
