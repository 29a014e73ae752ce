"""Processes that work below one GRAFT_HOME, and where they can be reached."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def processes_of(home: Path, *words: str) -> list[psutil.Process]:
    """Return the other processes with this GRAFT_HOME and all ``words`` in their command lines."""
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and _belongs_to(process, home, words)
    ]


def _belongs_to(process: psutil.Process, home: Path, words: Iterable[str]) -> bool:
    with suppress(psutil.Error):
        return process.environ().get("GRAFT_HOME") == str(home) and (
            not words or all(word in " ".join(process.cmdline()) for word in words)
        )
    return False


def listening(processes: Iterable[psutil.Process]) -> set[tuple[str, int]]:
    """Return the addresses and ports at which processes can be reached."""
    found = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN or not connection.raddr:
                    found.add((connection.laddr.ip, connection.laddr.port))
    return found
