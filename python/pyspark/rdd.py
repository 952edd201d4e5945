"""Not there: says so when a script imports it."""

raise ImportError("pyspark.rdd is not built into Headrace's Spark engine")
