"""The types of Python values."""

import datetime
import decimal

from pyspark.sql import types as t
from pyspark.sql.row import Row


def infer_type(value):
    """The type Spark gives to a Python value of `createDataFrame` and literals."""
    if value is None:
        return t.NullType()
    if isinstance(value, bool):
        return t.BooleanType()
    if isinstance(value, int):
        return t.LongType()
    if isinstance(value, float):
        return t.DoubleType()
    if isinstance(value, str):
        return t.StringType()
    if isinstance(value, (bytes, bytearray)):
        return t.BinaryType()
    if isinstance(value, decimal.Decimal):
        return t.DecimalType(38, 18)
    if isinstance(value, datetime.datetime):
        return t.TimestampType()
    if isinstance(value, datetime.date):
        return t.DateType()
    if isinstance(value, Row) and hasattr(value, '__fields__'):
        names = value.__fields__
        return t.StructType([t.StructField(n, infer_type(v)) for n, v in zip(names, value)])
    if isinstance(value, dict):
        pairs = list(value.items())
        key = merge_all(infer_type(k) for k, _ in pairs)
        return t.MapType(key, merge_all(infer_type(v) for _, v in pairs))
    if isinstance(value, (list, set)):
        return t.ArrayType(merge_all(infer_type(item) for item in value))
    if isinstance(value, tuple):
        return t.StructType(
            [t.StructField(f'_{i + 1}', infer_type(v)) for i, v in enumerate(value)]
        )
    if type(value).__module__ == 'numpy' and hasattr(value, 'item'):
        return infer_type(value.item())
    raise TypeError(f'not supported type: {type(value)}')


def merge_all(types):
    merged = t.NullType()
    for one in types:
        merged = merge_types(merged, one)
    return merged


def merge_types(left, right, where=''):
    """One type that holds both, or TypeError, as `createDataFrame` does it."""
    if isinstance(left, t.NullType) or left == right:
        return right
    if isinstance(right, t.NullType):
        return left
    if isinstance(left, t.LongType) and isinstance(right, t.DoubleType):
        return right
    if isinstance(left, t.DoubleType) and isinstance(right, t.LongType):
        return left
    if isinstance(left, t.ArrayType) and isinstance(right, t.ArrayType):
        return t.ArrayType(merge_types(left.elementType, right.elementType, where))
    if isinstance(left, t.MapType) and isinstance(right, t.MapType):
        return t.MapType(
            merge_types(left.keyType, right.keyType, where),
            merge_types(left.valueType, right.valueType, where),
        )
    if isinstance(left, t.StructType) and isinstance(right, t.StructType):
        others = {field.name: field.dataType for field in right}
        fields = [
            t.StructField(f.name, merge_types(f.dataType, others.pop(f.name, t.NullType()), f.name))
            for f in left
        ]
        return t.StructType(fields + [t.StructField(n, t) for n, t in others.items()])
    raise TypeError(f'{where}: Can not merge type {type(left)} and {type(right)}'.lstrip(': '))
