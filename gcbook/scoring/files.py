"""The Parquet files of a store: their columns, and writing them so that none is ever half there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gcbook.files.atomic import write_whole
from gcbook.files.errors import GcbookError, InputError

__all__ = [
    "IMAGE_COLUMNS",
    "Rows",
    "read_part",
    "rows_table",
    "score_schema",
    "sort_rows",
    "write_table",
]

IMAGE_COLUMNS = ("image_id", "imagename", "category", "condition", "sha256")
"""Columns of ``images.parquet``, all text."""

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
    """Put rows into one table.

    Args:
        rows: at least one piece.
        images: names of the images, by code.
        labels: names of the classes, by code.
        schema: of the table.
    """
    whole = Rows(
        *(
            np.concatenate([getattr(piece, name) for piece in rows], axis=-1)
            for name in Rows.__dataclass_fields__
        )
    )
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(names)))
        for codes, names in ((whole.image, images), (whole.label, labels))
    ]
    columns += [pa.array(values) for values in (whole.draw, whole.t, whole.log_snr, *whole.values)]
    arrays = [
        column.cast(field.type, safe=False) for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table; the file appears when it is complete.

    Raises:
        UnwritableError: the disk is full, say.
    """
    measured = [name for name in table.column_names if name.startswith(("error", "nll"))]
    write_whole(
        path,
        lambda temporary: pq.write_table(
            table,
            temporary,
            compression="zstd",
            use_dictionary=[name for name in table.column_names if name not in measured],
            # Bytes of equal weight together: what float errors have in common is their exponent.
            use_byte_stream_split=measured,
            write_statistics=False,
        ),
    )


def read_part(path: Path, schema: pa.Schema) -> pa.Table:
    """Read one file.

    Raises:
        InputError: it is damaged, or has other columns.
        GcbookError: it cannot be read here, but may be whole: there is no permission, the disk
            fails, memory runs out, or this version of pyarrow lacks something.
    """
    try:
        content = path.read_bytes()
    except (OSError, MemoryError) as error:
        raise _unreadable(path, error) from error
    try:
        # Of bytes: of a path, an OSError could be the disk's as well as a damaged page.
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise InputError(f"{path}: expected a Parquet file, found {first}") from error
    except (MemoryError, pa.ArrowNotImplementedError) as error:
        raise _unreadable(path, error) from error
    if table.schema.names != schema.names:
        raise InputError(
            f"{path}: expected the columns {', '.join(schema.names)}; found "
            f"{', '.join(table.schema.names)}."
        )
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        found = ", ".join(f"{each.name} {each.type}" for each in table.schema)
        raise InputError(
            f"{path}: expected columns that can be read as scores, found {found} ({error})."
        ) from error


def _unreadable(path: Path, error: Exception) -> GcbookError:
    if isinstance(error, OSError):
        found = error.strerror or str(error)
    else:
        found = f"{'too little memory: ' * isinstance(error, MemoryError)}{error}"
    return GcbookError(
        f"{path}: cannot be read ({found.strip(': ')}). It may be whole, so it was left as it is: "
        "mend that and run the same command again. If it is damaged, move it away; what was in it "
        "is computed again."
    )


def sort_rows(table: pa.Table, labels: Sequence[str]) -> pa.Table:
    """Sort scores by image, draw and class, and keep the first of equal ones."""
    table = table.unify_dictionaries().combine_chunks()
    if not len(table):
        return table
    image, label = (_ranks(table[name].chunk(0), order) for name, order in _orders(table, labels))
    draw = table["draw"].to_numpy()
    order = np.lexsort((label, draw, image))
    keys = np.stack([image, draw, label])[:, order]
    first = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))
    return table.take(pa.array(order[first]))


def _orders(table: pa.Table, labels: Sequence[str]) -> list[tuple[str, list[str]]]:
    images = sorted(table["image_id"].chunk(0).dictionary.to_pylist())
    others = sorted(set(table["label"].chunk(0).dictionary.to_pylist()) - set(labels))
    return [("image_id", images), ("label", [*labels, *others])]


def _ranks(column: pa.DictionaryArray, order: Sequence[str]) -> np.ndarray:
    rank = {name: number for number, name in enumerate(order)}
    ranks = np.array([rank[name] for name in column.dictionary.to_pylist()], dtype=np.int64)
    return ranks[column.indices.to_numpy()]
