"""Expressions before their names are resolved. A node knows its parts, how Spark names the column
it makes, and how to become typed SQL in a scope."""

import datetime
import re

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from . import registry
from .casts import cast
from .literals import java_double, literal_sql, literal_type
from .typed import Typed, field_of, fresh_id

# An aggregate call leaves this mark where FILTER and OVER belong; between the two characters may
# stand a condition of its own.
TAIL = '\x01\x02'
_TAIL = re.compile('\x01(.*?)\x02', re.DOTALL)


def tail(condition=''):
    return f'\x01{condition}\x02'


def fill_tail(sql, where='', over=''):
    def filled(match):
        conditions = [c for c in (match.group(1), where) if c]
        text = f' FILTER (WHERE {" AND ".join(conditions)})' if conditions else ''
        return text + over

    return _TAIL.sub(filled, sql)


class Expression:
    children = ()

    def typed(self, scope):
        raise NotImplementedError

    def text(self):
        raise NotImplementedError

    def output_name(self):
        return self.text()

    def with_children(self, children):
        return self

    def replaced(self, change):
        """The same tree with `change(node)` put in where it answers a node, from the top."""
        changed = change(self)
        if changed is not None:
            return changed
        if not self.children:
            return self
        return self.with_children([child.replaced(change) for child in self.children])

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


class Name(Expression):
    def __init__(self, parts):
        self.parts = list(parts)

    def typed(self, scope):
        return scope.name(self.parts)

    def text(self):
        return self.parts[-1]


class LambdaName(Name):
    """A parameter of a lambda."""

    def text(self):
        return 'namedlambdavariable()'


class Reference(Expression):
    """A column of a given frame: `frame['name']`, or one that the engine made itself."""

    def __init__(self, attribute, plan_id=None):
        self.attribute = attribute
        self.plan_id = plan_id

    def typed(self, scope):
        return scope.reference(self.attribute, self.plan_id)

    def text(self):
        return self.attribute.name


class Star(Expression):
    def __init__(self, qualifier=()):
        self.qualifier = list(qualifier)

    def typed(self, scope):
        raise AnalysisException(
            "[INVALID_USAGE_OF_STAR_OR_REGEX] Invalid usage of '*' in expression."
        )

    def text(self):
        return '*'


class Literal(Expression):
    def __init__(self, value, type=None):
        self.value = value
        self.type = type or literal_type(value)

    def typed(self, scope):
        return Typed(literal_sql(self.value, self.type), self.type, self.value is None, self.value)

    def text(self):
        if self.value is None:
            return 'NULL'
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, datetime.datetime):
            return f"TIMESTAMP '{self.value}'"
        if isinstance(self.value, datetime.date):
            return f"DATE '{self.value}'"
        if isinstance(self.value, float):
            return java_double(self.value)
        return str(self.value)


class Alias(Expression):
    def __init__(self, child, names, metadata=None):
        self.children = (child,)
        self.names = list(names)
        self.metadata = metadata

    def typed(self, scope):
        return self.children[0].typed(scope)

    def text(self):
        return f'{self.children[0].text()} AS {self.names[0]}'

    def output_name(self):
        return self.names[0]

    def with_children(self, children):
        return Alias(children[0], self.names, self.metadata)


class Cast(Expression):
    def __init__(self, child, type):
        self.children = (child,)
        self.type = type

    def typed(self, scope):
        return cast(self.children[0].typed(scope), self.type)

    def text(self):
        return f'CAST({self.children[0].text()} AS {self.type.simpleString().upper()})'

    def output_name(self):
        base = self.children[0]
        while isinstance(base, Cast):
            base = base.children[0]
        return base.output_name() if isinstance(base, (Name, Reference, GetField)) else self.text()

    def with_children(self, children):
        return Cast(children[0], self.type)


class GetField(Expression):
    def __init__(self, child, name):
        self.children = (child,)
        self.name = name

    def typed(self, scope):
        return field_of(self.children[0].typed(scope), self.name)

    def text(self):
        return f'{self.children[0].text()}.{self.name}'

    def with_children(self, children):
        return GetField(children[0], self.name)


