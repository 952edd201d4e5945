"""Nested records made flat, and flat fields put into nested ones."""

from headrace_job.expression import nodes as n
from headrace_job.expression.collection_rules import struct_of
from headrace_job.expression.json_rules import structure
from headrace_job.expression.typed import Attribute, Typed, quote_text
from headrace_job.frame import plan as p
from headrace_job.frame.generate import generate
from headrace_job.lake.readers import _structure_type
from pyspark.errors import refused
from pyspark.sql import types as t

from awsglue.paths import value_at


def nested_items(found):
    """(attribute, SQL) from (path, value) pairs; fields below one name become a struct of them."""
    tree = {}
    for parts, value in found:
        place = tree
        for part in parts[:-1]:
            inner = place.get(part)
            place[part] = place = inner if isinstance(inner, dict) else {}
        place[parts[-1]] = value
    items = []
    for name, value in tree.items():
        value = _built(value)
        items.append((Attribute(name, value.type), value.sql))
    return items


def _built(value):
    if not isinstance(value, dict):
        return value
    return struct_of(list(value), [_built(part) for part in value.values()])


def _leaves(value, name):
    """(name, value) of a column's fields, structs opened, names joined by dots."""
    if not isinstance(value.type, t.StructType):
        yield name, value
        return
    for field in value.type:
        part = Typed(f'struct_extract({value.sql}, {quote_text(field.name)})', field.dataType)
        yield from _leaves(part, f'{name}.{field.name}')


def flattened(plan):
    items = []
    for attribute in plan.attributes:
        for name, value in _leaves(attribute.typed(), attribute.name):
            same = value.sql == attribute.sql
            items.append((attribute if same else Attribute(name, value.type), value.sql))
    return p.project(plan, items)


def relationalized(plan, root):
    """Tables by their names: the flat root, and one for each array, joined by `id`."""
    tables = {}
    _relational(plan, root, tables)
    return tables


def _relational(plan, name, tables):
    plan = flattened(plan)
    arrays = [a for a in plan.attributes if isinstance(a.type, t.ArrayType)]
    for attribute in plan.attributes:
        if isinstance(attribute.type, t.MapType):
            raise refused(f"relationalize() of a map (the field '{attribute.name}')")
    if not arrays:
        tables[name] = plan
        return
    items, numbered = [], []
    for attribute in plan.attributes:
        if attribute not in arrays:
            items.append((attribute, attribute.sql))
            continue
        number = Attribute(attribute.name, t.LongType())
        sql = f'CASE WHEN {attribute.sql} IS NOT NULL THEN row_number() OVER () END'
        items += [(number, sql), (attribute, attribute.sql)]
        numbered.append((attribute, number))
    whole = p.project(plan, items)
    shown = [a for a, _ in items if a not in arrays]
    tables[name] = p.keep(whole, shown)
    for attribute, number in numbered:
        base = p.project(
            whole, [(Attribute('id', number.type), number.sql), (attribute, attribute.sql)]
        )
        identity = base.attributes[0]
        made, (place, value) = generate(
            base, n.Generator('posexplode', [n.Reference(attribute)]), ['index', 'val'], None
        )
        child = p.keep(made, [identity, place, value])
        _relational(_prefixed(child), f'{name}_{attribute.name}', tables)


def _prefixed(plan):
    return p.project(plan, [(a, a.sql) for a in plan.attributes])


def unboxed(frame, parts):
    """JSON text at a path (of a top-level field) read as a struct of what is found in it."""
    import json

    plan = frame._plan
    value = value_at(plan, parts)
    if len(parts) > 1 or value is None or not isinstance(value.type, t.StringType):
        raise refused('unbox() of anything but a top-level field of text')
    shape = frame._engine.run(
        plan,
        lambda body: (
            f'SELECT json_group_structure(CASE WHEN json_valid({value.sql}) THEN CAST({value.sql} AS JSON) END) FROM ({body})'
        ),
    )[0][0]
    kind = _structure_type(json.loads(shape)) if shape else t.StructType([])
    text = quote_text(json.dumps(structure(kind)))
    items = []
    for attribute in plan.attributes:
        if attribute.sql == value.sql:
            sql = f'CASE WHEN json_valid({value.sql}) THEN json_transform({value.sql}, {text}) END'
            items.append((Attribute(attribute.name, kind), sql))
        else:
            items.append((attribute, attribute.sql))
    return p.project(plan, items)
