"""Not there: says so when a script imports it."""

raise ImportError("pyspark.pandas is not built into Headrace's Spark engine")