class Case(Expression):
    """CASE WHEN; `children` are condition, value, condition, value, …, and the ELSE when odd."""

    def __init__(self, children):
        self.children = tuple(children)

    def typed(self, scope):
        from .coercion import to_boolean, widest

        typed = [child.typed(scope) for child in self.children]
        has_else = len(typed) % 2 == 1
        pairs = typed[:-1] if has_else else typed
        conditions = [to_boolean(c) for c in pairs[0::2]]
        values = pairs[1::2] + (typed[-1:] if has_else else [])
        kind = widest([v.type for v in values], 'CASE WHEN')
        values = [cast(v, kind) for v in values]
        branches = ''.join(f' WHEN {c} THEN {v.sql}' for c, v in zip(conditions, values))
        ending = f' ELSE {values[-1].sql}' if has_else else ''
        nullable = not has_else or any(v.nullable for v in values)
        return Typed(f'CASE{branches}{ending} END', kind, nullable).marked(*typed)

    def text(self):
        texts = [child.text() for child in self.children]
        has_else = len(texts) % 2 == 1
        pairs = texts[:-1] if has_else else texts
        body = ''.join(f' WHEN {c} THEN {v}' for c, v in zip(pairs[0::2], pairs[1::2]))
        return 'CASE' + body + (f' ELSE {texts[-1]}' if has_else else '') + ' END'

    def with_children(self, children):
        return Case(children)


class Call(Expression):
    """A function or an operator by its name in the registry."""

    def __init__(self, name, arguments, distinct=False, where=None, ignore_nulls=False, shown=None):
        self.name = name
        self.count = len(arguments)
        self.children = tuple(arguments) + ((where,) if where else ())
        self.distinct = distinct
        self.ignore_nulls = ignore_nulls
        self.shown = shown

    @property
    def arguments(self):
        return self.children[: self.count]

    @property
    def where(self):
        return self.children[self.count] if len(self.children) > self.count else None

    def typed(self, scope):
        result = self.open_tail(scope)
        rule = registry.find(self.name)
        if rule.kind == 'window':
            raise AnalysisException(
                f'[MISSING_WINDOW] Window function {self.name}() requires an OVER clause.'
            )
        where = self.where.typed(scope).sql if self.where else ''
        if where and rule.kind != 'aggregate':
            raise AnalysisException(f'FILTER is only for aggregate functions, not {self.name}')
        closed = Typed(fill_tail(result.sql, where), result.type, result.nullable, result.literal)
        closed.marked(result)
        closed.aggregate = closed.aggregate or rule.kind == 'aggregate'
        return closed

    def open_tail(self, scope):
        """Typed, with the marks for FILTER and OVER still in it."""
        rule = registry.find(self.name)
        rule.check(self.name, self.count)
        arguments = [_argument(child, scope) for child in self.arguments]
        if rule.kind == 'aggregate' and any(
            isinstance(a, Typed) and a.aggregate for a in arguments
        ):
            raise AnalysisException(
                '[NESTED_AGGREGATE_FUNCTION] It is not allowed to use an aggregate function in the '
                'argument of another aggregate function. Please use the inner aggregate function '
                'in a sub-query.'
            )
        result = rule.make(self, scope, arguments)
        if rule.kind == 'volatile':
            result.windowed = True
        return result.marked(*arguments)

    def text(self):
        if self.shown:
            return self.shown(*[child.text() for child in self.arguments])
        texts = [child.text() for child in self.arguments]
        text = registry.show(self.name, texts, self.distinct)
        return text + (f' FILTER (WHERE {self.where.text()})' if self.where else '')

    def with_children(self, children):
        where = children[self.count] if len(children) > self.count else None
        return Call(
            self.name, children[: self.count], self.distinct, where, self.ignore_nulls, self.shown
        )


def _argument(child, scope):
    return child.bound(scope) if isinstance(child, Lambda) else child.typed(scope)


class Lambda(Expression):
    """`x -> …` as an argument of a higher-order function."""

    def __init__(self, names, body):
        self.names = names
        self.children = (body,)

    def bound(self, scope):
        return BoundLambda(self, scope)

    def text(self):
        names = ', '.join('namedlambdavariable()' for _ in self.names)
        return f'lambdafunction({self.children[0].text()}, {names})'

    def with_children(self, children):
        return Lambda(self.names, children[0])


