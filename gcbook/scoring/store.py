"""A store: the raw scores of one model on one set of images, and all that made them.

A folder with

- ``store.json``: settings, the classifier's description, the dataset, versions;
- ``images.parquet``: ``image_id, imagename, category, condition, sha256``, a row an image;
- ``scores.parquet``: ``image_id, label, draw, t, log_snr`` and ``error_l2, error_l1`` (means over
  elements) or ``nll`` (in nats), a row for each image, class and draw, sorted;
- ``failed.json``, if any: images that could not be scored, and why;
- ``pending.json``, if any: images that were asked for and are not done: the run has ended before,
  or they belong to other shards (`gcbook.scoring.shards`);
- ``parts``: rows that a run has saved and not yet merged into ``scores.parquet``.

A damaged file is refused by name; moved away, it costs its own rows alone, which another run scores
again. Rows found in two files are the same rows, so a merge may be interrupted at any point.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gcbook.files.artefacts import STORE_HEADER, is_store
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.naming import check_name
from gcbook.files.untrusted import LARGEST_JSON, MIB, parse_json, read_file, read_json, refused
from gcbook.noise.schedules import Schedule, read_schedule
from gcbook.noise.weightings import Norm, parse_weighting
from gcbook.scoring.scores import Weights, score_schema, sort_rows
from gcbook.scoring.settings import ScoringSettings, Traits, read_settings

FORMAT = "gcbook scores"
VERSION = 2
IMAGES, SCORES, PARTS = "images.parquet", "scores.parquet", "parts"
FAILED, PENDING = "failed.json", "pending.json"

LARGEST_SCORES = 8 * 1024 * MIB
"""Bytes of a file of scores, which is read into memory: a billion errors."""

REMEDY = "Move the file away: the same `gcbook score` computes again what is lost with it."
"""What can be done about a damaged file of scores or images."""

IMAGE_COLUMNS = ("image_id", "imagename", "category", "condition", "sha256")
"""Columns of the images, all text."""
IMAGE_SCHEMA = pa.schema([(name, pa.string()) for name in IMAGE_COLUMNS])


@dataclass(frozen=True)
class Store:
    """A store, to be read.

    Attributes:
        path: the folder.
        observer: name of the model.
        dataset: name of the set of images.
        settings: as they reached the classifier.
        traits: what kind of answers it gives.
        classifier: its own description, see `gcbook.classifiers.protocol.Classifier.describe`.
        versions: of the libraries that began the store.
    """

    path: Path
    observer: str
    dataset: str
    settings: ScoringSettings
    traits: Traits
    classifier: dict[str, Any] = field(repr=False)
    versions: dict[str, str] = field(repr=False)

    @classmethod
    def open(cls, path: str | Path) -> "Store":
        """Open a store.

        Raises:
            InputError: this is no store, or one of another version, or its header is damaged.
        """
        folder = Path(path).expanduser()
        header = folder / STORE_HEADER
        if not is_store(folder):
            found = "another folder" if folder.is_dir() else "a file" if folder.exists() else ""
            raise InputError(
                f"{folder}: expected a store of scores (a folder with {STORE_HEADER}), found "
                f"{found or 'nothing'}. `gcbook score MODEL IMAGES -o STORE` makes one."
            )
        remedy = (
            "Begin another store; the scores beside it cannot be told apart without the header."
        )
        content = read_file(header, LARGEST_JSON)
        with refused(header, "the header of a store", remedy):
            stored = parse_json(content, header, remedy)
            version = stored.get("version")
            if stored.get("format") != FORMAT or version != VERSION:
                raise InputError(
                    f"{header}: expected {FORMAT!r} of version {VERSION}, found "
                    f"{stored.get('format')!r} of version {version!r}; use the "
                    "version of gcbook that made it."
                )
            return cls(
                folder,
                check_name(stored["observer"], f"{header}: observer", "Score again, with --name."),
                check_name(stored["dataset"], f"{header}: dataset", "Score again, with --dataset."),
                read_settings(stored["settings"]),
                Traits.parse(stored["traits"]),
                stored["classifier"],
                stored["versions"],
            )

    def header(self) -> str:
        """Return the text of ``store.json``."""
        stored = {
            "format": FORMAT,
            "version": VERSION,
            "observer": self.observer,
            "dataset": self.dataset,
            "settings": self.settings.as_dict(),
            "traits": asdict(self.traits),
            "classifier": self.classifier,
            "versions": self.versions,
        }
        return f"{_as_json(stored)}\n"

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the classifier's order."""
        return self.traits.labels

    @property
    def schedule(self) -> Schedule | None:
        """The model's noise schedule, where it has one."""
        stored = self.classifier.get("schedule")
        return read_schedule(stored) if stored else None

    @property
    def schema(self) -> pa.Schema:
        """Columns of the score files."""
        return score_schema(self.traits.measures)

    def score_files(self) -> list[Path]:
        """Return the files that hold scores, the merged one first."""
        merged = self.path / SCORES
        return [merged] * merged.is_file() + sorted((self.path / PARTS).glob("*.parquet"))

    def read(self, path: Path, schema: pa.Schema) -> pa.Table:
        """Read one of the store's files, of scores or images."""
        content = read_file(path, LARGEST_SCORES)
        with refused(path, "scores or images of a store", REMEDY):
            file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
            # Every row has an error of its own, which takes a byte at least.
            most = max(len(content), 10**6)
            if file.metadata.num_rows > most or file.metadata.num_columns > len(schema):
                raise ValueError(f"more than {most:,} rows or {len(schema)} columns")
            table = file.read()
            if table.schema.names != schema.names:
                raise ValueError(f"the columns {', '.join(table.schema.names)}")
            table = table.cast(schema)
            table.validate(full=True)
            return table

    def is_begun(self) -> bool:
        """Tell whether any image was scored or failed; otherwise its settings bind no later run."""
        tried = [self.path / IMAGES, self.path / FAILED]
        return bool(self.score_files()) or any(path.is_file() for path in tried)

    def images(self) -> pd.DataFrame:
        """Return the images that were scored.

        Returns:
            Columns ``image_id, imagename, category, condition, sha256``, in the order in which
            they were shown.
        """
        path = self.path / IMAGES
        found = self.read(path, IMAGE_SCHEMA) if path.is_file() else IMAGE_SCHEMA.empty_table()
        return found.to_pandas()

    def failed(self) -> dict[str, str]:
        """Return why images could not be scored, by the name of the image."""
        return self._notes(FAILED)

    def pending(self) -> dict[str, str]:
        """Return the names of images that were asked for and are not done here, by ``image_id``."""
        return self._notes(PENDING)

    def _notes(self, name: str) -> dict[str, str]:
        try:
            stored = read_json(self.path / name)
            return {str(about): str(note) for about, note in stored.items()}
        except (InputError, AttributeError):
            # Only notes for the user: the next run makes them again.
            return {}

    def weights(self, weighting: str | None = None, norm: Norm | None = None) -> Weights:
        """Return the weights of the model's errors.

        Args:
            weighting: name of one, see `gcbook.noise.weightings`; by default that of the settings.
            norm: "l2" or "l1"; likewise.

        Raises:
            InputError: there is no such weighting, the store lacks the norm, or its scores are
                likelihoods.
        """
        chosen = parse_weighting(weighting) if weighting else self.settings.weighting
        if self.traits.likelihood and (chosen.name != "uniform" or norm):
            raise InputError(
                f"{self.path}: the scores are likelihoods, which take no weights and have no norm; "
                "leave both out."
            )
        stored = [name.removeprefix("error_") for name in self.traits.measures]
        if norm is not None and norm not in stored:
            raise InputError(
                f"{self.path}: norm: expected one of those stored, {', '.join(stored)}; "
                f"found {norm!r}."
            )
        density = self.settings.rule.density
        return Weights(chosen, norm or self.settings.norm, self.schedule, density)

    def scores(self) -> pd.DataFrame:
        """Return the raw scores.

        Returns:
            Columns ``image_id, label`` (categorical), ``draw, t, log_snr`` and the measures, sorted
            by image, draw and class.
        """
        tables = [self.read(path, self.schema) for path in self.score_files()]
        whole = pa.concat_tables([self.schema.empty_table(), *tables])
        return sort_rows(whole, self.labels).to_pandas()


def store_problems(folder: Path) -> list[str]:
    """Look for damage in a store: read every file of it.

    Args:
        folder: of the store.

    Returns:
        What is wrong, a line each.
    """
    try:
        store = Store.open(folder)
    except GcbookError as error:
        return [str(error)]
    wrong = []
    images, scores = store.path / IMAGES, store.score_files()
    if scores and not images.is_file():
        wrong.append(f"{images}: expected the list of the images that were scored, found none.")
    schemas = {images: IMAGE_SCHEMA} if images.is_file() else {}
    for path, schema in (schemas | dict.fromkeys(scores, store.schema)).items():
        try:
            store.read(path, schema)
        except GcbookError as error:
            wrong.append(str(error))
    return wrong


def _as_json(value: Any, indent: str = "") -> str:
    """Write an entry a line, but a list, which may be a schedule of 1,000 numbers, in one."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value)
    inner = indent + " "
    lines = [
        f"{inner}{json.dumps(str(key))}: {_as_json(each, inner)}" for key, each in value.items()
    ]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
