"""A frame's names, types and rows in a form that can be compared and kept as JSON."""

import datetime
import decimal
import math


def shape(frame, ordered=False):
    rows = [[plain(value) for value in row] for row in frame.collect()]
    if not ordered:
        rows.sort(key=repr)
    return {'columns': frame.columns, 'types': [kind for _, kind in frame.dtypes], 'rows': rows}


def plain(value):
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            return str(value)
        # Sums of doubles may differ in the last digits by the order of their terms.
        return float(f'{value:.11g}') + 0.0
    if isinstance(value, (datetime.date, decimal.Decimal)):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, dict):
        return {'map': sorted(([plain(k), plain(v)] for k, v in value.items()), key=repr)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
