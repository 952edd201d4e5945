"""Where scripts of Spark 2 and 3 find the exceptions."""

from pyspark.errors import (  # noqa: F401
    AnalysisException,
    IllegalArgumentException,
    ParseException,
    PythonException,
    QueryExecutionException,
    UnsupportedOperationException,
)
