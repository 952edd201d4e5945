"""Paths into records (`a.b`, `` `a.b` ``, `items[].price`) and changes at their ends."""

from headrace_job.expression.casts import cast
from headrace_job.expression.collection_rules import struct_of
from headrace_job.expression.typed import Typed, fresh_id, quote_text
from headrace_job.parse.type_names import parse_type
from pyspark.sql import types as t
from pyspark.sql.column import split_name

# What a change answers for a field that is to go.
GONE = object()

_TYPES = {
    'int': 'int',
    'integer': 'int',
    'long': 'bigint',
    'bigint': 'bigint',
    'short': 'smallint',
    'smallint': 'smallint',
    'byte': 'tinyint',
    'tinyint': 'tinyint',
    'float': 'float',
    'double': 'double',
    'string': 'string',
    'boolean': 'boolean',
    'date': 'date',
    'timestamp': 'timestamp',
    'binary': 'binary',
    'decimal': 'decimal(10,2)',
    'null': 'void',
    'varchar': 'string',
    'char': 'string',
}


def glue_type(name):
    """The Spark type of a Glue type's name; None for `struct`, `array` and `map` without their parts."""
    lowered = name.strip().lower()
    if lowered in ('struct', 'array', 'map'):
        return None
    if '<' in lowered:
        for glue, spark in (('long', 'bigint'), ('short', 'smallint'), ('byte', 'tinyint')):
            lowered = (
                lowered.replace(f'<{glue}', f'<{spark}')
                .replace(f':{glue}', f':{spark}')
                .replace(f',{glue}>', f',{spark}>')
            )
        return parse_type(lowered)
    return parse_type(_TYPES.get(lowered, lowered))


def split_path(path):
    """The names of a path; an array's `[]` is dropped from its name, for arrays are entered anyway."""
    return [part[:-2] if part.endswith('[]') else part for part in split_name(path)]


def value_at(plan, parts):
    """The value at a path of the plan's columns, or None. A column of the whole name wins."""
    whole = '.'.join(parts)
    for attribute in plan.attributes:
        if attribute.name == whole or attribute.name.lower() == whole.lower():
            return attribute.typed()
    found = [a for a in plan.attributes if a.name == parts[0]] or [
        a for a in plan.attributes if a.name.lower() == parts[0].lower()
    ]
    value = found[0].typed() if found else None
    for part in parts[1:]:
        value = _step(value, part)
    return value


def _step(value, name):
    if value is None:
        return None
    if isinstance(value.type, t.StructType):
        for field in value.type:
            if field.name.lower() == name.lower():
                return Typed(
                    f'struct_extract({value.sql}, {quote_text(field.name)})', field.dataType
                )
    if isinstance(value.type, t.ArrayType) and isinstance(value.type.elementType, t.StructType):
        x = f'x{fresh_id()}'
        inner = _step(Typed(x, value.type.elementType), name)
        return inner and Typed(
            f'list_transform({value.sql}, lambda {x}: {inner.sql})', t.ArrayType(inner.type)
        )
    if isinstance(value.type, t.MapType):
        return Typed(f'({value.sql})[{quote_text(name)}]', value.type.valueType)
    return None


def changed_at(value, parts, change):
    """The value with `change(part)` in the place of what is at the path below it. `change` answers
    (name, value) pairs, or GONE. What has no such path stays as it is."""
    kind = value.type
    if isinstance(kind, t.ArrayType):
        x = f'x{fresh_id()}'
        inner = changed_at(Typed(x, kind.elementType), parts, change)
        return Typed(
            f'list_transform({value.sql}, lambda {x}: {inner.sql})', t.ArrayType(inner.type)
        )
    if not isinstance(kind, t.StructType):
        return value
    names, values = [], []
    for field in kind:
        part = Typed(f'struct_extract({value.sql}, {quote_text(field.name)})', field.dataType)
        if field.name.lower() != parts[0].lower():
            names.append(field.name)
            values.append(part)
            continue
        if len(parts) > 1:
            names.append(field.name)
            values.append(changed_at(part, parts[1:], change))
            continue
        made = change(field.name, part)
        if made is not GONE:
            for name, new in made:
                names.append(name)
                values.append(new)
    if not names:
        return Typed(value.sql, kind)
    made = struct_of(names, values)
    return Typed(f'CASE WHEN {value.sql} IS NOT NULL THEN {made.sql} END', made.type)


def lenient(value, kind):
    """Glue's cast: what cannot be is NULL."""
    if value.type == kind:
        return value
    try:
        return cast(value, kind)
    except Exception:
        from headrace_job.expression.duck_types import duck_type

        return Typed(f'CAST(NULL AS {duck_type(kind)})', kind)
