import pytest

from tasks.errors import ParamsError
from tasks.params.setting import read_setting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epochs=5", ("epochs", "5")),
        (" epochs =5 ", ("epochs", "5 ")),
        ("url=https://x/?a=b", ("url", "https://x/?a=b")),
        ("crop=", ("crop", "")),
    ],
)
def test_name_and_value(text: str, expected: tuple[str, str]) -> None:
    assert read_setting(text, example="epochs=5") == expected


def test_a_text_without_a_name_is_not_repeated() -> None:
    with pytest.raises(ParamsError) as refused:
        read_setting("https://me:secret@x/", example="epochs=5")
    assert str(refused.value) == "a param has no '=' in it, expected NAME=VALUE such as epochs=5"
