"""Folder of a split's features: its whole files, its manifest, and what is damaged in it.

Executors hash files while they write them, and read them to compare: contents never come to the
driver for that.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.errors import SetupError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.written_file import WrittenFile
from tasks.spark.shared_artifact import find_manifest, write_manifest
from tasks.storage.files import LOCAL
from tasks.storage.local_files import open_to_readers
from tasks.storage.locations import Location
from tasks.storage.manifest import Manifest, read_manifest
from tasks.storage.proof import compare_contents, log_damage, log_undigested
from tasks.storage.use import hold


@dataclass(frozen=True)
class FeatureFolder:
    """The folder of a split's features, in which files are made in place.

    Attributes:
        bridge: the bridge to the JVM.
        path: the folder.
    """

    bridge: Bridge
    path: Location

    def find(self) -> Manifest | None:
        """Return the manifest if the features are whole, sizes and contents; else None.

        The log names a file that was changed.
        """
        # First, so that nobody deletes what is being checked.
        if isinstance(self.path, Path) and not hold(self.path):
            return None
        manifest = find_manifest(self.bridge.files, self.path)
        if manifest is None:
            return None
        if not manifest.sha256:
            log_undigested(self.path.parent)
        found = self.bridge.digests(self.path, list(manifest.sha256))
        for damage in compare_contents(manifest.sha256, found):
            log_damage(self.path, damage)
            return None
        return manifest

    def keep_whole(self, chunks: Sequence[Chunk]) -> list[WrittenFile]:
        """Return the files that hold the right records of a chunk; delete the chunks' others.

        A file that the manifest knows has to have its content as well.
        """
        there = self.bridge.files.sizes(self.path)
        candidates = [chunk for chunk in chunks if chunk.file_name in there]
        known = self._known_contents()
        whole = [
            file
            for file in self.bridge.present_files(candidates, self.path)
            if known.get(file.name, file.sha256) == file.sha256
        ]
        names = {file.name for file in whole}
        for chunk in candidates:
            if chunk.file_name not in names:
                self.bridge.files.delete(self.path / chunk.file_name)
        return whole

    def seal(self, recipe: Mapping[str, Any], files: Sequence[WrittenFile], seconds: float) -> None:
        """Delete all other files, as a killed executor leaves them, and write the manifest."""
        # As the driver's Python sees them: Java may have another idea of the path.
        is_local = isinstance(self.path, Path)
        sizes = (LOCAL if is_local else self.bridge.files).sizes(self.path)
        digests = {file.name: file.sha256 for file in sorted(files, key=lambda file: file.name)}
        self._require_seen(digests, sizes)
        for name in set(sizes) - set(digests):
            self.bridge.files.delete(self.path / name)
        manifest = Manifest(recipe, {name: sizes[name] for name in digests}, digests, seconds)
        write_manifest(self.bridge.files, self.path, manifest)
        if isinstance(self.path, Path):
            with suppress(PermissionError):  # executors may be another user
                open_to_readers(self.path)
            hold(self.path)

    def _require_seen(self, names: Iterable[str], sizes: Mapping[str, int]) -> None:
        """Raise a ``SetupError`` unless the driver sees the files that executors wrote."""
        for name in names:
            if name not in sizes:
                raise SetupError(
                    f"an executor wrote {self.path / name}, but it is not there: driver and "
                    "executors must have one folder under this path, and the locale C.UTF-8 if "
                    "the path is not plain ASCII"
                )

    def _known_contents(self) -> Mapping[str, str]:
        try:
            return read_manifest(self.path, self.bridge.files).sha256
        except (OSError, ValueError):
            return {}
