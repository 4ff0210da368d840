"""The examples of a deployment say what this program takes: options, variables, ports, probes, and keep no secret."""

import itertools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import live
from avatar_live.app import cli
from avatar_live.edge.open_files import OPEN_FILES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "assets" / "deploy"
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
WORKLOADS = ("Deployment", "StatefulSet")
OURS = "avatar-live"


def objects() -> list[dict[str, Any]]:
    return [one for path in MANIFESTS for one in yaml.safe_load_all(path.read_text())]


def of_kind(*kinds: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in objects() if one["kind"] in kinds}


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, workload in of_kind(*WORKLOADS).items():
        for container in workload["spec"]["template"]["spec"]["containers"]:
            yield name, container


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return parsed


def our_commands() -> list[tuple[str, list[str], set[str]]]:
    """Return each start of this program: where it stands, its arguments and the variables that it is given."""
    found = [
        (f"compose {name}", service["command"], set(service["environment"]))
        for name, service in compose()["services"].items()
        if service["image"] == OURS
    ]
    for name, one in containers():
        if one["image"] == OURS:
            found.append((f"kubernetes {name}", one["args"], {variable["name"] for variable in one["env"]}))
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    found.append(("Dockerfile", yaml.safe_load(dockerfile.rpartition("CMD ")[2]), set()))
    return found


def command_of(name: str) -> Any:
    return cli.load(name)


def has_plain_password(value: object) -> bool:
    """Say whether a URL has a password in it that is no reference."""
    found = re.match(r"\w+://[^:/]*:(.*)@", str(value))
    return found is not None and not found[1].startswith(("${", "$("))


@pytest.mark.parametrize("start", our_commands(), ids=lambda start: str(start[0]))
def test_every_start_has_options_and_variables_that_there_are(start: tuple[str, list[str], set[str]]) -> None:
    _, (name, *arguments), variables = start
    command = command_of(name)
    with command.make_context(name, list(arguments)):
        pass  # an unknown option, or a value of the wrong kind, raises
    known = {option.envvar for option in command.params}
    assert {variable for variable in variables if variable.startswith("AVATAR_LIVE_")} <= known


def test_the_manifests_are_whole_and_the_kustomization_names_each() -> None:
    kustomization = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
    assert sorted(kustomization["resources"]) == [path.name for path in MANIFESTS]
    for one in objects():
        assert one["apiVersion"] and one["kind"] and one["metadata"]["name"] and one["spec"], one
    for name, workload in of_kind(*WORKLOADS).items():
        labels = workload["spec"]["template"]["metadata"]["labels"]
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels.items(), name
    assert of_kind("StatefulSet")["room"]["spec"]["replicas"] == 1, "a room has one writer"
    scaled = of_kind("HorizontalPodAutoscaler")["edge"]["spec"]
    assert scaled["scaleTargetRef"]["name"] in of_kind("Deployment")
    assert "replicas" not in of_kind("Deployment")["edge"]["spec"], "else every apply would undo the autoscaler"


def test_services_probes_and_the_ingress_meet_ports_that_containers_open() -> None:
    ports = {name: {port["name"]: port["containerPort"] for port in one["ports"]} for name, one in containers()}
    services = of_kind("Service")
    for name, service in services.items():
        for port in service["spec"]["ports"]:
            assert port["targetPort"] in ports[service["spec"]["selector"]["app"]], name
            assert port["port"] == ports[name][port["targetPort"]], name
    for name, container in containers():
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            way = container.get(probe, {})
            asked = way.get("httpGet") or way.get("tcpSocket")
            assert asked is None or asked["port"] in ports[name], (name, probe)
    (ingress,) = of_kind("Ingress").values()
    ways = {
        one["path"]: one["backend"]["service"] for rule in ingress["spec"]["rules"] for one in rule["http"]["paths"]
    }
    assert (ways["/ws"]["name"], ways["/"]["name"]) == ("edge", "room")
    for way in ways.values():
        assert way["port"]["name"] in {port["name"] for port in services[way["name"]]["spec"]["ports"]}


def test_the_ports_are_those_that_the_arguments_ask_for() -> None:
    for name, container in containers():
        if container["image"] != OURS:
            continue
        asked = {int(value) for option, value in _pairs(container["args"]) if option in ("--port", "--monitor-port")}
        assert asked == {port["containerPort"] for port in container["ports"]}, name
    services = compose()["services"]
    assert dict(_pairs(services["edge"]["command"]))["--port"] in (DEPLOY / "Caddyfile").read_text()
    assert f":{dict(_pairs(services['room']['command']))['--port']}" in (DEPLOY / "Caddyfile").read_text()
    assert services["edge"]["ulimits"]["nofile"] == OPEN_FILES


def test_no_secret_stands_in_a_file() -> None:
    for name, container in containers():
        for variable in container.get("env", ()):
            if "PASSWORD" in variable["name"]:
                assert "secretKeyRef" in variable["valueFrom"], name
            else:
                assert not has_plain_password(variable.get("value", "")), name
    for service in compose()["services"].values():
        assert not any(map(has_plain_password, service.get("environment", {}).values()))
    assert "Secret" not in {one["kind"] for one in objects()}
    assert has_plain_password("redis://:hunter2@redis:6379/0"), "or this test could not fail"


def test_every_container_says_what_it_needs_and_runs_without_rights() -> None:
    for name, container in containers():
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
        assert "memory" in container["resources"]["limits"], name
        assert container["securityContext"]["allowPrivilegeEscalation"] is False, name


def test_the_image_has_what_the_program_loads() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    installed = set(shlex.split(next(line for line in dockerfile.splitlines() if "apt-get install" in line)))
    assert {*live.LIBRARIES.values(), *live.WISHES.values()} <= installed
    python = re.search(r"FROM python:3\.(\d+)", dockerfile)
    node = re.search(r"FROM node:(\d+)", dockerfile)
    assert python and live.PYTHON_OLDEST <= (3, int(python[1])) <= live.PYTHON_NEWEST
    assert node and int(node[1]) >= live.NODE_OLDEST[0]
    for line in dockerfile.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in shlex.split(line)[1:-1]:
                assert (ROOT / source).exists(), source


def _pairs(arguments: list[str]) -> list[tuple[str, str]]:
    return [(one, after) for one, after in itertools.pairwise(arguments) if one.startswith("--")]
