"""Where `spark.conf`'s class is found."""

from pyspark.sql.session import RuntimeConfig  # noqa: F401
