"""Hook that submits the training job to Spark.

Uses of the internals of the Spark provider, 5.6.0, are all here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook


class TrainJobHook(SparkSubmitHook):
    """SparkSubmitHook of a job whose driver runs on this machine, whatever the cluster.

    Args:
        env_vars: environment of ``spark-submit``, on top of this process's.
        private_env: more of it, which the provider may not put on a command line.
        on_line: called with every line of the job's log.
        kwargs: the provider's own arguments.
    """

    def __init__(
        self,
        *,
        env_vars: Mapping[str, str] | None = None,
        private_env: Mapping[str, str] | None = None,
        on_line: Callable[[str], None] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(env_vars=dict(env_vars or {}), **kwargs)
        self.submit_env = {**(env_vars or {}), **(private_env or {})}
        self.on_line = on_line

    # The hook has no public way to ask for the connection as it read it.
    @property
    def master(self) -> str:
        """Master URL that ``spark-submit`` gets."""
        return str(self._connection["master"])

    @property
    def deploy_mode(self) -> str | None:
        """Deploy mode that ``spark-submit`` gets; None for its default, which is client."""
        mode: str | None = self._connection["deploy_mode"]
        return mode

    # The hook has no public way to give spark-submit an environment on every kind of cluster: on
    # Kubernetes it is for a driver in a pod, and on YARN it is on the command line as well.
    def _build_spark_submit_command(self, application: str) -> list[str]:
        command: list[str] = super()._build_spark_submit_command(application)
        self._env = self.submit_env
        return command

    def submit(self, application: str = "", **kwargs: Any) -> None:
        """Run ``spark-submit`` to its end.

        Raises:
            AirflowException: it ended with another status than 0.
        """
        # A program may write a path in whatever encoding the file system has.
        super().submit(application, errors="backslashreplace", **kwargs)

    # The hook's log is public, but takes no handler and drops the lines if its level is above INFO.
    def _process_spark_submit_log(self, itr: Iterator[str]) -> None:
        super()._process_spark_submit_log(self._watched(itr))

    def _watched(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            if self.on_line is not None:
                self.on_line(line)
            yield line
