"""`describe` and `summary`."""

from headrace_job.expression import nodes as n
from headrace_job.expression.coercion import DOUBLE, STRING, is_number
from headrace_job.frame import select as s
from pyspark.errors import IllegalArgumentException
from pyspark.sql import types as t

from .combine import find_column
from .from_python import rows_plan


def summary(frame, wanted, names):
    """One row for each statistic, as text; the numbers are worked out now."""
    plan, session = frame._plan, frame._session
    chosen = [find_column(plan, name) for name in names] if names else list(plan.attributes)
    chosen = [a for a in chosen if is_number(a.type) or isinstance(a.type, t.StringType)]
    calls = []
    for statistic in wanted:
        for attribute in chosen:
            calls.append(_call(statistic, attribute))
    values = []
    if calls:
        row = next(frame._engine.rows(s.select(plan, calls, session)))
        values = list(row)
    schema = t.StructType(
        [t.StructField('summary', STRING), *(t.StructField(a.name, STRING) for a in chosen)]
    )
    width = len(chosen)
    rows = [[statistic, *values[i * width : (i + 1) * width]] for i, statistic in enumerate(wanted)]
    return frame._with(rows_plan(frame._engine, schema, rows))


def _call(statistic, attribute):
    column = n.Reference(attribute)
    number = n.Cast(column, DOUBLE)
    if statistic == 'count':
        made = n.Call('count', [column])
    elif statistic in ('mean', 'stddev'):
        made = n.Call(statistic, [number])
    elif statistic in ('min', 'max'):
        made = n.Call(statistic, [column])
    elif statistic.endswith('%'):
        share = float(statistic[:-1]) / 100
        inner = column if is_number(attribute.type) else number
        made = n.Call('percentile_approx', [inner, n.Literal(share)])
    elif statistic in ('count_distinct', 'approx_count_distinct'):
        made = n.Call('count', [column], distinct=True)
    else:
        raise IllegalArgumentException(f'{statistic} is not a recognised statistic')
    return n.Cast(made, STRING)
