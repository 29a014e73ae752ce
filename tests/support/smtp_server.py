"""A mail server on the loopback interface that keeps the mails which it gets."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from support.network import LOOPBACK


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP (RFC 5321) as a client needs to deliver a mail.

    Attributes:
        mails: what was delivered.
        recipients: to whom, as the envelopes say.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Session)
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say(b"220 ready")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper().strip()
            if verb == b"RCPT":
                self.server.recipients.append(line.split(b"<")[1].split(b">")[0].decode())
            if verb == b"DATA":
                self.say(b"354 go on")
                self.receive()
            self.say(b"221 bye" if verb == b"QUIT" else b"250 done")
            if verb == b"QUIT":
                return

    def receive(self) -> None:
        lines = [
            line.removeprefix(b".") if line.startswith(b"..") else line
            for line in iter(self.rfile.readline, b".\r\n")
        ]
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self.server.mails.append(mail)

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextmanager
def serve_mail() -> Iterator[MailServer]:
    """Serve until the end of the block."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
