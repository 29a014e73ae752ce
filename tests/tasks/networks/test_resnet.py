import pytest

from tasks.networks.registry import get_network
from tasks.networks.structure import network_variables


@pytest.mark.parametrize(("name", "variables"), [("resnet_v1_50", 265), ("resnet_v2_50", 270)])
def test_normalised_layers_have_a_gamma(name: str, variables: int) -> None:
    found = network_variables(get_network(name))
    assert len(found) == variables
    assert found[f"{name}/block4/unit_3/bottleneck_{name[7:9]}/conv2/BatchNorm/gamma"] == (512,)
    assert not any("logits" in variable for variable in found)


def test_the_weights_of_v2_want_inceptions_preprocessing_at_299() -> None:
    """TF-Slim's README says so; its table of preprocessings says otherwise."""
    first, second = (get_network(f"resnet_{v}_50").preprocessing for v in ("v1", "v2"))
    assert (first.size, first.shorter_side, first.scale) == (224, 256, 1)
    assert (second.size, second.shorter_side, second.crop) == (299, None, 0.875)
