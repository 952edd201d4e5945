"""Choices: columns whose values are of several types, kept as a struct with one field a type."""

from headrace_job.expression.duck_types import duck_type
from headrace_job.expression.typed import Attribute, Typed, quote_name, quote_text
from headrace_job.frame import plan as p
from headrace_job.lake.readers import _structure_type
from headrace_job.expression.json_rules import structure
from pyspark.errors import refused
from pyspark.sql import types as t

from awsglue.paths import GONE, changed_at, glue_type, lenient, split_path

_FIELD = {
    'byte': 'byte',
    'short': 'short',
    'integer': 'int',
    'long': 'long',
    'float': 'float',
    'double': 'double',
}


def field_name(kind):
    """The field of a choice that has the values of this type."""
    return _FIELD.get(kind.name, kind.name)


def parts_of(attribute):
    return [
        Typed(f'struct_extract({attribute.sql}, {quote_text(field.name)})', field.dataType)
        for field in attribute.type
    ]


def cast_choice(attribute, kind):
    """One value of the wanted type out of a choice: the part that can be cast to it."""
    order = sorted(parts_of(attribute), key=lambda part: part.type != kind)
    parts = [lenient(part, kind).sql for part in order]
    return Typed(f'coalesce({", ".join(parts)})', kind)


def mixed_json(engine, relation, name):
    """A column of JSON values as what it is: one type, a choice of some, or nothing but NULL.
    Answers (type, SQL over the column, whether it is a choice)."""
    import json

    column = quote_name(name)
    rows = engine.sql(
        f'SELECT DISTINCT json_type({column}) FROM ({relation}) WHERE {column} IS NOT NULL'
    )
    found = {row[0] for row in rows} - {'NULL'}
    parts = []
    if found & {'BIGINT', 'UBIGINT', 'HUGEINT'}:
        parts.append(
            (
                'long',
                t.LongType(),
                "IN ('BIGINT', 'UBIGINT', 'HUGEINT')",
                f"TRY_CAST(json_extract_string({column}, '$') AS BIGINT)",
            )
        )
    if found & {'DOUBLE', 'DECIMAL'}:
        parts.append(
            (
                'double',
                t.DoubleType(),
                "IN ('DOUBLE', 'DECIMAL')",
                f"TRY_CAST(json_extract_string({column}, '$') AS DOUBLE)",
            )
        )
    if 'BOOLEAN' in found:
        parts.append(
            (
                'boolean',
                t.BooleanType(),
                "= 'BOOLEAN'",
                f"CAST(json_extract_string({column}, '$') AS BOOLEAN)",
            )
        )
    if 'VARCHAR' in found:
        parts.append(
            ('string', t.StringType(), "= 'VARCHAR'", f"json_extract_string({column}, '$')")
        )
    for word, label in (('OBJECT', 'struct'), ('ARRAY', 'array')):
        if word in found:
            shape = engine.sql(
                f"SELECT json_group_structure(CASE WHEN json_type({column}) = '{word}' THEN {column} END) FROM ({relation}) "
                f"WHERE json_type({column}) = '{word}'"
            )[0][0]
            kind = _structure_type(json.loads(shape))
            text = quote_text(json.dumps(structure(kind)))
            parts.append((label, kind, f"= '{word}'", f'json_transform({column}, {text})'))
    if not parts:
        return t.NullType(), 'NULL', False
    cases = [
        (label, kind, f'CASE WHEN json_type({column}) {test} THEN {sql} END')
        for label, kind, test, sql in parts
    ]
    if len(cases) == 1:
        return cases[0][1], cases[0][2], False
    kind = t.StructType([t.StructField(label, part) for label, part, _ in cases])
    body = ', '.join(f"'{label}': {sql}" for label, _, sql in cases)
    present = f"{column} IS NOT NULL AND json_type({column}) <> 'NULL'"
    return kind, f'CASE WHEN {present} THEN CAST({{{body}}} AS {duck_type(kind)}) END', True


def resolve(plan, choices, specs, everywhere, catalog):
    """The plan with its choices resolved, and the names of those that are left.
    `catalog`: types by column name, for match_catalog."""
    wanted = {tuple(part.lower() for part in split_path(path)): action for path, action in specs}
    items, left = [], set()
    for attribute in plan.attributes:
        action = wanted.pop((attribute.name.lower(),), None)
        is_choice = attribute.name in choices
        if action is None and is_choice:
            action = everywhere
        if catalog is not None and attribute.name.lower() in catalog:
            action = ('type', catalog[attribute.name.lower()])
        if not action:
            if is_choice:
                left.add(attribute.name)
            items.append((attribute, attribute.sql))
            continue
        items += _acted(attribute, is_choice, action)
    for parts, action in wanted.items():
        items = [_nested(item, parts, action) for item in items]
    return p.project(plan, items), left


def _acted(attribute, is_choice, action):
    if isinstance(action, tuple):
        name, kind = 'cast', action[1]
    else:
        name, _, word = action.partition(':')
        kind = glue_type(word) if word else None
    if name == 'make_struct':
        return [(attribute, attribute.sql)]
    if name == 'make_cols':
        if not is_choice:
            return [(attribute, attribute.sql)]
        return [
            (Attribute(f'{attribute.name}_{field.name}', field.dataType), part.sql)
            for field, part in zip(attribute.type, parts_of(attribute))
        ]
    if name in ('cast', 'project') and kind is not None:
        value = attribute.typed()
        if is_choice and name == 'cast':
            value = cast_choice(attribute, kind)
        elif is_choice:
            same = [
                part
                for part in parts_of(attribute)
                if part.type == kind or field_name(part.type) == field_name(kind)
            ]
            value = lenient(same[0], kind) if same else lenient(Typed('NULL', t.NullType()), kind)
        return [(Attribute(attribute.name, kind), lenient(value, kind).sql)]
    raise refused(f"resolveChoice()'s action '{action}'")


def _nested(item, parts, action):
    """An action at a path into a column (`items[].price`, `a.b`)."""
    attribute, sql = item
    if attribute.name.lower() != parts[0] or len(parts) == 1:
        return item
    name, _, word = action.partition(':')
    kind = glue_type(word) if word else None
    if name == 'make_struct':
        return item
    if name not in ('cast', 'project') or kind is None:
        raise refused(f"resolveChoice()'s action '{action}' inside of a column")
    made = changed_at(
        Typed(sql, attribute.type),
        parts[1:],
        lambda own, part: [(own, lenient(part, kind))] if kind else GONE,
    )
    return Attribute(attribute.name, made.type), made.sql
