"""Status and metadata of a model, as TensorFlow Serving's REST API has them."""

from typing import Any

from tasks.serving.served import Served, ServedModel
from tasks.serving.signature import DTYPE_NAMES, Signature, TensorSpec

_OK = {"error_code": "OK", "error_message": ""}


def status(served: Served, model: ServedModel) -> dict[str, Any]:
    """Return the answer to ``GET /v1/models/NAME``: the version that is served.

    If a newer champion cannot be served, the status says why.
    """
    problem = served.problem
    return {
        "model_version_status": [
            {
                "version": str(model.found.version),
                "state": "AVAILABLE",
                "status": {**_OK, "error_message": problem} if problem else _OK,
            }
        ]
    }


def metadata(name: str, model: ServedModel) -> dict[str, Any]:
    """Return the answer to ``GET /v1/models/NAME/metadata``: the signatures."""
    signatures = {key: _signature(one) for key, one in model.model.signatures.items()}
    return {
        "model_spec": {
            "name": name,
            "signature_name": "",
            "version": str(model.found.version),
        },
        "metadata": {"signature_def": {"signature_def": signatures}},
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "inputs": {key: _tensor(spec) for key, spec in signature.inputs.items()},
        "outputs": {key: _tensor(spec) for key, spec in signature.outputs.items()},
        "method_name": signature.method,
    }


def _tensor(spec: TensorSpec) -> dict[str, Any]:
    return {
        "dtype": DTYPE_NAMES[spec.dtype],
        "tensor_shape": {
            "dim": [{"size": str(size), "name": ""} for size in spec.shape or ()],
            "unknown_rank": spec.shape is None,
        },
        "name": spec.name,
    }
