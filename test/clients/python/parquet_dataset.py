"""PyArrow's own S3 client (the C++ SDK): a partitioned dataset written, listed, pruned and read.

    parquet_dataset.py <endpoint> <access key>
"""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

ENDPOINT, ACCESS_KEY = sys.argv[1:]

s3 = fs.S3FileSystem(
    endpoint_override=ENDPOINT,
    region="us-east-1",
    access_key=ACCESS_KEY,
    secret_key="test",
    allow_bucket_creation=True,
)
ROWS = 200_000
table = pa.table(
    {
        "id": pa.array(range(ROWS), pa.int64()),
        "day": pa.array([f"2026-11-{1 + row % 4:02}" for row in range(ROWS)]),
        "text": pa.array([f"row {row}" for row in range(ROWS)]),
    }
)

s3.create_dir("datasets")
ds.write_dataset(
    table,
    "datasets/events",
    filesystem=s3,
    format="parquet",
    partitioning=ds.partitioning(pa.schema([("day", pa.string())]), flavor="hive"),
)
found = ds.dataset("datasets/events", filesystem=s3, format="parquet", partitioning="hive")
assert len(found.files) == 4, found.files
assert found.count_rows() == ROWS
one_day = found.to_table(filter=pc.field("day") == "2026-11-02", columns=["id"])
assert one_day.num_rows == ROWS // 4
assert pc.sum(one_day["id"]).as_py() == sum(range(1, ROWS, 4))

# One file in small row groups: a reader takes its footer and a column of one group, by ranges.
pq.write_table(table, "datasets/one.parquet", filesystem=s3, row_group_size=10_000)
with pq.ParquetFile("datasets/one.parquet", filesystem=s3) as file:
    assert file.num_row_groups == 20
    group = file.read_row_group(7, columns=["text"])
    assert group["text"][0].as_py() == "row 70000"
s3.copy_file("datasets/one.parquet", "datasets/copy.parquet")
assert pq.read_metadata("datasets/copy.parquet", filesystem=s3).num_rows == ROWS
s3.delete_dir("datasets/events")
infos = s3.get_file_info(fs.FileSelector("datasets", recursive=True))
assert sorted(info.path for info in infos) == ["datasets/copy.parquet", "datasets/one.parquet"], infos
print("ok")
