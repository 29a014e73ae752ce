"""docker-compose.yml, without an engine."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.connection import SPARK_CONNECTION, spark_master
from support.compose import read_compose
from tasks.errors import SetupError
from tasks.spark.authentication import SECRET
from tasks.spark.runtime import spark_home
from tasks.storage.paths import CHECKOUT, Home

Services = dict[str, dict[str, Any]]

FILE = CHECKOUT / "docker-compose.yml"
AIRFLOW = (
    "airflow-init",
    "airflow-apiserver",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
)
SPARK = ("spark-master", "spark-worker")
SERVE = "serve"
GRAFT = (*AIRFLOW, *SPARK, SERVE)
#: What ends by itself.
ONCE = "airflow-init"
LASTING = ("postgres", *(name for name in GRAFT if name != ONCE))
BINARIES = Path(sys.prefix) / "bin"


def test_is_a_compose_file() -> None:
    ran = subprocess.run(
        [BINARIES / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout


def test_has_these_services_and_no_other(services: Services) -> None:
    assert set(services) == {"postgres", "mlflow", *GRAFT}
    assert [name for name in services if "profiles" in services[name]] == ["mlflow"]


def test_the_client_reads_it(dotenv: dict[str, str], tmp_path: Path) -> None:
    command = ["docker", "compose", "--file", str(FILE), "--project-directory", str(tmp_path)]
    try:
        subprocess.run([*command[:2], "version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no docker client with the compose plugin")
    ours = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    without = subprocess.run([*command, "config"], env=ours, capture_output=True, text=True)
    assert "make up writes it into a new .env" in without.stderr
    ran = subprocess.run(
        [*command, "config", "--format", "json"],
        env={**ours, **dotenv},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert set(json.loads(ran.stdout)["services"]) == {"postgres", *GRAFT}


@pytest.mark.parametrize(
    "name",
    [
        "GRAFT_POSTGRES_PASSWORD",
        "GRAFT_FERNET_KEY",
        "GRAFT_JWT_SECRET",
        "GRAFT_SECRET_KEY",
        "GRAFT_SPARK_SECRET",
        "GRAFT_PASSWORDS",
    ],
)
def test_asks_for_a_secret_that_is_missing(name: str, dotenv: dict[str, str]) -> None:
    with pytest.raises(SetupError, match=rf"{name} .*: make up writes it into a new \.env"):
        read_compose({**dotenv, name: ""})


def test_holds_no_secret() -> None:
    for line in FILE.read_text().splitlines():
        if re.search(r"(PASSWORD|PASSWORDS|SECRET|SECRET_KEY|FERNET_KEY|SQL_ALCHEMY_CONN):", line):
            assert "${GRAFT_" in line, line
            assert ":?" in line, line


@pytest.mark.parametrize("name", GRAFT)
def test_every_role_is_the_same_image_with_the_same_home(name: str, services: Services) -> None:
    service = services[name]
    assert (service["image"], service["build"]["context"]) == ("graft", ".")
    assert service["volumes"] == ["home:/opt/graft/work"]
    assert service["environment"]["GRAFT_HOME"] == "/opt/graft/work"
    assert service["init"]


def test_the_image_holds_graft_where_the_services_look_for_it(services: Services) -> None:
    text = (CHECKOUT / "Dockerfile").read_text()
    assert text.count("\nWORKDIR ") == text.count("\nWORKDIR /opt/graft\n") == 3
    home = Home(Path(services["spark-worker"]["environment"]["GRAFT_HOME"]))
    assert home.root == Path("/opt/graft") / Home.from_environ({}).root.relative_to(CHECKOUT)


def test_mounts_volumes_only(services: Services) -> None:
    """A bind mount would make the image's content depend on the host."""
    named = {volume.split(":")[0] for s in services.values() for volume in s["volumes"]}
    assert named == set(yaml.safe_load(FILE.read_text())["volumes"])


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_checked_restarted_and_limited(name: str, services: Services) -> None:
    service = services[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert re.fullmatch(r"\d+[mg]", service["deploy"]["resources"]["limits"]["memory"])


def test_the_migration_runs_once_before_all_of_airflow(services: Services) -> None:
    assert services[ONCE]["restart"] == "no"
    assert services[ONCE]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in AIRFLOW:
        if name != ONCE:
            waits = services[name]["depends_on"]
            assert waits[ONCE] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["postgres", "mlflow", *GRAFT])
def test_nothing_gets_rights_that_it_does_not_need(name: str, services: Services) -> None:
    service = services[name]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_postgres_writes_to_its_volume_alone(services: Services) -> None:
    postgres = services["postgres"]
    # Not root, who would first need the right to become another user.
    assert postgres["user"] == "postgres"
    assert postgres["read_only"]
    assert postgres["volumes"] == ["postgres:/var/lib/postgresql/data"]
    # Where it keeps its socket.
    assert "/var/run/postgresql" in postgres["tmpfs"]


