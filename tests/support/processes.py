"""Processes that work below one GRAFT_HOME, and where they can be reached."""

import os
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

# A state in /proc/net/tcp.
_LISTEN = "0A"


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


def listening_in_namespace(process: psutil.Process) -> set[tuple[str, int]]:
    """Return the addresses and ports at which the network of a process has a listener.

    Where the process has a network of its own, these are all the listeners of that network.
    """
    found = set()
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        with suppress(OSError):
            lines = Path(f"/proc/{process.pid}/net/{name}").read_text().splitlines()[1:]
            for local, state in (line.split()[1:4:2] for line in lines):
                if state == _LISTEN:
                    address, _, port = local.partition(":")
                    words = [int(address[i : i + 8], 16) for i in range(0, len(address), 8)]
                    packed = struct.pack(f"={len(words)}I", *words)
                    found.add((socket.inet_ntop(family, packed), int(port, 16)))
    return found
