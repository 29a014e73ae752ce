"""The imports that are allowed between dags, plugins, tasks and deploy, and within tasks."""

import ast
import graphlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.python_programs import program
from tasks.storage.paths import CHECKOUT

LAYERS = ("tasks", "dags", "plugins")
MODULES = sorted(path for layer in LAYERS for path in (CHECKOUT / layer).rglob("*.py"))
#: Of tasks, what costs a DAG's parse nothing.
LIGHT = {
    "datasets.pair",
    "download.credentials",
    "errors",
    "evaluation.interval",
    "evaluation.record",
    "networks.inception",
    "networks.mobilenet",
    "networks.mobilenet_v1",
    "networks.mobilenet_v2",
    "networks.network",
    "networks.recipe",
    "networks.registry",
    "networks.resnet",
    "networks.slim",
    "networks.slim_library",
    "networks.slim_published",
    "networks.table",
    "networks.tensorflow",
    "networks.vgg",
    "params.base",
    "params.data",
    "params.definitions",
    "params.flags",
    "params.model_file",
    "params.network",
    "params.notices",
    "params.parser",
    "params.places",
    "params.promotion",
    "params.scoring",
    "params.spark",
    "params.training",
    "params.help",
    "params.installation",
    "pipelines.folder",
    "pipelines.names",
    "pipelines.pipeline",
    "runs.artifact_record",
    "runs.data_record",
    "runs.engine_record",
    "runs.evaluation_text",
    "runs.exclusion_record",
    "runs.markdown",
    "runs.metrics",
    "runs.note",
    "runs.outcome",
    "runs.pipeline_run",
    "runs.promotion_record",
    "runs.record",
    "runs.sweep_record",
    "runs.tracking_record",
    "runs.training_record",
    "runs.typed_json",
    "spark.failures",
    "spark.parent_guard",
    "spark.private_conf",
    "spark.runtime",
    "spark.settings",
    "spark.user",
    "storage.artifact",
    "storage.content",
    "storage.files",
    "storage.local_files",
    "storage.locations",
    "storage.manifest",
    "storage.paths",
    "storage.redaction",
    "storage.shown",
    "storage.progress",
    "storage.proof",
    "storage.use",
    "training.arguments",
    "visible",
    "whole_number",
}
#: The folders and modules of tasks, the lowest first: each imports only those before it.
ROOMS = (
    "visible",
    "whole_number",
    "errors",
    "storage",
    "networks",
    "params",
    "pipelines",
    "download",
    "datasets",
    "spark",
    "conversion",
    "evaluation",
    "runs",
    "dumps",
    "model_files",
    "sample",
    "features",
    "models",
    "registry",
    "scoring",
    "training",
    "exports",
    "data_checks",
    "tracking",
    "housekeeping",
    "serving",
    "report",
    "steps",
    "train_job",
    "convert_job",
    "score_job",
)
_PROVIDER = "airflow.providers.openlineage"
HEAVY = (
    "openlineage",
    "tensorflow",
    "tf_slim",
    "keras",
    "tf_keras",
    "pyspark",
    "py4j",
    "bigdl",
    "mlflow",
    "numpy",
    "pandas",
)


