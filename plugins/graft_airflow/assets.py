"""What other DAGs can follow, and be followed by: the data set, and the model made of it."""

from airflow.sdk import Asset

#: Whoever publishes a new version of the data set names it as outlet; the DAG trains on it then.
DATASET = Asset(name="flowers_dataset", uri="graft://dataset/flowers", group="dataset")

#: Updated by every finished training; the event's extra has the model's ``digest`` and ``path``,
#: its ``accuracy`` (top-1, on the validation records) and the ``run_id``.
MODEL = Asset(name="flowers_model", uri="graft://model/flowers", group="model")