def test_other_peoples_images_are_pinned(services: Services) -> None:
    pinned = r"\w+:\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}"
    assert re.fullmatch(pinned, services["postgres"]["image"])
    sources = re.findall(r"^FROM (\S+)", (CHECKOUT / "Dockerfile").read_text(), re.M)
    assert re.fullmatch(pinned, sources[0])
    assert set(sources[1:]) <= {"base", "lock"}


def test_who_can_reach_whom(services: Services, dotenv: dict[str, str]) -> None:
    file = read_compose(dotenv)
    assert file["networks"]["database"] == {"internal": True}
    members: dict[str, set[str]] = {network: set() for network in file["networks"]}
    for name, service in services.items():
        for network in service["networks"]:
            members[network].add(name)
    assert members == {
        "database": {"postgres", *AIRFLOW},
        "airflow": {"mlflow", *AIRFLOW} - {ONCE},
        "spark": {"airflow-scheduler", *SPARK},
        # It reads pictures from outside, and reaches nobody.
        "serving": {SERVE},
    }


def test_the_driver_can_be_reached_in_the_network_of_spark(services: Services) -> None:
    """Its container has other addresses, too, and Spark would choose one of them."""
    scheduler = services["airflow-scheduler"]
    conf = json.loads(scheduler["environment"][SPARK_CONNECTION])["extra"]["conf"]
    assert conf == {
        "spark.driver.host": scheduler["hostname"],
        "spark.driver.bindAddress": "0.0.0.0",  # noqa: S104 - all of a container's networks
    }


@pytest.mark.parametrize("name", ["airflow-scheduler", *SPARK])
def test_all_of_spark_has_the_same_secret(
    name: str, services: Services, dotenv: dict[str, str]
) -> None:
    assert services[name]["environment"][SECRET] == dotenv[SECRET]


@pytest.mark.parametrize("name", sorted({*AIRFLOW, SERVE} - {"airflow-scheduler"}))
def test_who_runs_no_driver_has_no_secret_of_spark(name: str, services: Services) -> None:
    assert SECRET not in services[name]["environment"]


def test_proxies_are_handed_on(dotenv: dict[str, str]) -> None:
    theirs = {
        "http_proxy": "http://lower:3128",
        "HTTPS_PROXY": "http://upper:3128",
        "no_proxy": "intranet.example,[::1]",
    }
    services = read_compose({**dotenv, **theirs})["services"]
    for name in (*AIRFLOW, "spark-worker"):
        for given in (services[name]["environment"], services[name]["build"]["args"]):
            assert given["HTTP_PROXY"] == "http://lower:3128"
            assert given["HTTPS_PROXY"] == "http://upper:3128"
            # The roles reach each other without a proxy, too.
            without = given["NO_PROXY"].split(",")
            assert {"intranet.example", "airflow-apiserver", "localhost"} <= set(without)


def test_without_proxies_there_are_none(services: Services) -> None:
    assert services["airflow-scheduler"]["environment"]["HTTP_PROXY"] == ""


def test_waits_only_for_what_can_be_waited_for(services: Services) -> None:
    for service in services.values():
        for other, wait in service.get("depends_on", {}).items():
            healthy = wait["condition"] == "service_healthy"
            assert healthy == ("healthcheck" in services[other])


def test_publishes_on_this_machine_only(services: Services) -> None:
    published = {name: s["ports"] for name, s in services.items() if "ports" in s}
    assert published == {
        "airflow-apiserver": ["127.0.0.1:8080:8080"],
        "airflow-scheduler": ["127.0.0.1:4040:4040"],
        "spark-master": ["127.0.0.1:8081:8081"],
        SERVE: ["127.0.0.1:8501:8501"],
        "mlflow": ["127.0.0.1:5000:5000"],
    }


def test_mlflows_server_is_of_the_clients_version() -> None:
    locks = [(CHECKOUT / f"requirements{name}.txt").read_text() for name in ("", "-mlflow")]
    client, server = (re.search(r"^mlflow(?:-skinny)?==(\S+)", lock, re.M) for lock in locks)
    assert client
    assert server
    assert client[1] == server[1]


