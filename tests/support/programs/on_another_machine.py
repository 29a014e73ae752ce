"""Runs a command as on a machine that is not made for Graft: arguments are its words.

In namespaces of its own, so the machine that it runs on does not change. Needs root.
GRAFT_TEST_MACHINE has the settings as JSON: see ``Machine``.
"""

import fcntl
import json
import os
import resource
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_UNSHARE = ("unshare", "--mount", "--uts", "--net")
# ioctl and flag of <linux/if.h>: set an interface's flags, and the one that brings it up.
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


@dataclass
class Machine:
    """A machine.

    Attributes:
        host_name: need not resolve.
        hosts: content of /etc/hosts.
        ports: of 127.0.0.1, taken by others.
        read_only: folders that nobody may write.
        open_files: how many a process may have, and how many it may ask for.
        user: id of a user without a name.
    """

    host_name: str
    hosts: str
    ports: list[int]
    read_only: list[str]
    open_files: tuple[int, int]
    user: int


def main() -> int:
    """Enter the namespaces, then prepare the machine and run the command."""
    inside = "GRAFT_TEST_INSIDE"
    if inside not in os.environ:
        os.environ[inside] = "1"
        words = [*_UNSHARE, sys.executable, *sys.argv]
        os.execvp(words[0], words)  # noqa: S606 - no shell is wanted
    machine = Machine(**json.loads(os.environ.pop("GRAFT_TEST_MACHINE")))
    del os.environ[inside]
    prepare(machine)
    taken = [listen(port) for port in machine.ports]
    user = [f"--map-user={machine.user}", f"--map-group={machine.user}"]
    # The machine's own root by other names: what root may read, this user may.
    status = subprocess.run(["unshare", "--user", *user, *sys.argv[1:]]).returncode
    for port in taken:
        port.close()
    return status


def prepare(machine: Machine) -> None:
    """Make this process's namespaces look like the machine."""
    socket.sethostname(machine.host_name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        # The loopback interface is all there is; no route leads elsewhere.
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    hosts = Path(os.environ["GRAFT_HOME"]).parent / "hosts"
    hosts.write_text(machine.hosts)
    mount("--bind", str(hosts), "/etc/hosts")
    for folder in machine.read_only:
        mount("--bind", folder, folder)
        mount("-o", "remount,bind,ro", folder)
    os.umask(0o077)
    soft, hard = machine.open_files
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    os.environ.pop("HOME", None)


def mount(*words: str) -> None:
    """Run mount."""
    subprocess.run(["mount", *words], check=True)


def listen(port: int) -> socket.socket:
    """Take a port."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", port))
    taken.listen()
    return taken


sys.exit(main())
