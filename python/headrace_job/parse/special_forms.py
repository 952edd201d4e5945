"""Words with a grammar of their own: CASE, CAST, EXTRACT, INTERVAL, typed literals …"""

import datetime

from headrace_job.expression import nodes as n
from headrace_job.expression.functions_by_name import call
from pyspark.errors import refused
from pyspark.sql import types as t

from . import lexer
from .numbers import number

_MOMENT = '%Y-%m-%d %H:%M:%S.%f'
_UNITS = {
    'year',
    'quarter',
    'month',
    'week',
    'day',
    'hour',
    'minute',
    'second',
    'millisecond',
    'microsecond',
}


class SpecialForms:
    """A part of the expression parser: `_word_x` reads what begins with the word X, or answers None."""

    def _word_null(self):
        self.index += 1
        return n.Literal(None)

    def _word_true(self):
        self.index += 1
        return n.Literal(True)

    def _word_false(self):
        self.index += 1
        return n.Literal(False)

    def _word_date(self):
        if self.at(1).kind != 'text':
            return None
        self.index += 1
        return n.Literal(datetime.date.fromisoformat(lexer.text_value(self.next())))

    def _word_timestamp(self):
        if self.at(1).kind != 'text':
            return None
        self.index += 1
        text = lexer.text_value(self.next())
        try:
            return n.Literal(
                datetime.datetime.strptime(text, _MOMENT if '.' in text else _MOMENT[:-3])
            )
        except ValueError:
            return n.Cast(n.Literal(text), t.TimestampType())

    def _word_case(self):
        self.index += 1
        subject = None if self.sees('WHEN') else self.expression()
        children = []
        while self.accept('WHEN'):
            condition = self.expression()
            children.append(condition if subject is None else call('=', [subject, condition]))
            self.expect('THEN')
            children.append(self.expression())
        if self.accept('ELSE'):
            children.append(self.expression())
        self.expect('END')
        return n.Case(children)

    def _word_cast(self):
        if self.at(1).upper != '(':
            return None
        self.index += 2
        value = self.expression()
        self.expect('AS')
        kind = self.type()
        self.expect(')')
        return n.Cast(value, kind)

    _word_try_cast = _word_cast

    def _word_exists(self):
        if not self.sees('EXISTS', '(') or self.at(2).upper not in ('SELECT', 'WITH'):
            return None
        self.index += 2
        return self._subquery('exists', [])

    def _word_extract(self):
        if not (self.sees('EXTRACT', '(') and self.at(3).upper == 'FROM'):
            return None
        self.index += 2
        unit = self.name()
        self.expect('FROM')
        value = self.expression()
        self.expect(')')
        return call('extract', [n.Literal(unit), value])

    def _word_substring(self):
        if self.at(1).upper != '(':
            return None
        start = self.index
        self.index += 2
        value = self.expression()
        if not self.accept('FROM'):
            self.index = start
            return None
        arguments = [value, self.expression()]
        if self.accept('FOR'):
            arguments.append(self.expression())
        self.expect(')')
        return call('substring', arguments)

    def _word_position(self):
        if self.at(1).upper != '(':
            return None
        start = self.index
        self.index += 2
        part = self._sum()
        if not self.accept('IN'):
            self.index = start
            return None
        value = self.expression()
        self.expect(')')
        return call('locate', [part, value])

    def _word_trim(self):
        if self.at(1).upper != '(':
            return None
        start = self.index
        self.index += 2
        side = self.next().upper if self.at().upper in ('BOTH', 'LEADING', 'TRAILING') else 'BOTH'
        characters = None if self.sees('FROM') else self.expression()
        if not self.accept('FROM'):
            self.index = start
            return None
        value = self.expression()
        self.expect(')')
        name = {'BOTH': 'trim', 'LEADING': 'ltrim', 'TRAILING': 'rtrim'}[side]
        return call(name, [value] if characters is None else [value, characters])

    def _word_interval(self):
        if self.at(1).kind not in ('text', 'number') and self.at(1).upper != '-':
            return None
        self.index += 1
        total = None
        while True:
            made = self._interval_part()
            if made is None:
                break
            total = made if total is None else call('+', [total, made])
        return total if total is not None else self.fail()

    def _interval_part(self):
        token = self.at()
        sign = -1 if self.accept('-') else 1
        if token.kind == 'text' and not self._unit(self.at(1)):
            words = lexer.text_value(self.next()).split()
            parts = [
                call('interval', [number(a), n.Literal(u)])
                for a, u in zip(words[0::2], words[1::2])
            ]
            made = parts[0] if parts else self.fail()
            for part in parts[1:]:
                made = call('+', [made, part])
            return made
        if self.at().kind not in ('number', 'text') or not self._unit(self.at(1)):
            return None
        token = self.next()
        amount = number(lexer.text_value(token).strip() if token.kind == 'text' else token.text)
        amount = n.Literal(sign * amount.value, amount.type)
        unit = self.next().text
        if self.sees('TO'):
            raise refused('an INTERVAL … TO …')
        return call('interval', [amount, n.Literal(unit)])

    @staticmethod
    def _unit(token):
        return token.kind == 'word' and token.text.lower().rstrip('s') in _UNITS
