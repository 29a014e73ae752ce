"""Results of ``make bench``: rates, times, accuracy, memory, and ratios with their goals."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.processes import Measured
from tasks.runs.metrics import RunMetrics

#: Name of every ratio: its description and its goal.
RATIOS = {
    "bigdl_over_getrdd": ("bigdl over BigDL's own getRDD", ">= 10"),
    "bigdl_over_tensorflow": ("bigdl over the tensorflow engine", ">= 0.50"),
    "features_over_forward": ("features, cold, over TensorFlow's forward pass alone", ">= 0.80"),
    "job_over_plain_script": ("whole job, cold, over the plain script", "<= 1.00"),
    "warm_over_cold": ("job on cached features over cold", "<= 0.25"),
}


def summarise(
    measured: Mapping[str, Measured], metrics: Mapping[str, RunMetrics]
) -> dict[str, Any]:
    """Return the results as JSON types.

    Args:
        measured: the programs ``forward_only``, ``plain_script`` and ``getrdd``, whose output ends
            with their result, and the jobs ``cold``, ``warm`` and ``tensorflow``.
        metrics: of the jobs ``cold``, ``tensorflow`` and ``checked``.
    """
    rates = _rates(measured, metrics)
    parity = metrics["checked"].parity or {}
    return {
        "records": _records(metrics),
        "images_per_second": rates,
        "seconds": {
            "job_cold": measured["cold"].seconds,
            "job_warm": measured["warm"].seconds,
            "job_cold_tensorflow": measured["tensorflow"].seconds,
            "plain_script": measured["plain_script"].seconds,
            "check_parity": metrics["checked"].stages["parity"],
        },
        "stages_cold": metrics["cold"].stages,
        "top1": {
            "bigdl": metrics["cold"].top1,
            "tensorflow": metrics["tensorflow"].top1,
            "plain_script": _printed(measured["plain_script"]),
        },
        "largest_relative_difference": parity["largest_relative_difference"],
        "ratios": _ratios(rates, measured),
        "peak_mib": {
            "bigdl": measured["cold"].peak_lines(),
            "tensorflow": measured["tensorflow"].peak_lines(),
        },
    }


def _records(metrics: Mapping[str, RunMetrics]) -> int:
    return sum(metrics["cold"].records)


def _rates(measured: Mapping[str, Measured], metrics: Mapping[str, RunMetrics]) -> dict[str, float]:
    """Return images per second, by engine or program."""
    records = _records(metrics)
    return {
        "forward_only": _printed(measured["forward_only"]),
        "bigdl": records / metrics["cold"].stages["features"],
        "tensorflow": records / metrics["tensorflow"].stages["features"],
        "getrdd": _printed(measured["getrdd"]),
    }


def _printed(program: Measured) -> float:
    """Return the last word of a program's output, which is its result."""
    return float(program.output.split()[-1])


def _ratios(rates: Mapping[str, float], measured: Mapping[str, Measured]) -> dict[str, float]:
    cold = measured["cold"].seconds
    return {
        "bigdl_over_getrdd": rates["bigdl"] / rates["getrdd"],
        "bigdl_over_tensorflow": rates["bigdl"] / rates["tensorflow"],
        "features_over_forward": rates["bigdl"] / rates["forward_only"],
        "job_over_plain_script": cold / measured["plain_script"].seconds,
        "warm_over_cold": measured["warm"].seconds / cold,
    }


def report(results: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that show the results."""
    yield f"{results['records']:,} records"
    for key, (text, goal) in RATIOS.items():
        yield f"{text:<54} {results['ratios'][key]:6.2f}  (goal {goal})"
    for title in ("images_per_second", "seconds", "stages_cold", "top1"):
        yield f"{title}: " + ", ".join(f"{k} {v:.4g}" for k, v in results[title].items())
    yield f"largest relative difference {results['largest_relative_difference']:.1e}"
    for engine, lines in results["peak_mib"].items():
        yield f"peak resident memory of the cold job, {engine}"
        yield from (f"  {line}" for line in lines)
