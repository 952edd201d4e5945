"""Spark SQL expressions: text to the nodes that `functions` makes."""

import decimal

from headrace_job.expression import nodes as n
from headrace_job.expression.functions_by_name import call
from pyspark.errors import ParseException, refused
from pyspark.sql import types as t

from . import lexer
from .numbers import number
from .special_forms import SpecialForms
from .type_names import parse_type
from .windows import Windows

_COMPARISONS = {
    '=': '=',
    '==': '=',
    '<=>': '<=>',
    '<>': '<>',
    '!=': '<>',
    '<': '<',
    '<=': '<=',
    '>': '>',
    '>=': '>=',
}
_NO_PARENTHESES = {
    'current_date',
    'current_timestamp',
    'current_user',
    'current_database',
    'current_timezone',
    'localtimestamp',
}
_RESERVED = {
    'from',
    'where',
    'group',
    'order',
    'having',
    'limit',
    'union',
    'except',
    'intersect',
    'minus',
    'on',
    'using',
    'join',
    'inner',
    'left',
    'right',
    'full',
    'cross',
    'natural',
    'lateral',
    'as',
    'and',
    'or',
    'when',
    'then',
    'else',
    'end',
    'sort',
    'distribute',
    'cluster',
    'window',
    'semi',
    'anti',
    'offset',
    'between',
    'in',
    'is',
    'like',
    'rlike',
    'ilike',
    'regexp',
    'not',
    'over',
    'filter',
    'asc',
    'desc',
    'nulls',
    'select',
    'div',
    'qualify',
    'tablesample',
    'pivot',
    'set',
}