def test_env_chooses_addresses_and_sizes(dotenv: dict[str, str]) -> None:
    chosen = {
        "GRAFT_BIND": "0.0.0.0",  # noqa: S104 - what a user may write
        "GRAFT_PORT": "80",
        "GRAFT_WORKER_CORES": "8",
        "GRAFT_WORKER_MEMORY": "16g",
        "GRAFT_WORKER_LIMIT": "24g",
        "GRAFT_SCHEDULER_LIMIT": "12g",
        "GRAFT_HOST": "graft.example",
        "GRAFT_SCHEDULE": "@daily",
        "GRAFT_PARAMS": '{"epochs": 20}',
    }
    services = read_compose({**dotenv, **chosen})["services"]
    assert services["airflow-apiserver"]["ports"] == ["0.0.0.0:80:8080"]
    assert services["airflow-scheduler"]["deploy"]["resources"]["limits"]["memory"] == "12g"
    scheduler = services["airflow-scheduler"]["environment"]
    assert scheduler["SPARK_PUBLIC_DNS"] == "graft.example"
    for name in ("airflow-scheduler", "airflow-dag-processor"):
        environment = services[name]["environment"]
        assert environment["GRAFT_SCHEDULE"] == "@daily"
        assert environment["GRAFT_PARAMS"] == '{"epochs": 20}'
        assert environment["GRAFT_PIPELINES"] == f"{environment['GRAFT_HOME']}/pipelines"
    worker = services["spark-worker"]
    assert worker["environment"]["SPARK_WORKER_CORES"] == "8"
    assert worker["environment"]["SPARK_WORKER_MEMORY"] == "16g"
    assert worker["deploy"]["resources"]["limits"] == {"cpus": "8", "memory": "24g"}


def test_workers_can_be_scaled(services: Services) -> None:
    assert not services["spark-worker"].keys() & {"container_name", "hostname", "ports"}


@pytest.mark.parametrize("name", GRAFT)
def test_the_command_is_a_program_of_the_lock(name: str, services: Services) -> None:
    command = services[name]["command"]
    assert isinstance(command, list)
    assert os.access(BINARIES / command[0], os.X_OK)


@pytest.mark.parametrize("name", AIRFLOW)
def test_airflow_has_the_command(name: str, services: Services) -> None:
    from airflow.cli.cli_parser import get_parser

    program, *arguments = services[name]["command"]
    assert program == "airflow"
    assert get_parser().parse_args(arguments).func


@pytest.mark.parametrize("name", SPARK)
def test_spark_has_the_class(name: str, services: Services) -> None:
    program, main_class = services[name]["command"][:2]
    assert program == "spark-class"
    (jar,) = (spark_home() / "jars").glob("spark-core_*.jar")
    ran = subprocess.run([sys.executable, "-m", "zipfile", "-l", jar], capture_output=True)
    assert f"{main_class.replace('.', '/')}.class".encode() in ran.stdout


def test_the_models_server_has_the_options(services: Services, tmp_path: Path) -> None:
    service = services[SERVE]
    # An address of no machine, so that it ends there.
    command = [{"0.0.0.0": "192.0.2.1"}.get(word, word) for word in service["command"]]  # noqa: S104 - replaced
    ran = subprocess.run(
        [BINARIES / command[0], *command[1:]],
        cwd=CHECKOUT,
        env={**service["environment"], "PATH": os.environ["PATH"], "GRAFT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ran.stderr.startswith("error: 192.0.2.1 port 8501 cannot be used: "), ran.stderr


def test_airflow_knows_every_option(services: Services) -> None:
    from airflow.configuration import conf

    known = conf.configuration_description
    for name in AIRFLOW:
        for variable in services[name]["environment"]:
            if variable.startswith("AIRFLOW__"):
                _, section, option = variable.lower().split("__")
                assert option in known[section]["options"], variable


def test_all_of_airflow_has_the_same_secrets_data_base_and_connection(services: Services) -> None:
    shared = [
        {k: v for k, v in services[name]["environment"].items() if k.startswith("AIRFLOW")}
        for name in AIRFLOW
    ]
    own = {
        f"AIRFLOW__SCHEDULER__{option}"
        for option in ("ENABLE_HEALTH_CHECK", "SCHEDULER_HEALTH_CHECK_SERVER_PORT")
    }
    for environment in shared:
        assert {k: v for k, v in environment.items() if k not in own} == shared[0]
    assert shared[0]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == (
        "http://airflow-apiserver:8080/execution/"
    )


def test_spark_and_the_models_server_get_no_secret_of_airflow(
    services: Services, dotenv: dict[str, str]
) -> None:
    secrets = {v for k, v in dotenv.items() if k not in {"GRAFT_USERS", SECRET}}
    for name in (*SPARK, SERVE):
        assert not secrets & set(services[name]["environment"].values())


def test_spark_the_worker_and_airflow_mean_the_same_master(services: Services) -> None:
    environment = services["spark-master"]["environment"]
    master = f"spark://{environment['SPARK_MASTER_HOST']}:{environment['SPARK_MASTER_PORT']}"
    assert services["spark-worker"]["command"][2] == master == "spark://spark-master:7077"
    connection = services["airflow-scheduler"]["environment"][SPARK_CONNECTION]
    assert spark_master(connection) == master


def test_health_checks_ask_the_ports_that_are_set(services: Services) -> None:
    for name in GRAFT:
        if name == ONCE:
            continue
        kind, line = services[name]["healthcheck"]["test"]
        asked = re.findall(r"\$\{?(\w+)", line)
        assert kind == "CMD-SHELL"
        assert line.startswith(".venv/bin/python -m deploy.healthy ")
        assert len(asked) == 1
        assert services[name]["environment"][asked[0]]
