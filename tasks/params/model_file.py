"""Params of a network that is a model's file; shown with the network."""

from typing import Self

from pydantic import Field, model_validator

from tasks.networks.recipe import PREPROCESSINGS
from tasks.params.base import PREPROCESSING, Params
from tasks.params.network import FILE, NetworkParams


class ModelFileParams(Params, title="Network"):
    """Facts that a model's file does not state itself."""

    preprocessing: str | None = Field(
        None,
        pattern=PREPROCESSING,
        title="Preprocessing of the file",
        description=(
            "For network file: what a picture becomes before the model sees it. inception and vgg "
            "are TF-Slim's, keras:caffe, keras:tf and keras:torch are the modes of Keras' "
            "preprocess_input; none: the model takes the bytes 0 to 255."
        ),
        examples=list(PREPROCESSINGS),
    )
    feature_node: str | None = Field(
        None,
        min_length=1,
        max_length=1000,
        title="Feature node of the file",
        description=(
            "For network file: the node, or the Keras layer, whose values are the features. Empty: "
            "the last pooling of whole pictures."
        ),
        examples=["avg_pool"],
    )
    image_size: int | None = Field(
        None,
        ge=8,
        le=2048,
        title="Image size of the file",
        description="For network file: height and width of its input, if the model leaves it open.",
        examples=[224],
        json_schema_extra={"unit": "pixels"},
    )


class CheckedNetworkParams(ModelFileParams, NetworkParams):
    """Both groups, each with what it needs of the other."""

    @model_validator(mode="after")
    def _fit(self) -> Self:
        given = [name for name in ModelFileParams.model_fields if getattr(self, name) is not None]
        if self.network != FILE:
            if given:
                raise ValueError(
                    f"{given[0]} is for network {FILE}, but network is {self.network}: leave "
                    f"{given[0]} empty"
                )
            return self
        if self.checkpoint_url is None:
            raise ValueError(f"network is {FILE}: give checkpoint_url, the model's file or folder")
        if self.ema:
            raise ValueError(f"ema is for checkpoints, but network is {FILE}: leave it false")
        if self.preprocessing is None:
            raise ValueError(
                f"network is {FILE}: give preprocessing, one of {', '.join(PREPROCESSINGS)}; none "
                "if the model has its own, such as Keras' Rescaling"
            )
        return self
