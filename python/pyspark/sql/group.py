"""Groups of rows, and what is worked out for each."""

from headrace_job.expression import nodes as n
from headrace_job.expression.coercion import is_number
from headrace_job.frame import select as s
from pyspark.errors import AnalysisException, PySparkTypeError, refused
from pyspark.sql.column import Column, expression_of, name_expression


class GroupedData:
    def __init__(self, frame, keys, mode='plain', pivot=None):
        self._frame = frame
        self._keys = keys
        self._mode = mode
        self._pivot = pivot

    def agg(self, *exprs):
        """Each expression's value for each group, behind the keys."""
        if not exprs:
            raise PySparkTypeError('[CANNOT_BE_EMPTY] exprs should not be empty')
        if len(exprs) == 1 and isinstance(exprs[0], dict):
            expressions = [_by_name(exprs[0][column], column) for column in _java_order(exprs[0])]
        else:
            if not all(isinstance(e, Column) for e in exprs):
                raise PySparkTypeError('[NOT_COLUMN] all exprs should be Column')
            expressions = [e._expression for e in exprs]
        return self._made(expressions)

    def _made(self, expressions):
        frame = self._frame
        if self._pivot:
            expressions = self._pivoted(expressions)
        plan = s.grouped(
            frame._plan, self._keys, expressions, frame._session, self._mode, keep_keys=True
        )
        return frame._with(plan)

    def _pivoted(self, expressions):
        column, values = self._pivot
        made = []
        for value in values:
            label = _label(value)
            same = n.Call('<=>', [column, expression_of(value)])
            for expression in expressions:
                name = label if len(expressions) == 1 else f'{label}_{expression.output_name()}'
                made.append(n.Alias(_only_where(expression, same), [name]))
        return made

    def pivot(self, pivot_col, values=None):
        if self._pivot:
            raise refused('pivot() of a pivot')
        column = (
            pivot_col._expression if isinstance(pivot_col, Column) else name_expression(pivot_col)
        )
        if values is None:
            found = s.select(self._frame._plan, [n.Alias(column, ['value'])], self._frame._session)
            frame = self._frame._with(found).distinct().orderBy('value')
            values = [row[0] for row in frame.limit(10001).collect()]
            if len(values) > 10000:
                raise AnalysisException(
                    'The pivot column has more than 10000 distinct values, this could indicate an error.'
                )
        return GroupedData(self._frame, self._keys, self._mode, (column, values))

    def count(self):
        return self._made([n.Alias(n.Call('count', [n.Literal(1)]), ['count'])])

    def _numeric(self, name, cols):
        chosen = cols[0] if len(cols) == 1 and isinstance(cols[0], (list, tuple)) else cols
        if not chosen:
            keys = {key.output_name().lower() for key in self._keys}
            attributes = self._frame._plan.attributes
            chosen = [
                a.name for a in attributes if is_number(a.type) and a.name.lower() not in keys
            ]
        if not chosen:
            return self._frame._with(
                s.select(self._frame._plan, self._keys, self._frame._session)
            ).distinct()
        return self._made([_by_name(name, column) for column in chosen])

    def sum(self, *cols):
        return self._numeric('sum', cols)

    def avg(self, *cols):
        return self._numeric('avg', cols)

    mean = avg

    def min(self, *cols):
        return self._numeric('min', cols)

    def max(self, *cols):
        return self._numeric('max', cols)

    def apply(self, udf):
        raise refused('GroupedData.apply()')

    def applyInPandas(self, func, schema):
        raise refused('GroupedData.applyInPandas()')


def _java_order(names):
    """The names in the order of a Java HashMap, in which Spark gets them."""
    size = 16
    while len(names) > size * 3 // 4:
        size *= 2

    def bucket(name):
        code = 0
        for sign in name:
            code = (code * 31 + ord(sign)) & 0xFFFFFFFF
        return (code ^ (code >> 16)) & (size - 1)

    return sorted(names, key=bucket)


def _by_name(function, column):
    from headrace_job.expression.functions_by_name import call

    lowered = {'mean': 'avg'}.get(function.lower(), function.lower())
    if column == '*':
        return n.Call('count', [n.Literal(1)])
    return call(lowered, [name_expression(column)])


def _only_where(expression, condition):
    """The aggregates in the expression restricted to the rows where the condition holds."""
    from headrace_job.expression import registry

    def change(node):
        if isinstance(node, n.Call) and registry.find(node.name).kind == 'aggregate':
            where = condition if node.where is None else n.Call('and', [node.where, condition])
            inner = n.Call(node.name, node.arguments, node.distinct, where, node.ignore_nulls)
            if node.name in ('count', 'count_star', 'count_if', 'approx_count_distinct'):
                # AWS: Spark's pivot leaves NULL where a group has no row of the value.
                return n.Call('nullif', [inner, n.Literal(0)])
            return inner
        return None

    base = expression.children[0] if isinstance(expression, n.Alias) else expression
    return base.replaced(change)


def _label(value):
    if isinstance(value, Column):
        return value._expression.output_name()
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
