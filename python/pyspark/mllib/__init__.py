"""Not there: says so when a script imports it."""

raise ImportError("pyspark.mllib is not built into Headrace's Spark engine")
