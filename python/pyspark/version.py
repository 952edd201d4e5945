"""The version of Spark whose behaviour this follows: that of Glue 5.0."""

__version__ = '3.5.4'
