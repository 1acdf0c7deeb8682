"""Raw scores: rows in memory and in Parquet files, and values of rows as one array.

A row is of one image, class and draw: its time, log-SNR, and errors or likelihood. Files appear
when they are complete and never half written, and Parquet's checksums tell of a changed bit. For
decisions the rows are weighted and spread out to an array of images, draws and classes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from gcbook.files.atomic import write_whole
from gcbook.files.errors import InputError
from gcbook.noise.draws import density_at
from gcbook.noise.schedules import DiscreteSchedule, Schedule
from gcbook.noise.weightings import Norm, Weighting

CHUNK = 256
"""Images whose scores are spread out at a time, which bounds memory."""

_NAME = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Rows:
    """Scores as arrays of one length: codes of images and labels, draws, times, values."""

    image: np.ndarray
    label: np.ndarray
    draw: np.ndarray
    t: np.ndarray
    log_snr: np.ndarray
    values: np.ndarray
    """(measures, N), float64."""

    def where(self, kept: np.ndarray) -> "Rows":
        """Return the rows of a mask."""
        return Rows(*(getattr(self, name)[..., kept] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Weights:
    """What the errors of a model are multiplied by.

    Attributes:
        weighting: as a function of the time.
        norm: which error is weighed.
        schedule: the model's, which ``elbo`` needs.
        density: of the times drawn (`gcbook.noise.draws.DrawRule`), by which errors are divided:
            their mean is that over uniform times.
    """

    weighting: Weighting
    norm: Norm = "l2"
    schedule: Schedule | None = None
    density: tuple[float, ...] = ()

    def at(self, t: np.ndarray, log_snr: np.ndarray) -> np.ndarray:
        """Return the weights of draws, float64 of t's shape."""
        weights = self.weighting.weights(t, log_snr, self.schedule, self.norm)
        if not np.isfinite(weights).all():
            at = float(t[~np.isfinite(weights)][0])
            raise InputError(
                f"weighting {self.weighting.name}: not finite at t = {at:g} (log-SNR "
                f"{log_snr[~np.isfinite(weights)][0]:g}); choose one that is bounded, such as "
                "exp:7 or snr:5."
            )
        if not self.density:
            return weights
        schedule = self.schedule
        n_steps = schedule.n_steps if isinstance(schedule, DiscreteSchedule) else None
        return weights / density_at(self.density, t, n_steps)

    def errors(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the weighted error of each row of raw scores, float64.

        A likelihood takes no weights: of its rows, the negative logarithm.
        """
        if "nll" in rows:
            return rows["nll"].to_numpy(np.float64)
        weights = self.at(rows["t"].to_numpy(), rows["log_snr"].to_numpy())
        return weights * rows[f"error_{self.norm}"].to_numpy(np.float64)


def score_schema(measures: Sequence[str]) -> pa.Schema:
    """Return the columns of a file of scores.

    A likelihood is a sum over many tokens, an error a mean: only the first needs 64 bits.
    """
    values = [(name, pa.float64() if name == "nll" else pa.float32()) for name in measures]
    return pa.schema(
        [
            ("image_id", _NAME),
            ("label", _NAME),
            ("draw", pa.int32()),
            ("t", pa.float64()),
            ("log_snr", pa.float64()),
            *values,
        ]
    )


def rows_table(
    rows: Sequence[Rows], images: Sequence[str], labels: Sequence[str], schema: pa.Schema
) -> pa.Table:
    """Put rows, of at least one piece, into one table; images and labels are named by code."""
    image, label, draw, t, log_snr, values = (
        np.concatenate([getattr(piece, name) for piece in rows], axis=-1)
        for name in Rows.__dataclass_fields__
    )
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(names)))
        for codes, names in ((image, images), (label, labels))
    ]
    columns += [pa.array(column) for column in (draw, t, log_snr, *values)]
    arrays = [
        column.cast(field.type, safe=False) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table of scores or images; the file appears when it is complete."""
    measured = [name for name in table.column_names if name.startswith(("error", "nll"))]
    options = {
        "compression": "zstd",
        "use_dictionary": [name for name in table.column_names if name not in measured],
        # Bytes of equal weight together: what float errors have in common is their exponent.
        "use_byte_stream_split": measured,
        "write_statistics": False,
        "write_page_checksum": True,
    }
    plain = table.replace_schema_metadata()
    write_whole(path, lambda temporary: pq.write_table(plain, temporary, **options))


def sort_rows(table: pa.Table, labels: Sequence[str]) -> pa.Table:
    """Sort scores by image, draw and class, and keep the first of equal ones."""
    table = table.unify_dictionaries().combine_chunks()
    if not len(table):
        return table
    images = table["image_id"].to_pandas()
    image = codes_of(images, sorted(images.cat.categories))
    label = codes_of(table["label"].to_pandas(), labels)
    draw = table["draw"].to_numpy().astype(np.int64)
    place = (image * (draw.max() + 1) + draw) * len(labels) + label
    if (place[1:] > place[:-1]).all():
        return table  # as what was merged is
    order = np.argsort(place, kind="stable")
    first = np.append(True, np.diff(place[order]) > 0)
    return table.take(pa.array(order[first]))


def merge_rows(tables: Sequence[pa.Table], labels: Sequence[str]) -> pa.Table:
    """Put tables of scores into one, sorted, whose names are coded in that order, too.

    Equal scores so are equal bytes on disk, in whatever pieces they came.
    """
    table = sort_rows(pa.concat_tables(tables), labels)
    images = sorted(table["image_id"].unique().to_pylist())
    for at, order in enumerate((images, list(labels))):
        codes = pa.array(codes_of(table.column(at).to_pandas(), order), pa.int32())
        column = pa.DictionaryArray.from_arrays(codes, pa.array(order, pa.string()))
        table = table.set_column(at, table.schema.field(at), column)
    return table


def score_array(
    rows: pd.DataFrame,
    values: ArrayLike,
    images: Sequence[str] | pd.Series,
    labels: Sequence[str],
    n_draws: int,
) -> np.ndarray:
    """Return a value of each row as an array (images, draws, labels), NaN where there is no row.

    Args:
        rows: raw scores with ``image_id, label, draw``.
        values: one a row.
        images: names, in order; rows of others are left out.
        labels: of the classes, likewise.
        n_draws: rows of later draws are left out.
    """
    image, label = codes_of(rows["image_id"], images), codes_of(rows["label"], labels)
    draw = rows["draw"].to_numpy()
    inside = (image >= 0) & (label >= 0) & (draw < n_draws)
    full = np.full((len(images), n_draws, len(labels)), np.nan)
    full[image[inside], draw[inside], label[inside]] = np.asarray(values, np.float64)[inside]
    return full


def score_arrays(
    rows: pd.DataFrame, values: np.ndarray, images: Sequence[str], labels: Sequence[str]
) -> Iterator[tuple[Sequence[str], np.ndarray]]:
    """Yield some images at a time, and their `score_array` with as many draws as they have."""
    image = codes_of(rows["image_id"], images)
    order = np.argsort(image, kind="stable")
    ranked = image[order]
    for first in range(0, len(images), CHUNK):
        some = images[first : first + CHUNK]
        part = order[slice(*np.searchsorted(ranked, (first, first + len(some))))]
        own = rows[["image_id", "label", "draw"]].iloc[part]
        n_draws = int(own["draw"].max()) + 1 if len(part) else 0
        yield some, score_array(own, values[part], some, labels, n_draws)


def codes_of(names: pd.Series, order: Sequence[str] | pd.Series) -> np.ndarray:
    """Return the place of each name in an order, -1 where it has none."""
    column = names.astype("category")
    places = pd.Index(order).get_indexer(column.cat.categories)
    return places[column.cat.codes.to_numpy()]
