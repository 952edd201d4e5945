"""Columns: expressions that a frame resolves when they are used with it."""

from headrace_job.expression import nodes as n
from headrace_job.expression.functions_by_name import call
from pyspark.errors import PySparkTypeError, PySparkValueError
from pyspark.sql import types as t


def expression_of(value):
    """The expression of a column, or a literal for any other value."""
    if isinstance(value, Column):
        return value._expression
    if isinstance(value, (list, tuple)) and not isinstance(value, t.Row):
        return call('array', [expression_of(item) for item in value])
    if isinstance(value, dict):
        raise PySparkTypeError('[UNSUPPORTED_LITERAL] a dict is no literal; use create_map()')
    if type(value).__module__ == 'numpy' and hasattr(value, 'item'):
        value = value.item()
    if (
        hasattr(value, 'isoformat')
        or value is None
        or isinstance(value, (bool, int, float, str, bytes, bytearray))
        or type(value).__name__ == 'Decimal'
    ):
        return n.Literal(value)
    raise PySparkTypeError(
        f'[UNSUPPORTED_LITERAL] Unsupported literal: {value!r} of {type(value)}.'
    )


def named_expression(value):
    """The expression of a column given as such or by its name."""
    if isinstance(value, Column):
        return value._expression
    if isinstance(value, str):
        return name_expression(value)
    raise PySparkTypeError(
        f'[NOT_COLUMN_OR_STR] Argument `col` should be a Column or str, got {type(value).__name__}.'
    )


def name_expression(text):
    if text == '*':
        return n.Star()
    if text.endswith('.*'):
        return n.Star(split_name(text[:-2]))
    return n.Name(split_name(text))


def split_name(text):
    """`a.b`, with backticks around parts that have dots of their own."""
    parts, place, current = [], 0, ''
    while place < len(text):
        if text[place] == '`':
            end = text.find('`', place + 1)
            while end > 0 and text[end + 1 : end + 2] == '`':
                end = text.find('`', end + 2)
            if end < 0:
                from pyspark.errors import AnalysisException

                raise AnalysisException(
                    f'[INVALID_ATTRIBUTE_NAME_SYNTAX] Syntax error in the attribute name: {text}.'
                )
            current += text[place + 1 : end].replace('``', '`')
            place = end + 1
        elif text[place] == '.':
            parts.append(current)
            current = ''
            place += 1
        else:
            current += text[place]
            place += 1
    return [*parts, current]


def _binary(sign, swapped=False):
    def method(self, other):
        left, right = self._expression, expression_of(other)
        return Column(call(sign, [right, left] if swapped else [left, right]))

    return method


def _method(name):
    def method(self, other):
        return Column(call(name, [self._expression, expression_of(other)]))

    method.__name__ = name
    return method


