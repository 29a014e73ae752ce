"""Airflow plugin: a page in the navigation, a tab on every run, a note on each of Graft's runs."""

import functools
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from graft_airflow import listener
from graft_airflow.pages import EXTERNAL_VIEWS, fastapi_app


class GraftPlugin(AirflowPlugin):
    """Registration of the pages and of the listener that writes the notes."""

    name = "graft"
    external_views = EXTERNAL_VIEWS
    listeners = [listener]  # noqa: RUF012 - Airflow's own class declares it so

    # Every process of Airflow loads plugins; only the api-server asks for applications.
    @functools.cached_property
    def fastapi_apps(self) -> list[Any]:  # type: ignore[override] # Airflow reads it as an attribute
        """The pages, behind Airflow's login."""
        return [fastapi_app()]
