"""Files of a store as another run would have written them, or a failing disk."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gcbook.scoring.scores import write_table


def flipped(content: bytes, bit: int) -> bytes:
    """Bytes of which one bit has changed."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def rewrite(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change what a file of scores or images says."""
    changed = change(pq.read_table(path).to_pandas())
    write_table(pa.Table.from_pandas(changed, preserve_index=False), path)
