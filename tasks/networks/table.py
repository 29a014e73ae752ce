"""Table of the networks that Graft builds itself."""

from types import MappingProxyType

from tasks.networks.inception import INCEPTION_V1, INCEPTION_V2, INCEPTION_V3
from tasks.networks.mobilenet_v1 import MOBILENETS_V1
from tasks.networks.mobilenet_v2 import MOBILENETS_V2
from tasks.networks.resnet import RESNETS
from tasks.networks.vgg import VGGS

#: Records by name, the default first.
NETWORKS = MappingProxyType(
    {
        network.name: network
        for network in (
            *(INCEPTION_V1, INCEPTION_V2, INCEPTION_V3, *RESNETS, *VGGS),
            *(*MOBILENETS_V1, *MOBILENETS_V2),
        )
    }
)
