"""Not there: says so when a script imports it."""

raise ImportError("pyspark.ml is not built into Headrace's Spark engine")
