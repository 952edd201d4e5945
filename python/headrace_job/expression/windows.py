"""Functions over windows."""

from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from . import registry
from .nodes import Call, fill_tail
from .typed import Typed

# A frame is ('rows' | 'range', start, end); None stands for unbounded, 0 for the current row.


def over(node, scope):
    from .aggregate_rules import EDGES, edge_over

    function = node.function
    rule = registry.find(function.name) if isinstance(function, Call) else None
    if rule is None or rule.kind not in ('aggregate', 'window'):
        raise AnalysisException(
            f'[UNSUPPORTED_EXPR_FOR_WINDOW] Expression "{function.text()}" not supported within a '
            'window function.'
        )
    if function.distinct:
        raise AnalysisException(
            '[DISTINCT_WINDOW_FUNCTION_UNSUPPORTED] Distinct window functions are not supported: '
            f'"{node.text()}".'
        )
    inner = edge_over(function, scope) if function.name in EDGES else function.open_tail(scope)
    where = function.where.typed(scope).sql if function.where else ''
    partition = [child.typed(scope) for child in node.partition]
    ordered = [child.sql(scope) for child in node.order]
    if rule.kind == 'window' and not ordered:
        raise AnalysisException(
            f'Window function {function.text()} requires window to be ordered, please add ORDER BY '
            'clause.'
        )
    parts = []
    if partition:
        parts.append('PARTITION BY ' + ', '.join(p.sql for p in partition))
    if ordered:
        parts.append('ORDER BY ' + ', '.join(text for _, text in ordered))
    if rule.kind == 'aggregate' or function.name == 'nth_value':
        frame = frame_sql(node, [value for value, _ in ordered])
        if frame:
            parts.append(frame)
    sql = fill_tail(inner.sql, where, f' OVER ({" ".join(parts)})')
    result = Typed(sql, inner.type, inner.nullable)
    result.marked(inner, *partition, *(value for value, _ in ordered))
    result.windowed = True
    return result


def frame_sql(node, order_values):
    if node.frame is None:
        return ''
    unit, start, end = node.frame
    if unit == 'range' and not (start in (None, 0) and end in (None, 0)):
        if len(order_values) != 1:
            raise AnalysisException(
                'A range window frame with value boundaries cannot be used in a window '
                'specification with multiple order by expressions'
            )
        return (
            f'RANGE BETWEEN {_value_bound(start, "PRECEDING", order_values[0])} '
            f'AND {_value_bound(end, "FOLLOWING", order_values[0])}'
        )
    return f'{unit.upper()} BETWEEN {_bound(start, "PRECEDING")} AND {_bound(end, "FOLLOWING")}'


def _bound(value, side):
    if value is None:
        return f'UNBOUNDED {side}'
    if value == 0:
        return 'CURRENT ROW'
    return f'{abs(value)} {"PRECEDING" if value < 0 else "FOLLOWING"}'


def _value_bound(value, side, order):
    if value in (None, 0):
        return _bound(value, side)
    amount = str(abs(value))
    if isinstance(order.type, t.DateType):
        amount = f'INTERVAL {amount} DAY'
    elif isinstance(order.type, (t.TimestampType, t.TimestampNTZType)):
        raise AnalysisException(
            '[DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE] The range frame of a '
            'timestamp needs an interval; order by the timestamp cast to long instead.'
        )
    return f'{amount} {"PRECEDING" if value < 0 else "FOLLOWING"}'


def window_text(node):
    parts = []
    if node.partition:
        parts.append('PARTITION BY ' + ', '.join(p.text() for p in node.partition))
    if node.order:
        parts.append('ORDER BY ' + ', '.join(o.text() for o in node.order))
    unit, start, end = node.frame or (('range', None, 0) if node.order else ('rows', None, None))
    if isinstance(node.function, Call) and registry.find(node.function.name).kind == 'window':
        unit, start, end = 'rows', None, 0
        if node.function.name in ('lag', 'lead'):
            step = node.function.arguments[1].text() if node.function.count > 1 else '1'
            sign = '-' if node.function.name == 'lag' else ''
            parts.append(f'ROWS BETWEEN {sign}{step} FOLLOWING AND {sign}{step} FOLLOWING')
            return ' '.join(parts)
    parts.append(
        f'{unit.upper()} BETWEEN {_bound(start, "PRECEDING")} AND {_bound(end, "FOLLOWING")}'
    )
    return ' '.join(parts)
