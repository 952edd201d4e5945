"""What stands behind OVER."""

from headrace_job.expression import nodes as n
from pyspark.errors import refused


class Windows:
    """A part of the expression parser."""

    def _over(self, function):
        if not self.sees('('):
            return n.Over(function, [], [], ('named', self.name()))
        return self.window(function)

    def window(self, function):
        """The parenthesis behind OVER."""
        self.expect('(')
        base = None
        if self.at().kind in ('word', 'quoted') and self.at().upper not in (
            'PARTITION',
            'DISTRIBUTE',
            'ORDER',
            'SORT',
            'ROWS',
            'RANGE',
            'CLUSTER',
        ):
            base = self.name()
        partition, order, frame = [], [], None
        if self.accept('PARTITION', 'BY') or self.accept('DISTRIBUTE', 'BY'):
            partition = self.comma_list(self.expression)
        if self.accept('ORDER', 'BY') or self.accept('SORT', 'BY'):
            order = self.comma_list(self.order)
        if self.sees('ROWS') or self.sees('RANGE'):
            unit = self.next().text.lower()
            if self.accept('BETWEEN'):
                start = self._bound()
                self.expect('AND')
                frame = (unit, start, self._bound())
            else:
                frame = (unit, self._bound(), 0)
        self.expect(')')
        return n.Over(function, partition, order, ('named', base) if base else frame)

    def _bound(self):
        if self.accept('CURRENT', 'ROW'):
            return 0
        if self.accept('UNBOUNDED'):
            self.index += 1
            return None
        amount = self.expression()
        if not isinstance(amount, n.Literal):
            raise refused('a window frame whose bound is not a literal number')
        sign = -1 if self.next().upper == 'PRECEDING' else 1
        return sign * int(amount.value)
