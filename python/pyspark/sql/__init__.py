"""Frames and SQL."""

from pyspark.sql.catalog import Catalog
from pyspark.sql.column import Column
from pyspark.sql.dataframe import DataFrame, DataFrameNaFunctions, DataFrameStatFunctions
from pyspark.sql.group import GroupedData
from pyspark.sql.readwriter import DataFrameReader, DataFrameWriter
from pyspark.sql.session import HiveContext, SparkSession, SQLContext
from pyspark.sql.types import Row
from pyspark.sql.udf import UDFRegistration
from pyspark.sql.window import Window, WindowSpec

__all__ = [
    'Catalog',
    'Column',
    'DataFrame',
    'DataFrameNaFunctions',
    'DataFrameReader',
    'DataFrameStatFunctions',
    'DataFrameWriter',
    'GroupedData',
    'HiveContext',
    'Row',
    'SQLContext',
    'SparkSession',
    'UDFRegistration',
    'Window',
    'WindowSpec',
]
