from dataclasses import replace

from support.scores import RECORD
from tasks.scoring.job import result_lines


def test_the_result_says_how_many_how_fast_and_where() -> None:
    assert list(result_lines(RECORD)) == [
        "scored in 20.0 s, 50.0 pictures/s by the engine bigdl, 200 by an earlier call",
        "1,200 pictures by the model m0de1 (version 4 of flowers, inception_v1)",
        "  daisy 1,198, unusable 2",
        "/scores has the scores",
    ]
    reused = list(result_lines(replace(RECORD, reused=True, version=None)))
    assert reused[0] == "1,200 pictures by the model m0de1 (inception_v1)"
