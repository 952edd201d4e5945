"""Number literals."""

import decimal

from headrace_job.expression import nodes as n
from pyspark.sql import types as t


def number(text):
    """The literal of a number's text, with Spark's suffixes."""
    lowered = text.lower()
    if lowered.endswith('bd'):
        return n.Literal(decimal.Decimal(text[:-2]))
    if lowered[-1] in 'lsy' and lowered[:-1].isdigit():
        kind = {'l': t.LongType, 's': t.ShortType, 'y': t.ByteType}[lowered[-1]]()
        return n.Literal(int(text[:-1]), kind)
    if lowered[-1] in 'df':
        return n.Literal(float(text[:-1]), t.DoubleType() if lowered[-1] == 'd' else t.FloatType())
    if lowered.lstrip('-').isdigit():
        value = int(text)
        return n.Literal(value) if abs(value) < 2**63 else n.Literal(decimal.Decimal(text))
    if 'e' in lowered:
        return n.Literal(float(text))
    return n.Literal(decimal.Decimal(text))
