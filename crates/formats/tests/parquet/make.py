"""Makes the Parquet files of `tests/parquet.rs` with pyarrow: python make.py FOLDER"""
import datetime
import decimal
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

folder = Path(sys.argv[1])
ROWS = 300
zone = datetime.timezone.utc


def when(index):
    return datetime.datetime(2026, 11, 29, 10, 30) + datetime.timedelta(hours=index)


table = pa.table({
    "text": pa.array([None if index % 7 == 3 else f"Grüße 😀 {index % 5}" for index in range(ROWS)]),
    "n": pa.array([index * 1_000_003 - 5 for index in range(ROWS)], pa.int64()),
    "small": pa.array([index % 256 - 128 for index in range(ROWS)], pa.int8()),
    "unsigned": pa.array([2**64 - 1 - index for index in range(ROWS)], pa.uint64()),
    "float": pa.array([0.1 * index for index in range(ROWS)], pa.float32()),
    "double": pa.array([None if index == 2 else index / 8 for index in range(ROWS)], pa.float64()),
    "flag": pa.array([None if index % 11 == 5 else index % 3 == 0 for index in range(ROWS)]),
    "day": pa.array([when(24 * index).date() for index in range(ROWS)], pa.date32()),
    "at": pa.array([when(index) for index in range(ROWS)], pa.timestamp("ns")),
    "at_utc": pa.array([when(index).replace(tzinfo=zone) + datetime.timedelta(milliseconds=250) for index in range(ROWS)], pa.timestamp("ms", "UTC")),
    "time": pa.array([datetime.time(10, 30, index % 60) for index in range(ROWS)], pa.time64("us")),
    "price": pa.array([decimal.Decimal(index - 3) / 100 for index in range(ROWS)], pa.decimal128(12, 2)),
    "raw": pa.array([b"\xff\x00" if index == 0 else b"abc" for index in range(ROWS)], pa.binary()),
    "tags": pa.array([None if index == 1 else [f"t{tag}" for tag in range(index % 4)] for index in range(ROWS)], pa.list_(pa.string())),
    "nested": pa.array(
        [[{"a": index, "b": [[1, None], [], None]}, None] if index % 2 else [] for index in range(ROWS)],
        pa.list_(pa.struct([("a", pa.int32()), ("b", pa.list_(pa.list_(pa.int16())))])),
    ),
    "map": pa.array([[("k", index), ("l", None)] if index % 3 else [] for index in range(ROWS)], pa.map_(pa.string(), pa.int32())),
})
flat = [name for name in table.column_names if name not in ["tags", "nested", "map"]]
pq.write_table(table, folder / "snappy.parquet", row_group_size=120)
pq.write_table(
    table, folder / "zstd-v2.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False, data_page_size=1_000,
    column_encoding={"text": "DELTA_BYTE_ARRAY", "n": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "unsigned": "DELTA_BINARY_PACKED",
                     "raw": "DELTA_LENGTH_BYTE_ARRAY", "float": "BYTE_STREAM_SPLIT", "double": "BYTE_STREAM_SPLIT", "flag": "RLE",
                     "at": "DELTA_BINARY_PACKED", "tags.list.element": "DELTA_LENGTH_BYTE_ARRAY"},
)
pq.write_table(table.select(flat), folder / "gzip.parquet", compression="gzip", use_dictionary=["text"], store_schema=False)
pq.write_table(table.select(["text", "n", "nested"]), folder / "lz4.parquet", compression="lz4", use_deprecated_int96_timestamps=True)
pq.write_table(table.select(["at"]), folder / "int96.parquet", compression="none", use_deprecated_int96_timestamps=True)
pq.write_table(table.select(["text"]), folder / "brotli.parquet", compression="brotli")
tasks = pa.table({
    "data": [{"image": "a.png"}, {"image": "b.png"}],
    "annotations": [
        [{"result": [{"id": "r", "from_name": "box", "to_name": "image", "type": "rectanglelabels", "value": {"x": 1.5, "rectanglelabels": ["Car"]}},
                     {"id": "c", "from_name": "scene", "to_name": "image", "type": "choices", "value": {"choices": ["day"]}}]}],
        None,
    ],
})
pq.write_table(tasks, folder / "tasks.parquet")