class Column:
    """A value computed from the columns of a frame."""

    def __init__(self, expression):
        self._expression = expression

    __add__, __radd__ = _binary('+'), _binary('+', True)
    __sub__, __rsub__ = _binary('-'), _binary('-', True)
    __mul__, __rmul__ = _binary('*'), _binary('*', True)
    __truediv__, __rtruediv__ = _binary('/'), _binary('/', True)
    __mod__, __rmod__ = _binary('%'), _binary('%', True)
    __eq__, __ne__ = _binary('='), _binary('<>')
    __lt__, __le__, __gt__, __ge__ = _binary('<'), _binary('<='), _binary('>'), _binary('>=')
    __and__, __rand__ = _binary('and'), _binary('and', True)
    __or__, __ror__ = _binary('or'), _binary('or', True)
    __hash__ = None

    def __pow__(self, other):
        return Column(call('power', [self._expression, expression_of(other)]))

    def __rpow__(self, other):
        return Column(call('power', [expression_of(other), self._expression]))

    def __neg__(self):
        return Column(call('negative', [self._expression]))

    def __invert__(self):
        return Column(call('not', [self._expression]))

    def __bool__(self):
        raise PySparkValueError(
            "[CANNOT_CONVERT_COLUMN_INTO_BOOL] Cannot convert column into bool: please use '&' for 'and', "
            "'|' for 'or', '~' for 'not' when building DataFrame boolean expressions."
        )

    def __contains__(self, item):
        raise PySparkValueError(
            "[CANNOT_APPLY_IN_FOR_COLUMN] Cannot apply 'in' operator against a column: please use 'contains' "
            "in a string column or 'array_contains' function for an array column."
        )

    def __iter__(self):
        raise PySparkTypeError('[NOT_ITERABLE] Column is not iterable.')

    def __getattr__(self, item):
        if item.startswith('__'):
            raise AttributeError(item)
        return Column(n.GetField(self._expression, item))

    def __getitem__(self, key):
        if isinstance(key, slice):
            if key.step is not None:
                raise PySparkValueError('[SLICE_WITH_STEP] Slice with step is not supported.')
            return self.substr(key.start, key.stop)
        return self.getItem(key)

    def __repr__(self):
        return f"Column<'{self._expression.text()}'>"

    def getItem(self, key):
        return Column(call('getitem', [self._expression, expression_of(key)]))

    def getField(self, name):
        return (
            Column(n.GetField(self._expression, name))
            if isinstance(name, str)
            else self.getItem(name)
        )

    def withField(self, name, value):
        parts = split_name(name)
        if len(parts) > 1:
            value = Column(n.GetField(self._expression, parts[0])).withField(
                '.'.join(parts[1:]), value
            )
        return Column(
            call('with_field', [self._expression, n.Literal(parts[0]), value._expression])
        )

    def dropFields(self, *names):
        return Column(call('drop_fields', [self._expression, *(n.Literal(name) for name in names)]))

    def alias(self, *names, **options):
        return Column(n.Alias(self._expression, names, options.get('metadata')))

    name = alias

    def cast(self, dataType):
        return Column(n.Cast(self._expression, t.as_type(dataType)))

    astype = cast

    def eqNullSafe(self, other):
        return Column(call('<=>', [self._expression, expression_of(other)]))

    def isNull(self):
        return Column(call('isnull', [self._expression]))

    def isNotNull(self):
        return Column(call('isnotnull', [self._expression]))

    def isin(self, *values):
        if len(values) == 1 and isinstance(values[0], (list, set, tuple)):
            values = values[0]
        return Column(call('in', [self._expression, *(expression_of(v) for v in values)]))

    def between(self, lower, upper):
        return Column(
            call('between', [self._expression, expression_of(lower), expression_of(upper)])
        )

    like, ilike, rlike = _method('like'), _method('ilike'), _method('rlike')
    startswith, endswith, contains = _method('startswith'), _method('endswith'), _method('contains')
    bitwiseAND, bitwiseOR, bitwiseXOR = _method('&'), _method('|'), _method('^')

    def substr(self, start, length):
        return Column(
            call('substring', [self._expression, expression_of(start), expression_of(length)])
        )

    def when(self, condition, value):
        case = self._expression
        if not isinstance(case, n.Case) or len(case.children) % 2:
            raise PySparkValueError(
                'when() can only be applied on a Column previously generated by when() function'
            )
        return Column(n.Case([*case.children, condition._expression, expression_of(value)]))

    def otherwise(self, value):
        case = self._expression
        if not isinstance(case, n.Case) or len(case.children) % 2:
            raise PySparkValueError(
                'otherwise() can only be applied on a Column previously generated by when() function'
            )
        return Column(n.Case([*case.children, expression_of(value)]))

    def over(self, window):
        return Column(window._over(self._expression))

    def asc(self):
        return Column(n.Order(self._expression))

    def desc(self):
        return Column(n.Order(self._expression, True))

    def asc_nulls_first(self):
        return self.asc()

    def asc_nulls_last(self):
        return Column(n.Order(self._expression, False, False))

    def desc_nulls_first(self):
        return Column(n.Order(self._expression, True, True))

    def desc_nulls_last(self):
        return self.desc()