class ExpressionParser(SpecialForms, Windows):
    """Reads tokens from left to right. `query` parses a subquery (given by the query parser)."""

    def __init__(self, text, functions=None):
        self.text = text
        self.tokens = lexer.tokens(text)
        self.index = 0
        self.functions = functions or {}

    # Reading

    def at(self, ahead=0):
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def next(self):
        token = self.at()
        self.index += 1
        return token

    def fail(self):
        token = self.at()
        raise lexer.error(self.text, token.place, token.text)

    def sees(self, *words):
        """Whether the next tokens are these words or signs."""
        return all(self.at(i).upper == word for i, word in enumerate(words))

    def accept(self, *words):
        if not self.sees(*words):
            return False
        self.index += len(words)
        return True

    def expect(self, *words):
        if not self.accept(*words):
            self.fail()

    def name(self):
        token = self.next()
        if token.kind == 'quoted':
            return token.text[1:-1].replace('``', '`')
        if token.kind == 'word':
            return token.text
        self.index -= 1
        return self.fail()

    def names(self):
        parts = [self.name()]
        while self.accept('.'):
            parts.append(self.name())
        return parts

    # Operators, weakest first

    def expression(self):
        left = self._and()
        while self.accept('OR'):
            left = call('or', [left, self._and()])
        return left

    def _and(self):
        left = self._not()
        while self.accept('AND'):
            left = call('and', [left, self._not()])
        return left

    def _not(self):
        if self.sees('NOT') or (self.sees('!') and not self.sees('!', '=')):
            self.index += 1
            return call('not', [self._not()])
        return self._predicate()

    def _predicate(self):
        left = self._bit_or()
        while True:
            sign = self.at().upper
            if sign in _COMPARISONS:
                self.index += 1
                left = call(_COMPARISONS[sign], [left, self._bit_or()])
                continue
            made = self._worded(left)
            if made is None:
                return left
            left = made

    def _worded(self, left):
        """IS …, [NOT] IN / BETWEEN / LIKE / RLIKE; None when none of them follows."""
        if self.accept('IS'):
            return self._is(left)
        denied = self.sees('NOT') and self.at(1).upper in (
            'IN',
            'BETWEEN',
            'LIKE',
            'RLIKE',
            'REGEXP',
            'ILIKE',
        )
        if denied:
            self.index += 1
        if self.accept('IN'):
            made = self._in(left)
        elif self.accept('BETWEEN'):
            low = self._bit_or()
            self.expect('AND')
            made = call('between', [left, low, self._bit_or()])
        elif self.sees('LIKE') or self.sees('ILIKE'):
            made = self._like(left, self.next().text.lower())
        elif self.accept('RLIKE') or self.accept('REGEXP'):
            made = call('rlike', [left, self._bit_or()])
        else:
            return None
        return call('not', [made]) if denied else made

    def _is(self, left):
        denied = self.accept('NOT')
        if self.accept('NULL'):
            return call('isnotnull' if denied else 'isnull', [left])
        if self.accept('DISTINCT', 'FROM'):
            same = call('<=>', [left, self._bit_or()])
            return same if denied else call('not', [same])
        if self.sees('TRUE') or self.sees('FALSE'):
            same = call('<=>', [left, n.Literal(self.next().upper == 'TRUE')])
            return call('not', [same]) if denied else same
        return self.fail()

    def _in(self, left):
        self.expect('(')
        if self.sees('SELECT') or self.sees('WITH'):
            return self._subquery('in', [left])
        items = self._list(')')
        return call('in', [left, *items])

    def _like(self, left, name):
        for word in ('ANY', 'SOME', 'ALL'):
            if self.accept(word):
                self.expect('(')
                tests = [call(name, [left, pattern]) for pattern in self._list(')')]
                made = tests[0]
                for test in tests[1:]:
                    made = call('and' if word == 'ALL' else 'or', [made, test])
                return made
        arguments = [left, self._bit_or()]
        if self.accept('ESCAPE'):
            arguments.append(self._primary())
        return call(name, arguments)

    def _bit_or(self):
        left = self._bit_xor()
        while self.sees('|'):
            self.index += 1
            left = call('|', [left, self._bit_xor()])
        return left

    def _bit_xor(self):
        left = self._bit_and()
        while self.accept('^'):
            left = call('^', [left, self._bit_and()])
        return left

    def _bit_and(self):
        left = self._sum()
        while self.accept('&'):
            left = call('&', [left, self._sum()])
        return left

    def _sum(self):
        left = self._product()
        while self.at().upper in ('+', '-', '||') and self.at().kind == 'sign':
            sign = self.next().text
            left = call('concat' if sign == '||' else sign, [left, self._product()])
        return left

    def _product(self):
        left = self._unary()
        while self.at().upper in ('*', '/', '%', 'DIV'):
            sign = self.next().upper.lower()
            left = call(sign, [left, self._unary()])
        return left

    def _unary(self):
        if self.accept('-'):
            operand = self._unary()
            if (
                isinstance(operand, n.Literal)
                and isinstance(operand.value, (int, float, decimal.Decimal))
                and not (isinstance(operand.value, bool))
            ):
                return n.Literal(-operand.value, operand.type)
            return call('negative', [operand])
        if self.accept('+'):
            return self._unary()
        if self.accept('~'):
            return call('~', [self._unary()])
        return self._postfix(self._primary())

    def _postfix(self, value):
        while True:
            if self.accept('['):
                key = self.expression()
                self.expect(']')
                value = call('getitem', [value, key])
            elif self.sees('.') and not isinstance(value, n.Star):
                self.index += 1
                value = n.GetField(value, self.name())
            elif self.accept('::'):
                value = n.Cast(value, self.type())
            else:
                return value

    def type(self):
        """A type's name, up to where it ends."""
        start = self.at().place
        self.name()
        depth = 0
        while True:
            sign = self.at().upper
            if sign in ('<', '(') and (depth or self.tokens[self.index - 1].kind == 'word'):
                depth += 1
            elif sign in ('>', ')') and depth:
                depth -= 1
            elif not depth:
                break
            elif self.at().kind == 'end':
                self.fail()
            self.index += 1
        return parse_type(self.text[start : self.at().place].strip())

    # Values

    def _primary(self):
        token = self.at()
        if token.kind == 'number':
            self.index += 1
            return number(token.text)
        if token.kind in ('text', 'raw'):
            return self._text()
        if token.kind == 'hex':
            self.index += 1
            return n.Literal(bytes.fromhex(token.text[2:-1]))
        if token.upper == '(':
            return self._parenthesis()
        if token.upper == '*':
            self.index += 1
            return n.Star()
        if token.kind in ('word', 'quoted'):
            return self._named()
        return self.fail()

    def _text(self):
        value = lexer.text_value(self.next())
        while self.at().kind in ('text', 'raw'):
            value += lexer.text_value(self.next())
        return n.Literal(value)

    def _parenthesis(self):
        if self._at_lambda():
            return self._lambda()
        self.expect('(')
        if self.sees('SELECT') or self.sees('WITH'):
            return self._subquery('scalar', [])
        items = self._list(')')
        return items[0] if len(items) == 1 else call('struct', items)

    def _subquery(self, kind, children):
        query = self.query()
        self.expect(')')
        return n.Subquery(kind, query.build, children)

    def query(self):
        raise ParseException('A subquery has its place in spark.sql(), not in an expression.')

    def _list(self, end):
        items = []
        while not self.accept(end):
            if items:
                self.expect(',')
            items.append(self.argument())
        return items

    def argument(self):
        if self._at_lambda():
            return self._lambda()
        return self.aliased_argument()

    def aliased_argument(self):
        value = self.expression()
        if self.sees('AS') and self.at(1).kind in ('word', 'quoted'):
            self.index += 1
            value = n.Alias(value, [self.name()])
        return value

    def _at_lambda(self):
        if self.at().kind in ('word', 'quoted') and self.at(1).upper == '->':
            return True
        place = 0
        if self.at().upper != '(':
            return False
        while self.at(place + 1).kind in ('word', 'quoted') and self.at(place + 2).upper in (
            ',',
            ')',
        ):
            place += 2
            if self.at(place).upper == ')':
                return self.at(place + 1).upper == '->'
        return False

    def _lambda(self):
        names = []
        if self.accept('('):
            while not self.accept(')'):
                if names:
                    self.expect(',')
                names.append(self.name())
        else:
            names.append(self.name())
        self.expect('->')
        fresh = {name: f'{name}_{n.fresh_id()}' for name in names}
        lowered = {name.lower(): new for name, new in fresh.items()}

        def change(node):
            if isinstance(node, n.Name) and node.parts[0].lower() in lowered:
                return n.LambdaName([lowered[node.parts[0].lower()], *node.parts[1:]])
            return None

        return n.Lambda(list(fresh.values()), self.expression().replaced(change))

    def _named(self):
        token = self.at()
        word = token.upper
        special = getattr(self, f'_word_{word.lower()}', None) if token.kind == 'word' else None
        if special:
            made = special()
            if made is not None:
                return made
        if (
            token.kind == 'word'
            and token.text.lower() in _RESERVED
            and not (
                self.at(1).upper == '('
                and token.text.lower() in ('left', 'right', 'filter', 'window', 'set')
            )
        ):
            self.fail()
        parts = [self.name()]
        while self.sees('.') and self.at(1).kind in ('word', 'quoted'):
            self.index += 1
            parts.append(self.name())
        if self.sees('.', '*'):
            self.index += 2
            return n.Star(parts)
        if self.sees('(') and token.kind == 'word':
            return self._call(parts[-1])
        if len(parts) == 1 and token.kind == 'word' and parts[0].lower() in _NO_PARENTHESES:
            return call(parts[0], [])
        return n.Name(parts)

    def _call(self, name):
        self.expect('(')
        distinct = self.accept('DISTINCT')
        self.accept('ALL')
        arguments = self._list(')')
        lowered = name.lower()
        if lowered == 'count' and len(arguments) == 1 and isinstance(arguments[0], n.Star):
            arguments = [n.Literal(1)]
        if (
            lowered in ('date_add', 'date_sub', 'dateadd', 'datediff', 'date_diff')
            and len(arguments) == 3
        ):
            raise refused(f'{name}() with a unit')
        ignore = self._nulls()
        where = None
        if self.accept('FILTER', '('):
            self.expect('WHERE')
            where = self.expression()
            self.expect(')')
        ignore = self._nulls() or ignore
        if lowered in self.functions:
            user = self.functions[lowered]
            made = n.PythonCall(user.func, arguments, user.returnType, user._name)
        elif lowered in _CASTS and len(arguments) == 1:
            made = n.Cast(arguments[0], _CASTS[lowered])
        else:
            made = call(lowered, arguments, distinct=distinct, where=where, ignore_nulls=ignore)
        return self._over(made) if self.accept('OVER') else made

    def _nulls(self):
        if self.accept('IGNORE', 'NULLS'):
            return True
        self.accept('RESPECT', 'NULLS')
        return False

    def order(self):
        value = self.expression()
        down = self.accept('DESC') or (self.accept('ASC') and False)
        nulls = None
        if self.accept('NULLS', 'FIRST'):
            nulls = True
        elif self.accept('NULLS', 'LAST'):
            nulls = False
        return n.Order(value, bool(down), nulls)

    def comma_list(self, read):
        items = [read()]
        while self.accept(','):
            items.append(read())
        return items

    def select_item(self):
        """An expression with an optional name, or names in parentheses for a generator."""
        value = self.expression()
        if self.accept('AS'):
            if self.accept('('):
                names = self.comma_list(self.name)
                self.expect(')')
                return n.Alias(value, names)
            if self.at().kind in ('text',):
                return n.Alias(value, [lexer.text_value(self.next())])
            return n.Alias(value, [self.name()])
        token = self.at()
        if token.kind == 'quoted' or (token.kind == 'word' and token.text.lower() not in _RESERVED):
            return n.Alias(value, [self.name()])
        return value


_CASTS = {
    'int': t.IntegerType(),
    'bigint': t.LongType(),
    'string': t.StringType(),
    'double': t.DoubleType(),
    'float': t.FloatType(),
    'boolean': t.BooleanType(),
    'date': t.DateType(),
    'timestamp': t.TimestampType(),
    'smallint': t.ShortType(),
    'tinyint': t.ByteType(),
    'binary': t.BinaryType(),
    'decimal': t.DecimalType(10, 0),
}


def _active_functions():
    from pyspark.sql.session import SparkSession

    active = SparkSession.getActiveSession()
    return active._functions if active else {}


def parse_expression(text):
    """An expression, all of the text."""
    parser = ExpressionParser(text, _active_functions())
    value = parser.expression()
    if parser.at().kind != 'end':
        parser.fail()
    return value


def parse_select_item(text):
    """An expression with an optional name, as `selectExpr` takes it."""
    parser = ExpressionParser(text, _active_functions())
    value = parser.select_item()
    if parser.at().kind != 'end':
        parser.fail()
    return value
