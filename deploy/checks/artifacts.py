"""Check of the room that artefacts take."""

from tasks.housekeeping.amounts import show_bytes
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.plan import Policy, freed_bytes
from tasks.storage.paths import Home


def check_artifacts(home: Home) -> str:
    """Return how much of a home's artefacts and runs nobody needs, as ``graft gc`` sees it."""
    plan = plan_gc(home, Policy())
    total = sum(item.size for item in (*plan.going, *plan.staying))
    return f"{show_bytes(total)}; graft gc would free {show_bytes(freed_bytes(plan.going))}"
