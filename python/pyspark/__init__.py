"""PySpark's API on Headrace's own engine: frames become SQL that runs in the job's session.

Written from the public documentation of Apache Spark. What is not there says so by name.
"""

from pyspark.conf import SparkConf
from pyspark.context import SparkContext
from pyspark.sql.types import Row
from pyspark.storagelevel import StorageLevel
from pyspark.version import __version__

__all__ = ['Row', 'SparkConf', 'SparkContext', 'StorageLevel', '__version__']
