"""Policies of the network: closed in both directions but for what is named."""
import ipaddress
import pathlib
import re

from chart import Rendered, example, merged

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENTERPRISE = merged(example("enterprise.yaml"), {"global": {"masterKey": {"secretName": "labelkeep-master-key"}}})
RELEASE = {"app.kubernetes.io/name": "labelkeep", "app.kubernetes.io/instance": "demo"}


def egress(rendered: Rendered) -> dict[tuple, list]:
    """Open ways out: (port, protocol) → peers."""
    (policy,) = [found for name, found in rendered.of("NetworkPolicy").items() if name.endswith("-out")]
    return {(port["port"], port["protocol"]): rule.get("to", []) for rule in policy["spec"]["egress"] for port in rule["ports"]}


def ingress(rendered: Rendered) -> dict[str, list]:
    """Ports that somebody reaches, by policy: port → peers."""
    ways = {}
    for policy in rendered.of("NetworkPolicy").values():
        for rule in policy["spec"].get("ingress", []):
            for port in rule["ports"]:
                ways[port["port"]] = rule.get("from")
    return ways


def test_sec_255_every_pod_is_closed_by_default():
    for values in ({}, ENTERPRISE):
        rendered = Rendered(values)
        policy = rendered.of("NetworkPolicy")["demo-labelkeep-deny"]["spec"]
        assert policy == {"podSelector": {"matchLabels": RELEASE}, "policyTypes": ["Ingress", "Egress"]}
        for pod in rendered.pods().values():
            assert RELEASE.items() <= pod["metadata"]["labels"].items()


def test_sec_255_labels_of_the_values_take_no_pod_out_of_the_policies():
    labels = {"app.kubernetes.io/instance": "other", "app.kubernetes.io/component": "other", "team": "vision"}
    pod = Rendered({"app": {"podLabels": labels, "labels": labels, "extraLabels": labels}}).app()
    assert RELEASE.items() <= pod["metadata"]["labels"].items()
    assert pod["metadata"]["labels"]["app.kubernetes.io/component"] == "app"
    assert pod["metadata"]["labels"]["team"] == "vision"


def test_sec_255_in_comes_https_from_the_ingress_alone():
    rendered = Rendered({})
    assert ingress(rendered) == {
        "https": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}]
    }
    (policy,) = [found for name, found in rendered.of("NetworkPolicy").items() if name.endswith("-in")]
    assert policy["spec"]["podSelector"]["matchLabels"] == {**RELEASE, "app.kubernetes.io/component": "app"}, "no worker"
    peers = [{"podSelector": {"matchLabels": {"app": "gateway"}}}]
    assert ingress(Rendered({"networkPolicy": {"ingressFrom": peers}})) == {"https": peers}
    # Metrics, where they are wanted, to those who read them.
    assert ingress(Rendered(ENTERPRISE))["monitoring"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    ]


def test_sec_255_a_service_for_everybody_is_open_to_everybody_at_https_alone():
    for kind in ("LoadBalancer", "NodePort"):
        values = {"app": {"service": {"type": kind}}}
        assert ingress(Rendered(values)) == {"https": None}
        peers = [{"ipBlock": {"cidr": "192.0.2.0/24"}}]
        assert ingress(Rendered(merged(values, {"networkPolicy": {"ingressFrom": peers}}))) == {"https": peers}


def test_sec_255_out_go_names_and_port_443():
    ways = egress(Rendered({}))
    assert set(ways) == {(53, "UDP"), (53, "TCP"), (443, "TCP")}
    assert {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}} in ways[53, "UDP"]


def test_sec_255_out_go_database_redis_and_what_the_values_name():
    assert set(egress(Rendered(ENTERPRISE))) == {
        (53, "UDP"), (53, "TCP"), (443, "TCP"), (5433, "TCP"), (6380, "TCP"), (9000, "TCP"), (465, "TCP"),
    }
    peers = [{"ipBlock": {"cidr": "192.0.2.7/32"}}]
    named = Rendered(merged(ENTERPRISE, {"networkPolicy": {"databaseTo": peers}}))
    assert egress(named)[5433, "TCP"] == peers
    extra = {"ports": [{"port": 9090, "protocol": "TCP"}], "to": peers}
    assert egress(Rendered({"networkPolicy": {"extraEgress": [extra]}}))[9090, "TCP"] == peers
    url = {"global": {"extraEnvironmentSecrets": {"DATABASE_URL": {"secretName": "db", "secretKey": "url"}}}}
    assert (5432, "TCP") in egress(Rendered(url))


def test_sec_255_metadata_addresses_are_excepted_everywhere():
    source = (ROOT / "crates/net/src/address.rs").read_text()
    (block,) = re.findall(r"const METADATA: \[&str; \d+\] = \[(.*?)\];", source, re.S)
    metadata = [ipaddress.ip_network(text) for text in re.findall(r'"(.+?)"', block)]
    assert len(metadata) > 5
    for (port, _), peers in egress(Rendered(ENTERPRISE)).items():
        if port == 53:
            continue
        for peer in peers:
            cidr = ipaddress.ip_network(peer["ipBlock"]["cidr"])
            excepted = [ipaddress.ip_network(text) for text in peer["ipBlock"]["except"]]
            inside = [network for network in metadata if network.version == cidr.version]
            assert inside and all(any(network.subnet_of(other) for other in excepted) for network in inside), port


def test_sec_255_the_service_and_the_ingress_speak_https_to_the_pod():
    rendered = Rendered(example("community.yaml"))
    (port,) = rendered.one("Service")["spec"]["ports"]
    assert port["targetPort"] == "https" and port["appProtocol"] == "https"
    ingress = rendered.one("Ingress")
    annotations = ingress["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/backend-protocol"] == "HTTPS"
    assert annotations["cert-manager.io/cluster-issuer"] == "letsencrypt"
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "demo-labelkeep", "port": {"name": port["name"]}}


def test_sec_255_it_can_be_left_to_others():
    assert not Rendered({"networkPolicy": {"enabled": False}}).of("NetworkPolicy")