class BoundLambda:
    def __init__(self, node, scope):
        self.node = node
        self.scope = scope

    @property
    def arity(self):
        return len(self.node.names)

    def apply(self, *values):
        """The body with the parameters standing for these values."""
        variables = {name.lower(): value for name, value in zip(self.node.names, values)}
        return self.node.children[0].typed(self.scope.inner(variables))

    def sql(self, *types):
        """`lambda x: …` for parameters of these types, and the body."""
        values = [Typed(f'x{fresh_id()}', kind) for kind in types][: self.arity]
        body = self.apply(*values)
        return f'lambda {", ".join(v.sql for v in values)}: {body.sql}', body


class Over(Expression):
    """A function over a window."""

    def __init__(self, function, partition, order, frame=None):
        self.partition_count = len(partition)
        self.children = (function, *partition, *order)
        self.frame = frame

    @property
    def function(self):
        return self.children[0]

    @property
    def partition(self):
        return self.children[1 : 1 + self.partition_count]

    @property
    def order(self):
        return self.children[1 + self.partition_count :]

    def typed(self, scope):
        from .windows import over

        return over(self, scope)

    def text(self):
        from .windows import window_text

        return f'{self.function.text()} OVER ({window_text(self)})'

    def with_children(self, children):
        count = self.partition_count
        return Over(children[0], children[1 : 1 + count], children[1 + count :], self.frame)


class Order(Expression):
    """An expression to sort by."""

    def __init__(self, child, descending=False, nulls_first=None):
        self.children = (child,)
        self.descending = descending
        self.nulls_first = (not descending) if nulls_first is None else nulls_first

    def typed(self, scope):
        raise AnalysisException('A sort order is not a value.')

    def sql(self, scope):
        value = self.children[0].typed(scope)
        return value, value.sql + self.suffix()

    def suffix(self):
        direction = 'DESC' if self.descending else 'ASC'
        return f' {direction} NULLS {"FIRST" if self.nulls_first else "LAST"}'

    def text(self):
        return self.children[0].text() + self.suffix()

    def with_children(self, children):
        return Order(children[0], self.descending, self.nulls_first)


class PythonCall(Expression):
    """A Python function called for each row; the plan takes it out before SQL is made."""

    def __init__(self, function, arguments, type, name, aware=False):
        self.function = function
        self.children = tuple(arguments)
        self.type = type
        self.name = name
        self.aware = aware

    def typed(self, scope):
        raise refused(f'the Python function {self.name}() in this place')

    def text(self):
        return f'{self.name}({", ".join(child.text() for child in self.children)})'

    def with_children(self, children):
        return PythonCall(self.function, children, self.type, self.name, self.aware)


class Generator(Expression):
    """`explode` and its kin: one row in, many rows out. `outer` keeps rows without elements."""

    def __init__(self, kind, children, outer=False):
        self.kind = kind
        self.children = tuple(children)
        self.outer = outer

    def typed(self, scope):
        raise AnalysisException(
            '[UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS] The generator is not supported: nested in '
            f'expressions "{self.text()}".'
        )

    def text(self):
        name = self.kind + ('_outer' if self.outer else '')
        return f'{name}({", ".join(child.text() for child in self.children)})'

    def with_children(self, children):
        return Generator(self.kind, children, self.outer)


class Subquery(Expression):
    """A query as a value. `build(scope)` answers its SQL and the column's type."""

    def __init__(self, kind, build, children=()):
        self.kind = kind
        self.build = build
        self.children = tuple(children)

    def typed(self, scope):
        from .coercion import comparable

        sql, types = self.build(scope)
        if self.kind == 'exists':
            return Typed(f'EXISTS ({sql})', t.BooleanType(), False)
        if self.kind == 'scalar':
            return Typed(f'({sql})', types[0], True)
        value = self.children[0].typed(scope)
        left, _ = comparable(value, Typed('NULL', types[0]))
        return Typed(f'({left.sql} IN ({sql}))', t.BooleanType()).marked(value)

    def text(self):
        return f'{self.kind}subquery()'

    def with_children(self, children):
        return Subquery(self.kind, self.build, children)
