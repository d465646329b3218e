"""The chart renders with the real helm, and its environment is the settings' environment."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.llm.token_limits import CallTokens
from streams.broker.connection import connection_of
from streams.llm.prices import read_prices
from streams.operations.balance_process import read_targets
from streams.secret_files import file_variable_of, secrets_of, variable_of
from streams.settings import AgentSettings, BalanceSettings, ExamineSettings, LagSettings
from streams.stages import STAGE_TABLE
from tests.fakes.helm_chart import CHART, helm, manifests_of, words_of_refusal

ROOT = CHART.parents[1]
SETTINGS = {stage: spec.settings for stage, spec in STAGE_TABLE.items()}
BALANCED = (
    "--set", "balance.enabled=true", "--set-file", f"balance.targets={ROOT / 'docs' / 'targets.yaml'}",
    "--set", "lagExporter.enabled=true",
)  # fmt: skip
ALL = {**SETTINGS, "balance": BalanceSettings, "lag-exporter": LagSettings}


SECURED = (
    "--set", "kafka.security=SASL_SSL,kafka.saslMechanism=SCRAM-SHA-512,kafka.username=me,kafka.existingSecret=login",
    "--set", "kafka.caFrom.configMap=roots,kafka.caFrom.key=root.pem,kafka.certSecret=shown",
    "--set", "s3.existingSecret=keys,s3.caFrom.secret=store,s3.pathStyle=true",
)  # fmt: skip


def _deployments(*arguments: str) -> dict[str, dict[str, Any]]:
    found = [m for m in manifests_of(*arguments) if m["kind"] == "Deployment"]
    return {m["metadata"]["labels"]["app.kubernetes.io/component"]: m for m in found}


def _container(stage: str) -> dict[str, Any]:
    (container,) = _deployments(*BALANCED)[stage]["spec"]["template"]["spec"]["containers"]
    return container


def _config(stage: str) -> dict[str, Any]:
    """The ConfigMap that the deployment takes its environment from."""
    (source,) = _container(stage)["envFrom"]
    name = source["configMapRef"]["name"]
    return next(m for m in manifests_of(*BALANCED) if m["kind"] == "ConfigMap" and m["metadata"]["name"] == name)


def _environment(stage: str) -> dict[str, str]:
    config = _config(stage)
    return dict(config["data"]) | {entry["name"]: entry.get("value", "") for entry in _container(stage)["env"] or ()}


def test_helm_lints_the_chart_without_a_warning():
    done = helm("lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


def test_there_is_a_deployment_for_each_kind_of_process():
    assert set(_deployments()) == set(SETTINGS)
    for stage in SETTINGS:
        assert _container(stage)["args"] == ["skg", stage]


@pytest.mark.parametrize("stage", ALL)
def test_a_deployment_sets_only_what_its_settings_read(stage: str):
    fields, secrets = ALL[stage].model_fields, secrets_of(ALL[stage])
    known = {variable_of(name) for name in fields} | {file_variable_of(name) for name in secrets}
    for values in (BALANCED, (*BALANCED, *MODELS, *SECURED)):
        assert set(_told(stage, *values)) <= known


@pytest.mark.parametrize("stage", ALL)
def test_the_values_that_a_deployment_sets_are_valid_settings(stage: str, tmp_path: Path):
    values = {name.removeprefix("SKG_").lower(): value for name, value in _environment(stage).items()}
    assert ALL[stage].model_validate(values).kafka_bootstrap == "kafka:9092"


def test_render_and_write_are_told_of_one_held_out_share():
    told = {stage: _told(stage, "--set", "dataset.heldOutPerMille=250") for stage in SETTINGS}
    assert {stage for stage, names in told.items() if "SKG_HELD_OUT_PER_MILLE" in names} == {"render", "write"}
    for stage in ("render", "write"):
        (container,) = _deployments("--set", "dataset.heldOutPerMille=250")[stage]["spec"]["template"]["spec"]["containers"]
        assert {"name": "SKG_HELD_OUT_PER_MILLE", "value": "250"} in container["env"]


def test_the_writer_is_told_whether_rows_keep_depth_maps():
    for given, told in (((), "true"), (("--set", "dataset.depth=false"), "false")):
        (container,) = _deployments(*given)["write"]["spec"]["template"]["spec"]["containers"]
        assert {"name": "SKG_DATASET_DEPTH", "value": told} in container["env"]


@pytest.mark.parametrize("stage", ALL)
def test_a_deployment_has_probes_limits_and_no_rights(stage: str):
    container = _container(stage)
    asked = {probe: container[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    pod = _deployments(*BALANCED)[stage]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True


def test_the_keys_of_the_store_come_from_a_secret_and_stand_in_no_deployment():
    given = ("--set", "s3.accessKey=open,s3.secretKey=sesame")
    holding = {d["kind"] for d in manifests_of(*given) if "sesame" in json.dumps(d)}
    assert holding == {"Secret"}
    files = _files("render", *given)
    assert _secret(files["SKG_S3_SECRET_KEY_FILE"], *given) == "sesame"
    assert _secret(files["SKG_S3_ACCESS_KEY_FILE"], *given) == "open"
    existing = ("--set", "s3.existingSecret=mine")
    assert not [m for m in manifests_of(*existing) if m["kind"] == "Secret"]
    assert _files("write", *existing)["SKG_S3_SECRET_KEY_FILE"] == ("secret", "mine", "secret-key")


def test_without_keys_of_the_store_the_service_accounts_role_may_have_them():
    role = ("--set-string", r"serviceAccount.annotations.eks\.amazonaws\.com/role-arn=arn:aws:iam::1:role/skg")
    assert _files("render", *role) == {}
    (account,) = [m for m in manifests_of(*role) if m["kind"] == "ServiceAccount"]
    assert account["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/skg"}


@pytest.mark.parametrize("stage", ALL)
def test_every_process_logs_in_at_the_broker_with_files(stage: str):
    values = (*BALANCED, *SECURED)
    told, files = _told(stage, *values), _files(stage, *values)
    assert (told["SKG_KAFKA_SECURITY"], told["SKG_KAFKA_SASL_MECHANISM"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert told["SKG_KAFKA_USERNAME"] == "me"
    kafka = {name: source for name, source in files.items() if "KAFKA" in name}
    assert kafka == {
        "SKG_KAFKA_PASSWORD_FILE": ("secret", "login", "password"),
        "SKG_KAFKA_CA_FILE": ("configMap", "roots", "root.pem"),
        "SKG_KAFKA_CERT_FILE": ("secret", "shown", "tls.crt"),
        "SKG_KAFKA_KEY_FILE": ("secret", "shown", "tls.key"),
    }
    store = {name: source for name, source in files.items() if "S3" in name}
    assert store == {} if stage in {"balance", "lag-exporter"} else store["SKG_S3_CA_FILE"] == ("secret", "store", "ca.crt")
    assert not [m for m in manifests_of(*values) if m["kind"] == "Secret"]


def test_a_password_of_the_broker_stands_in_a_secret_alone_and_a_token_in_one_that_somebody_renews():
    given = ("--set", "kafka.security=SASL_SSL,kafka.username=me,kafka.password=sesame")
    assert {d["kind"] for d in manifests_of(*given) if "sesame" in json.dumps(d)} == {"Secret"}
    assert _secret(_files("agents", *given)["SKG_KAFKA_PASSWORD_FILE"], *given) == "sesame"
    by_token = ("--set", "kafka.security=SASL_SSL,kafka.saslMechanism=OAUTHBEARER,kafka.existingSecret=renewed")
    assert _files("agents", *by_token) == {"SKG_KAFKA_TOKEN_FILE": ("secret", "renewed", "token")}
    assert "SKG_KAFKA_USERNAME" not in _told("agents", *by_token)


@pytest.mark.parametrize("secured", [SECURED, ("--set", "kafka.security=SSL,kafka.caFrom.secret=roots")])
def test_what_the_chart_tells_of_the_broker_goes_together(secured: tuple[str, ...], tmp_path: Path):
    told = {name[4:].lower(): value for name, value in _told("agents", *secured).items()}
    if "kafka_password_file" in told:
        told["kafka_password"] = "sesame"
    assert connection_of(AgentSettings.model_validate(told)).protocol == told["kafka_security"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("values", "why"),
    [
        ("kafka.security=SASL_SSL,kafka.password=x", "kafka.username is empty"),
        ("kafka.security=SASL_SSL,kafka.username=x", "kafka.password is empty"),
        ("kafka.security=SASL_SSL,kafka.saslMechanism=OAUTHBEARER", "kafka.existingSecret is empty"),
        ("kafka.security=TLS", "security"),
        ("kafka.caFrom.key=ca.crt", "kafka.caFrom: name a secret or a configMap"),
        ("s3.secretKey=x", "s3.accessKey is empty"),
        ("s3.accessKey=x", "s3.secretKey is empty"),
        ("s3.endpoint=http://me:sesame@host", "endpoint"),
        ("llm.url=http://me:sesame@host/v1", "url"),
        ("llm.callMaxTokens=15", "callMaxTokens"),
        ("llm.callMaxTokensByStage.object=2500", "object"),
        ("llm.callMaxTokensByStage.objects=many", "objects"),
        ("mllm.callMaxTokens=131073", "callMaxTokens"),
    ],
)
def test_half_a_configuration_of_access_is_refused(values: str, why: str):
    assert why in words_of_refusal(values)


MODELS = (
    "--set", "llm.url=http://vllm:8000/v1,llm.model=planner,llm.apiKey=sesame,llm.maxTokens=2000000,llm.callMaxTokens=4000",
    "--set", "llm.callMaxTokensByStage.objects=2500,llm.callMaxTokensByStage.edges=3000,mllm.callMaxTokens=5000",
    "--set", "mllm.url=https://eyes/v1,mllm.model=author,mllm.checkModel=checker,mllm.apiKey=sesame,mllm.checkApiKey=sesame",
    "--set-string", "llm.prices=models: {planner: {input: 1\\, output: 2}}",
)  # fmt: skip


Source = tuple[str, str, str]
"""Secret or configMap, its name, its key."""


def _told(stage: str, *arguments: str) -> dict[str, str]:
    """The whole environment of a stage."""
    (container,) = _deployments(*arguments)[stage]["spec"]["template"]["spec"]["containers"]
    (source,) = container["envFrom"]
    name = source["configMapRef"]["name"]
    data = [m["data"] for m in manifests_of(*arguments) if m["kind"] == "ConfigMap" and m["metadata"]["name"] == name]
    return dict(*data) | {entry["name"]: entry.get("value", "") for entry in container["env"]}


def _files(stage: str, *arguments: str) -> dict[str, Source]:
    """What lies in each file that the environment names below the mounted volume."""
    spec = _deployments(*arguments)[stage]["spec"]["template"]["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    there: dict[str, Source] = {}
    for volume in spec["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            ((kind, one),) = source.items()
            for item in one["items"]:
                there[f"{mounts[volume['name']]}/{item['path']}"] = (kind, one["name"], item["key"])
    named = {name: value for name, value in _told(stage, *arguments).items() if value.startswith("/etc/skg-access")}
    assert set(named.values()) == set(there), "each file has a setting, each setting a file"
    return {name: there[path] for name, path in named.items()}


def _secret(source: Source, *arguments: str) -> str:
    kind, name, key = source
    assert kind == "secret"
    data = next(
        m["stringData"] for m in manifests_of(*arguments) if m["kind"] == "Secret" and m["metadata"]["name"] == name
    )
    return str(data[key])


def _asking(stage: str, *arguments: str) -> dict[str, Any]:
    """The environment of a stage, with the references in place of secret values."""
    (container,) = _deployments(*arguments)[stage]["spec"]["template"]["spec"]["containers"]
    return {e["name"]: e.get("value", e.get("valueFrom", {}).get("secretKeyRef")) for e in container["env"]}


def test_no_model_is_asked_unless_an_endpoint_is_named():
    for stage in SETTINGS:
        assert not [name for name in _environment(stage) if "LLM" in name]


def test_the_agents_ask_the_planning_model_and_the_examine_workers_the_judges():
    agents, examine = (_asking(stage, *MODELS) for stage in ("agents", "examine"))
    assert agents["SKG_LLM_MAX_TOKENS"] == "2000000"
    found = AgentSettings.model_validate({n[4:].lower(): v for n, v in agents.items() if isinstance(v, str)})
    assert (found.llm_url, found.llm_model, found.llm_max_tokens) == ("http://vllm:8000/v1", "planner", 2_000_000)
    assert found.call_tokens == CallTokens(4000, {"objects": 2500, "edges": 3000})
    seen = ExamineSettings.model_validate({n[4:].lower(): v for n, v in examine.items() if isinstance(v, str)})
    assert (seen.mllm_url, seen.mllm_model, seen.mllm_check_model) == ("https://eyes/v1", "author", "checker")
    assert seen.mllm_call_max_tokens == 5000
    for stage in ("render", "write"):
        assert not [name for name in _asking(stage, *MODELS) if "LLM" in name]


def test_keys_of_models_come_from_secrets_and_stand_in_no_deployment():
    documents = manifests_of(*MODELS)
    assert {d["kind"] for d in documents if "sesame" in json.dumps(d)} == {"Secret"}
    assert _secret(_files("agents", *MODELS)["SKG_LLM_API_KEY_FILE"], *MODELS) == "sesame"
    seen = _files("examine", *MODELS)
    for name in ("SKG_MLLM_API_KEY_FILE", "SKG_MLLM_CHECK_API_KEY_FILE"):
        assert _secret(seen[name], *MODELS) == "sesame"


def test_secrets_of_models_may_be_there_already():
    mine = ("--set", "llm.existingSecret=mine,mllm.existingSecret=ours", "--set", "llm.apiKey=,mllm.apiKey=")
    assert _files("agents", *MODELS, *mine)["SKG_LLM_API_KEY_FILE"] == ("secret", "mine", "api-key")
    assert _files("examine", *MODELS, *mine)["SKG_MLLM_API_KEY_FILE"] == ("secret", "ours", "api-key")
    found = _asking("examine", *MODELS, *mine)
    assert found["SKG_MLLM_CHECK_API_KEY"] == {"name": "ours", "key": "check-api-key", "optional": True}
    assert [m for m in manifests_of(*MODELS, *mine) if m["kind"] == "Secret"] == []


def test_a_local_server_that_wants_no_key_gets_none():
    local = ("--set", "llm.url=http://ollama:11434/v1,llm.model=small")
    assert not [name for name in _asking("agents", *local) if "API_KEY" in name]
    assert [m for m in manifests_of(*local) if m["kind"] == "Secret"] == []


def test_prices_reach_both_stages_that_pay(tmp_path: Path):
    for stage in ("agents", "examine"):
        spec = _deployments(*MODELS)[stage]["spec"]["template"]["spec"]
        (mounted,) = [m for m in spec["containers"][0]["volumeMounts"] if m["name"] == "prices"]
        name = next(v["configMap"]["name"] for v in spec["volumes"] if v["name"] == "prices")
        data = next(m["data"] for m in manifests_of(*MODELS) if m["kind"] == "ConfigMap" and m["metadata"]["name"] == name)
        (file,) = data
        assert _asking(stage, *MODELS)["SKG_LLM_PRICES"] == f"{mounted['mountPath']}/{file}"
        (tmp_path / file).write_text(data[file], "utf-8")
        assert read_prices(tmp_path / file).models["planner"].output == 2


def test_a_new_key_starts_the_pods_that_use_it_anew():
    before, after = _deployments(*MODELS), _deployments(*MODELS, "--set", "llm.apiKey=other")
    assert before["agents"]["spec"]["template"]["metadata"] != after["agents"]["spec"]["template"]["metadata"]
    assert before["render"] == after["render"]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ("llm.url=http://x/v1", "llm.model is empty"),
        ("llm.url=localhost:8000", "llm"),
        ("mllm.url=http://x/v1,mllm.checkModel=b", "mllm.model is empty"),
        ("mllm.url=http://x/v1,mllm.model=a", "mllm.checkModel is empty"),
        ("mllm.images=letters", "images"),
        ("llm.modle=x", "modle"),
    ],
)
def test_half_a_configuration_of_models_is_refused(values: str, why: str):
    assert why in words_of_refusal(values)


def test_a_misspelt_value_is_refused():
    assert "boostrap" in words_of_refusal("kafka.boostrap=x")


def test_the_balance_process_is_off_unless_asked_for_and_never_runs_twice():
    assert "balance" not in _deployments()
    spec = _deployments(*BALANCED)["balance"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    done = helm("template", "release", str(CHART), *BALANCED, "--set", "balance.replicas=2")
    assert done.returncode != 0


def test_the_balance_process_reads_the_targets_that_were_given(tmp_path: Path):
    (mounted,) = [m for m in _container("balance")["volumeMounts"] if m["name"] == "targets"]
    volumes = _deployments(*BALANCED)["balance"]["spec"]["template"]["spec"]["volumes"]
    name = next(v["configMap"]["name"] for v in volumes if v["name"] == "targets")
    data = next(m["data"] for m in manifests_of(*BALANCED) if m["kind"] == "ConfigMap" and m["metadata"]["name"] == name)
    (file,) = data
    assert _environment("balance")["SKG_BALANCE_TARGETS"] == f"{mounted['mountPath']}/{file}"
    (tmp_path / file).write_text(data[file], "utf-8")
    assert read_targets(tmp_path / file) == read_targets(ROOT / "docs" / "targets.yaml")


def test_other_targets_start_the_balance_process_anew(tmp_path: Path):
    other = tmp_path / "other.yaml"
    other.write_text("scenes: {kitchen: 1}\n")
    changed = _deployments("--set", "balance.enabled=true", "--set-file", f"balance.targets={other}")["balance"]
    before = _deployments(*BALANCED)["balance"]
    assert changed["spec"]["template"]["metadata"] != before["spec"]["template"]["metadata"]


def test_a_balance_process_without_targets_is_refused():
    assert "balance.targets is empty" in words_of_refusal("balance.enabled=true")


def test_the_lag_exporter_is_one_small_process_that_knows_no_store_and_is_off_unless_asked_for():
    assert "lag-exporter" not in _deployments()
    spec = _deployments(*BALANCED)["lag-exporter"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert _container("lag-exporter")["args"] == ["skg", "lag-exporter"]
    assert not [name for name in _environment("lag-exporter") if "S3" in name]
    done = helm("template", "release", str(CHART), "--set", "lagExporter.enabled=true,lagExporter.replicas=2")
    assert done.returncode != 0


def test_values_of_an_older_chart_still_do(tmp_path: Path):
    old = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    for newer in ("balance", "lagExporter", "llm", "mllm", "serviceAccount", "pods", "topics", "maintenance"):
        del old[newer]
    for newer in ("renderer", "startupSeconds", "modelCache", "network", "gallery"):
        del old[newer]
    for stage in old["stages"].values():
        stage["graceSeconds"] = 60
    for newer in ("security", "saslMechanism", "username", "existingSecret", "password", "caFrom", "certSecret"):
        del old["kafka"][newer]
    del old["s3"]["caFrom"]
    chart = shutil.copytree(CHART, tmp_path / "chart")
    (chart / "values.yaml").write_text(yaml.safe_dump(old), "utf-8")
    done = helm("template", "release", str(chart))
    assert done.returncode == 0, done.stderr


@pytest.mark.thorough
def test_kubernetes_itself_would_accept_the_manifests():
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for manifest in [*manifests_of(*BALANCED, *MODELS), *manifests_of(*BALANCED, *SECURED)]:
        kubernetes_validate.validate(manifest, "1.30", strict=True)
