"""Credentials: what is sent and what no message may have."""

from pathlib import Path
from typing import Any

import fsspec
import pytest

from tasks.download.credentials import Credentials
from tasks.download.download import download
from tasks.download.transfer import reason
from tasks.errors import NetworkError

S3 = Credentials(storage_options={"key": "AKIA1", "client": {"urls": ["https://h/?sig=abcd"]}})


def test_repr_shows_nothing() -> None:
    assert repr(Credentials("me", "pa55")) == "Credentials(***)"
    assert str(S3) == "Credentials(***)"


@pytest.mark.parametrize(
    ("credentials", "headers"),
    [
        (Credentials(), {}),
        (Credentials(headers={"X-Key": "k"}), {"X-Key": "k"}),
        # The example of RFC 7617, section 2.
        (
            Credentials("Aladdin", "open sesame"),
            {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        ),
        (
            Credentials("Aladdin", "x", {"Authorization": "Bearer t"}),
            {"Authorization": "Bearer t"},
        ),
    ],
)
def test_http_headers(credentials: Credentials, headers: dict[str, str]) -> None:
    assert credentials.http_headers == headers


def test_secrets_are_every_text_in_every_spelling() -> None:
    assert {"AKIA1", "https://h/?sig=abcd", "https%3A%2F%2Fh%2F%3Fsig%3Dabcd"} <= S3.secrets
    assert {"pa55 word", "pa55%20word"} <= Credentials("me", "pa55 word").secrets
    assert {"QWxhZGRpbjpvcGVuIHNlc2FtZQ=="} <= {
        secret.removeprefix("Basic ") for secret in Credentials("Aladdin", "open sesame").secrets
    }


def test_a_reason_has_none_of_them() -> None:
    error = OSError("InvalidAccessKeyId: the key akia1 of https://h/?sig=abcd is unknown")
    assert (
        reason(error, "s3://bucket/a.tar", S3)
        == "InvalidAccessKeyId: the key *** of *** is unknown"
    )


def test_options_reach_the_file_system_and_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = type(fsspec.filesystem("memory"))

    def info(self: Any, path: str) -> None:
        raise RuntimeError(f"{path}: denied to {self.storage_options}")

    monkeypatch.setattr(memory, "info", info)
    with pytest.raises(NetworkError, match=r"a.tar: denied to \{'key': '\*\*\*'\}") as denied:
        download(
            "memory://bucket/a.tar",
            tmp_path,
            credentials=Credentials(storage_options={"key": "AKIA1"}),
        )
    assert "AKIA1" not in str(denied.value)
