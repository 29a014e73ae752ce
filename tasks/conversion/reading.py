"""The result of the first pass, counted by executors."""

import json
from collections import Counter
from typing import Any

from tasks.datasets.entry import Found
from tasks.datasets.reading import MOST_TEXTS, Reading

_COUNTS = """
SELECT COUNT_IF(kind IN ('picture', 'bad')), COUNT_IF(kind = 'bad'), COUNT_IF(kind = 'other'),
    COUNT_IF(NOT kept), COUNT_IF(standard) FROM looked
"""
_REMARKS = """
SELECT remark, COUNT(*) FROM (SELECT EXPLODE(remarks) AS remark FROM looked) GROUP BY remark
"""
_CLASSES = """
SELECT source, MIN_BY(called, id), SLICE(ARRAY_SORT(COLLECT_SET(text)), 1, {most})
FROM looked WHERE kind = 'picture' GROUP BY source ORDER BY MIN(id)
"""


def count_looked(session: Any) -> Reading:
    """Return what the first pass found.

    Args:
        session: has the view ``looked``, in the columns of ``tasks.conversion.looked.SCHEMA``.
    """
    ((pictures, bad, passed_over, converted, standard),) = session.sql(_COUNTS).collect()
    remarks: Counter[str] = Counter(dict(session.sql(_REMARKS).collect()))
    classes = session.sql(_CLASSES.format(most=MOST_TEXTS)).collect()
    return Reading(
        pictures=pictures,
        bad=bad,
        passed_over=passed_over,
        converted=converted,
        standard=standard,
        remarks=remarks,
        classes=[Found(json.loads(key), where, tuple(texts)) for key, where, texts in classes],
    )
