"""What an expression becomes once its names are resolved: SQL text with a type, and the scope
in which names are looked up."""

import difflib
import itertools

from pyspark.errors import AnalysisException
from pyspark.sql import types as t

NOT_LITERAL = object()
_ids = itertools.count(1)


def fresh_id():
    """A number never given before in this run."""
    return next(_ids)


class Typed:
    """SQL text and what is known of its value."""

    __slots__ = ('sql', 'type', 'nullable', 'literal', 'aggregate', 'windowed')

    def __init__(self, sql, type, nullable=True, literal=NOT_LITERAL):
        self.sql = sql
        self.type = type
        self.nullable = nullable
        self.literal = literal
        self.aggregate = False
        self.windowed = False

    @property
    def is_literal(self):
        return self.literal is not NOT_LITERAL

    def marked(self, *sources):
        """Takes over from its parts whether an aggregate or a window is inside."""
        for source in sources:
            if isinstance(source, Typed):
                self.aggregate = self.aggregate or source.aggregate
                self.windowed = self.windowed or source.windowed
        return self


class Attribute:
    """A column of a plan. `id` is its name in SQL (`c12`), never used for another column."""

    __slots__ = ('id', 'name', 'type', 'nullable', 'qualifiers', 'origins', 'metadata')

    def __init__(
        self, name, type, nullable=True, qualifiers=(), id=None, origins=(), metadata=None
    ):
        self.id = id or fresh_id()
        self.name = name
        self.type = type
        self.nullable = nullable
        self.qualifiers = qualifiers
        self.origins = origins
        self.metadata = metadata

    @property
    def sql(self):
        return f'c{self.id}'

    def but(self, **changes):
        fields = {name: getattr(self, name) for name in self.__slots__}
        fields.update(changes)
        return Attribute(**fields)

    def typed(self):
        return Typed(self.sql, self.type, self.nullable)


class Scope:
    """Where names are looked up: the columns of the input, then hidden ones that the input could
    still hand out, then the scope around (of a lambda or an outer query)."""

    def __init__(self, attributes, hidden=(), outer=None, variables=None, session=None):
        self.attributes = list(attributes)
        self.hidden = list(hidden)
        self.outer = outer
        self.variables = variables or {}
        self.session = session or (outer.session if outer else None)
        self.missing = []

    def inner(self, variables):
        """A scope with lambda variables before the columns."""
        return Scope([], outer=self, variables=variables)

    def reference(self, attribute, plan_id):
        """The column that `frame['name']` meant."""
        for candidates in (self.attributes, self.hidden):
            found = [a for a in candidates if (plan_id, attribute.id) in a.origins]
            found = found or [a for a in candidates if a.id == attribute.id]
            if len(found) > 1:
                raise AnalysisException(
                    f"Column {attribute.name}#{attribute.id} are ambiguous. It's probably because "
                    'you joined several Datasets together, and some of these Datasets are the same. '
                    'Please alias the Datasets with different names via `Dataset.as` before joining '
                    'them, and specify the column using qualified name, e.g. '
                    '`df.as("a").join(df.as("b"), $"a.id" > $"b.id")`.'
                )
            if found:
                if candidates is self.hidden:
                    self.missing.append(found[0])
                return found[0].typed()
        if self.outer:
            return self.outer.reference(attribute, plan_id)
        raise AnalysisException(
            f'[MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT] Resolved attribute(s) '
            f'"{attribute.name}" missing from {self._listed()} in operator.'
        )

    def name(self, parts):
        """The value that a dotted name stands for."""
        found = self._find(parts)
        if found is None:
            self._fail(parts)
        return found

    def _find(self, parts):
        first = parts[0].lower()
        if first in self.variables:
            return fields_of(self.variables[first], parts[1:])
        for candidates in (self.attributes, self.hidden):
            match = _match(candidates, parts)
            if match:
                attribute, rest = match
                if candidates is self.hidden:
                    self.missing.append(attribute)
                return fields_of(attribute.typed(), rest)
        return self.outer._find(parts) if self.outer else None

    def star(self, qualifier):
        """The columns of `*`, `t.*`, or the fields of a struct column `s.*`."""
        if not qualifier:
            return list(self.attributes)
        wanted = tuple(part.lower() for part in qualifier)
        return [a for a in self.attributes if _qualified(a, wanted)]

    def _listed(self):
        return ', '.join(f'"{a.name}"' for a in self.attributes)

    def _fail(self, parts):
        scope, names = self, []
        while scope:
            names += [a.name for a in scope.attributes]
            scope = scope.outer
        text = '.'.join(f'`{part}`' for part in parts)
        lowered = {name.lower(): name for name in names}
        close = difflib.get_close_matches(parts[-1].lower(), list(lowered), 5, 0.0)
        if not close:
            raise AnalysisException(
                '[UNRESOLVED_COLUMN.WITHOUT_SUGGESTION] A column, variable, or function parameter '
                f'with name {text} cannot be resolved.'
            )
        proposal = ', '.join(f'`{lowered[name]}`' for name in close)
        raise AnalysisException(
            '[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with '
            f'name {text} cannot be resolved. Did you mean one of the following? [{proposal}].'
        )


