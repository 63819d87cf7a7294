"""Own certificates reach both parts."""
from chart import Rendered, environment, example, merged, mounts, refusal, volumes

WORKERS = merged(example("enterprise.yaml"), {"global": {"masterKey": {"secretName": "labelkeep-master-key"}}})
CERTIFICATES = example("values-certificates.yaml")


def test_sec_257_custom_ca_certs_reaches_app_and_rqworker():
    rendered = Rendered(merged(WORKERS, CERTIFICATES))
    assert set(rendered.pods()) == {"demo-labelkeep", "demo-labelkeep-rqworker"}
    for pod in rendered.pods().values():
        assert environment(pod)["CUSTOM_CA_CERTS"] == "/etc/labelkeep/authority/authority.pem"
    several = merged(WORKERS, CERTIFICATES, {"global": {"customCaCerts": ["/etc/labelkeep/authority/a.pem", "/etc/labelkeep/store/b.pem"]}})
    for pod in Rendered(several).pods().values():
        assert environment(pod)["CUSTOM_CA_CERTS"] == "/etc/labelkeep/authority/a.pem,/etc/labelkeep/store/b.pem"
    for pod in Rendered(WORKERS).pods().values():
        assert "CUSTOM_CA_CERTS" not in environment(pod)


def test_sec_257_volumes_and_mounts_of_both_parts_are_taken_as_they_are():
    for part in ("app", "rqworker"):
        only = {part: {key: CERTIFICATES[part][key] for key in ("extraVolumes", "extraVolumeMounts")}}
        rendered = Rendered(merged(WORKERS, only))
        pod, other = rendered.app(), rendered.rqworker()
        if part == "rqworker":
            pod, other = other, pod
        assert volumes(pod)["own-authority"] == {"name": "own-authority", "secret": {"secretName": "own-authority"}}
        assert mounts(pod)["own-authority"] == {
            "name": "own-authority",
            "mountPath": "/etc/labelkeep/authority",
            "readOnly": True,
        }
        assert "own-authority" not in volumes(other) and "own-authority" not in mounts(other)


def test_sec_257_a_list_without_its_volume_is_refused_by_part():
    app_alone = merged(WORKERS, CERTIFICATES)
    app_alone["rqworker"] = {**app_alone["rqworker"], "extraVolumeMounts": []}
    line = refusal(app_alone)
    assert "authority.pem is below no mountPath of rqworker.extraVolumeMounts" in line and "of app." not in line
    assert "of app.extraVolumeMounts" in refusal({"global": {"customCaCerts": ["/certs/a.pem"]}})


def test_sec_258_the_example_mounts_a_certificate_and_a_bundle_for_s3_read_only():
    pod = Rendered(CERTIFICATES).app()
    variables = environment(pod)
    for variable, volume in (("CUSTOM_CA_CERTS", "own-authority"), ("AWS_CA_BUNDLE", "store-authority")):
        mount = mounts(pod)[volume]
        assert mount["readOnly"] is True and variables[variable].startswith(f"{mount['mountPath']}/")
        assert variables[variable].endswith(".pem")
        assert "secret" in volumes(pod)[volume]
