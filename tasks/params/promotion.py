"""Params of the promotion of a trained model."""

from typing import Literal

from pydantic import Field

from tasks.params.base import Params

Promote = Literal["if_not_worse", "if_better", "never", "always"]


class PromotionParams(Params, title="Promotion"):
    """Rule by which a new model takes the champion's place."""

    promote: Promote = Field(
        "if_not_worse",
        title="Promote",
        description=(
            "When the new model becomes the champion, compared on the same validation records. "
            "if_not_worse: it has as many right answers, or fewer by chance (McNemar's test, 5 %) "
            "and no more than one point of accuracy below the best champion. if_better: it has "
            "significantly more. never, always: whatever the comparison says."
        ),
    )
    min_accuracy: float | None = Field(
        None,
        ge=0,
        le=1,
        title="Least accuracy",
        description=(
            "Optional: no model of a lower top-1 accuracy on its validation records is promoted, "
            "whatever the rule."
        ),
        examples=[0.85],
    )