def _qualified(attribute, wanted):
    for qualifier in attribute.qualifiers:
        lowered = tuple(part.lower() for part in qualifier)
        if lowered[-len(wanted) :] == wanted:
            return True
    return False


def _match(attributes, parts):
    """The column and the field names behind it; the longest qualifier wins, as in Spark."""
    for length in range(min(len(parts) - 1, 3), -1, -1):
        wanted = tuple(part.lower() for part in parts[:length])
        name = parts[length].lower()
        found = [
            a
            for a in attributes
            if a.name.lower() == name and (not wanted or _qualified(a, wanted))
        ]
        if len(found) > 1 and len({a.id for a in found}) > 1:
            choices = ', '.join(
                '`' + '`.`'.join((*(a.qualifiers[0] if a.qualifiers else ()), a.name)) + '`'
                for a in found
            )
            raise AnalysisException(
                f'[AMBIGUOUS_REFERENCE] Reference `{"`.`".join(parts)}` is ambiguous, '
                f'could be: [{choices}].'
            )
        if found:
            return found[0], parts[length + 1 :]
    return None


def fields_of(value, names):
    for name in names:
        value = field_of(value, name)
    return value


def field_of(value, name):
    """`value.name` for structs, arrays of structs and maps."""
    kind = value.type
    if isinstance(kind, t.StructType):
        field = _field(kind, name)
        sql = f'struct_extract({value.sql}, {quote_text(field.name)})'
        return Typed(sql, field.dataType, True).marked(value)
    if isinstance(kind, t.ArrayType) and isinstance(kind.elementType, t.StructType):
        field = _field(kind.elementType, name)
        variable = f'x{fresh_id()}'
        sql = (
            f'list_transform({value.sql}, lambda {variable}: '
            f'struct_extract({variable}, {quote_text(field.name)}))'
        )
        return Typed(sql, t.ArrayType(field.dataType), True).marked(value)
    if isinstance(kind, t.MapType):
        return Typed(f'({value.sql})[{quote_text(name)}]', kind.valueType, True).marked(value)
    raise AnalysisException(
        f'[INVALID_EXTRACT_BASE_FIELD_TYPE] Can\'t extract a value from "{name}". Need a complex '
        f'type [STRUCT, ARRAY, MAP] but got "{kind.simpleString().upper()}".'
    )


def _field(struct, name):
    for field in struct.fields:
        if field.name.lower() == name.lower():
            return field
    names = ', '.join(f'`{n}`' for n in struct.names)
    raise AnalysisException(f'[FIELD_NOT_FOUND] No such struct field `{name}` in {names}.')


def quote_text(text):
    return "'" + text.replace("'", "''") + "'"


def quote_name(name):
    return '"' + name.replace('"', '""') + '"'