def name_of(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def imports(node: ast.AST, *, nested: bool) -> Iterator[tuple[str, int]]:
    """Yield module and level of every import; those in functions only if ``nested``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, 0) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            module = child.module or ""
            yield module, child.level
            # "from tasks import pipeline" imports a module, too.
            yield from (
                (f"{module}.{a.name}", child.level) for a in child.names if module == "tasks"
            )
        if nested or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(child, nested=nested)


def imported(path: Path, *, nested: bool) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {module for module, _ in imports(tree, nested=nested)}


def tasks_of(path: Path, *, nested: bool) -> set[str]:
    """Modules of tasks that a module imports, without the package's name."""
    found = imported(path, nested=nested)
    return {module.removeprefix("tasks.") for module in found if module.startswith("tasks.")}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_relative_imports(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [module for module, level in imports(tree, nested=True) if level]


@pytest.mark.parametrize("path", sorted((CHECKOUT / "tasks").rglob("*.py")), ids=name_of)
def test_tasks_know_nothing_of_airflow(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported(path, nested=True)}
    assert not roots & {"airflow", "graft_airflow"}


@pytest.mark.parametrize("layer", ["dags", "plugins"])
def test_dags_and_plugins_import_only_light_modules_when_they_are_parsed(layer: str) -> None:
    for path in (CHECKOUT / layer).rglob("*.py"):
        assert tasks_of(path, nested=False) <= LIGHT, name_of(path)
        roots = {module.split(".")[0] for module in imported(path, nested=True)}
        third = roots - set(sys.stdlib_module_names)
        # sqlalchemy: what Airflow hands a listener is a row of its data base.
        known = {"airflow", "fastapi", "sqlalchemy", "tasks", "graft_airflow"}
        # Its provider asks for lineage where somebody turned it on.
        lineage = {"openlineage"} if path.stem == "lineage_facets" else set()
        assert third <= known | lineage, name_of(path)


def test_lineage_costs_a_parse_nothing() -> None:
    """Only the provider asks for it, and only where somebody turned it on."""
    for path in MODULES:
        found = imported(path, nested=False)
        assert not [m for m in found if m.startswith(("openlineage", _PROVIDER))], name_of(path)


def test_nothing_imports_deploy_and_deploy_imports_no_airflow() -> None:
    """It is above all: it starts Airflow as a user does."""
    for path in MODULES:
        roots = {module.split(".")[0] for module in imported(path, nested=True)}
        assert "deploy" not in roots, name_of(path)
    for path in (CHECKOUT / "deploy").rglob("*.py"):
        roots = {module.split(".")[0] for module in imported(path, nested=True)}
        assert not roots & {"airflow", "graft_airflow"}, name_of(path)


def test_a_dags_imports_of_tasks_are_in_the_steps_not_in_the_dag() -> None:
    """The body of a function under ``@dag`` runs at every parse."""
    for path in (CHECKOUT / "dags").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(called, ast.Name) and called.id == "dag":
                    assert not list(imports(node, nested=True))


def test_tasks_have_no_cycles() -> None:
    modules = {
        ".".join(path.relative_to(CHECKOUT / "tasks").with_suffix("").parts): path
        for path in (CHECKOUT / "tasks").rglob("*.py")
        if path.name != "__init__.py"
    }
    graph = {name: tasks_of(path, nested=True) & set(modules) for name, path in modules.items()}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert set(order) == set(modules)


def room_of(module: str) -> str:
    """Return the folder of a module of tasks; a module beside the folders is a room by itself."""
    return module.split(".", maxsplit=1)[0]


def test_rooms_import_only_rooms_below_them() -> None:
    for path in (CHECKOUT / "tasks").rglob("*.py"):
        ours = room_of(".".join(path.relative_to(CHECKOUT / "tasks").with_suffix("").parts))
        if ours == "__init__":
            continue
        theirs = {room_of(module) for module in tasks_of(path, nested=True)} - {ours}
        above = [room for room in theirs if ROOMS.index(room) >= ROOMS.index(ours)]
        assert not above, f"{name_of(path)} imports from {above}"


def test_no_name_that_would_shadow_another_package() -> None:
    """Airflow puts dags/ and plugins/ on the path."""
    for layer in ("dags", "plugins"):
        names = {path.stem for path in (CHECKOUT / layer).iterdir()}
        assert not names & {"tasks", "config", "utils"}
        assert not names & (set(sys.stdlib_module_names) | {"tests", "airflow"})


def test_tests_are_no_package() -> None:
    """With an ``__init__.py``, tests/tasks would shadow tasks."""
    assert not list((CHECKOUT / "tests").rglob("__init__.py"))


def test_importing_the_dag_imports_nothing_heavy(tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
    ran = subprocess.run(
        [sys.executable, program("modules_of_dag")],
        cwd=CHECKOUT,
        env={**env, "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": f"{CHECKOUT}:plugins"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    modules = json.loads(ran.stdout.splitlines()[-1])
    assert "airflow.sdk" in modules
    assert not {module.split(".")[0] for module in modules} & set(HEAVY)
    rooms = {path.name for path in (CHECKOUT / "tasks").iterdir()}
    ours = {m.removeprefix("tasks.") for m in modules if m.startswith("tasks.")}
    assert ours - rooms <= LIGHT
