"""Fuzzes one reader of Graft in a process of its own, within bounded memory; prints the counts.

Arguments: the kind of input, and the number of examples. Everything has to end in success or in a
``GraftError`` whose message is visible and short. The process may take ``MEMORY`` bytes of address
space on top of what Python and the libraries have once they are imported.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from hostile import inputs
from hostile.memory import MEMORY, limit_memory
from hostile.readers import READERS
from tasks.errors import GraftError

_LONGEST_MESSAGE = 2000


def main() -> None:
    kind, examples = sys.argv[1], int(sys.argv[2])
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        read = READERS[kind](Path(folder))
        # Imports what is needed, so that the limit is one on the data.
        read(inputs.WHOLE[kind]())
        limit_memory(MEMORY)
        _fuzz(kind, examples, read, counts)
    print(json.dumps(counts))


def _fuzz(kind: str, examples: int, read: Callable[[bytes], None], counts: Counter[str]) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        # make test tries the same examples every time, make test-hostile new ones.
        derandomize="GRAFT_HOSTILE_EXAMPLES" not in os.environ,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(inputs.STRATEGIES[kind])
    def holds(data: bytes) -> None:
        counts["tried"] += 1
        try:
            read(data)
        except GraftError as error:
            message = str(error)
            assert message.isprintable(), message
            assert 0 < len(message) <= _LONGEST_MESSAGE, message
            counts["refused"] += 1
        else:
            counts["taken"] += 1

    holds()


if __name__ == "__main__":
    main()
