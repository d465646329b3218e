"""The chart's NetworkPolicies: what a pod may reach, and who reaches it, read as a network plugin reads them."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.fakes.helm_chart import manifests_of
from tests.unit.helm.test_chart_values import manifests, pod

Rule = Mapping[str, Any]
DNS = {("UDP", 53), ("TCP", 53)}


def policies_of(name: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The specs of all policies that select a pod with these labels."""
    found = [m["spec"] for m in manifests(name) if m["kind"] == "NetworkPolicy"]
    return [spec for spec in found if spec["podSelector"]["matchLabels"].items() <= labels.items()]


def rules_of(name: str, component: str, side: str) -> list[Rule]:
    """All rules of one side that hold for a component; policies only ever add to each other."""
    labels = {
        "app.kubernetes.io/name": "skg-factory", "app.kubernetes.io/instance": "release",
        "app.kubernetes.io/component": component,
    }  # fmt: skip
    selected = policies_of(name, labels)
    assert any({"Ingress", "Egress"} == set(spec["policyTypes"]) for spec in selected), "denied unless a rule allows it"
    return [rule for spec in selected for rule in spec.get(side, [])]


def ports_of(rules: Iterable[Rule]) -> set[tuple[str, int]]:
    """Protocol and port of all rules."""
    return {(port["protocol"], port["port"]) for rule in rules for port in rule["ports"]}


BROKER, STORE, JUDGES, TRACES = {9096, 9196}, {443}, {443, 8001}, {4318}


@pytest.mark.parametrize(
    ("component", "reached"),
    [
        ("agents", BROKER),
        ("render", BROKER | STORE),
        ("examine", BROKER | STORE | JUDGES),
        ("write", BROKER | STORE),
        ("topics", BROKER),
        ("balance", BROKER),
        ("lag-exporter", BROKER),
        ("vacuum", STORE),
        ("gallery", STORE),
    ],
)
def test_a_pod_reaches_what_its_work_needs_and_names(component: str, reached: set[int]):
    assert ports_of(rules_of("secured", component, "egress")) == DNS | {("TCP", port) for port in reached | TRACES}


def test_every_pod_of_the_chart_is_selected_by_a_policy_of_its_own():
    made = [m for m in manifests("secured") if m["kind"] in {"Deployment", "Job", "CronJob"}]
    for manifest in made:
        template = manifest["spec"].get("jobTemplate", manifest)["spec"]["template"]
        assert len(policies_of("secured", template["metadata"]["labels"])) == 2, manifest["metadata"]["name"]


def test_the_broker_is_reached_where_its_peers_are_and_nowhere_else():
    (rule,) = [r for r in rules_of("secured", "write", "egress") if ("TCP", 9096) in ports_of([r])]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.0.0.0/16"}}]


def test_only_metrics_are_read_from_outside_and_the_gallery_by_its_ingress():
    (scraped,) = rules_of("monitored", "render", "ingress")
    assert ports_of([scraped]) == {("TCP", 9464)}
    assert scraped["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}
    (served,) = [rule for rule in rules_of("secured", "gallery", "ingress") if "from" in rule]
    port = pod("secured", "gallery")["spec"]["containers"][0]["ports"][0]["containerPort"]
    assert ports_of([served]) == {("TCP", port)}
    assert served["from"] == [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]


def test_there_are_no_policies_unless_they_are_wanted():
    assert not [m for m in manifests_of() if m["kind"] == "NetworkPolicy"]


def test_a_local_store_without_a_port_and_models_are_reached_at_the_ports_of_their_schemes():
    told = ("--set", "network.enabled=true,s3.endpoint=http://store,llm.url=https://models/v1,llm.model=m")
    (agents,) = [
        m for m in manifests_of(*told) if m["kind"] == "NetworkPolicy" and m["metadata"]["name"].endswith("-agents")
    ]
    assert ports_of(agents["spec"]["egress"]) == {("TCP", 9092), ("TCP", 80), ("TCP", 443)}
