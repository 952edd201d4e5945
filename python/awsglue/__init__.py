"""AWS Glue's job library on Headrace's engine, written from AWS's public documentation
(https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html)."""

# First: pyspark's modules and the engine's name one another, and only this order loads both.
import pyspark.sql  # noqa: F401, I001

from awsglue.dynamicframe import DynamicFrame

__all__ = ['DynamicFrame']
