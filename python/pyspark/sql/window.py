"""Windows for functions over neighbouring rows."""

from headrace_job.expression import nodes as n
from pyspark.sql.column import named_expression

_FAR = 1 << 63


def _bound(value):
    """A frame's bound; None when it is as far as bounds go."""
    return None if value <= -(_FAR) or value >= _FAR - 1 else int(value)


class WindowSpec:
    """A partitioning, an order and a frame."""

    def __init__(self, partition=(), order=(), frame=None):
        self._partition = tuple(partition)
        self._order = tuple(order)
        self._frame = frame

    def partitionBy(self, *columns):
        return WindowSpec(_expressions(columns), self._order, self._frame)

    def orderBy(self, *columns):
        orders = [e if isinstance(e, n.Order) else n.Order(e) for e in _expressions(columns)]
        return WindowSpec(self._partition, orders, self._frame)

    def rowsBetween(self, start, end):
        return WindowSpec(self._partition, self._order, ('rows', _bound(start), _bound(end)))

    def rangeBetween(self, start, end):
        return WindowSpec(self._partition, self._order, ('range', _bound(start), _bound(end)))

    def _over(self, function):
        return n.Over(function, self._partition, self._order, self._frame)


def _expressions(columns):
    if len(columns) == 1 and isinstance(columns[0], (list, tuple)):
        columns = columns[0]
    return [named_expression(c) for c in columns]


class Window:
    """Where windows begin."""

    unboundedPreceding = -_FAR
    unboundedFollowing = _FAR - 1
    currentRow = 0

    @staticmethod
    def partitionBy(*columns):
        return WindowSpec().partitionBy(*columns)

    @staticmethod
    def orderBy(*columns):
        return WindowSpec().orderBy(*columns)

    @staticmethod
    def rowsBetween(start, end):
        return WindowSpec().rowsBetween(start, end)

    @staticmethod
    def rangeBetween(start, end):
        return WindowSpec().rangeBetween(start, end)
