"""Records as Python sees them: functions called for each, and what they answer."""

import datetime
import decimal
import json
import os

from headrace_job.expression import nodes as n
from headrace_job.expression.typed import Attribute
from headrace_job.frame import plan as p
from headrace_job.frame import select as s
from headrace_job.frame.from_python import read_written, write_rows
from pyspark.errors import IllegalArgumentException, PythonException, refused
from pyspark.sql import types as t
from pyspark.sql.column import expression_of

from awsglue import choices as ch
from awsglue.paths import split_path


class DynamicRecord(dict):
    """A record: a dict whose fields may be asked for as attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def _record(names, values, choices=()):
    record = DynamicRecord(zip(names, (plain(value) for value in values)))
    for name in choices:
        record[name] = next(
            (part for part in (record[name] or {}).values() if part is not None), None
        )
    return record


def plain(value):
    """Rows inside of records as dicts."""
    if isinstance(value, t.Row):
        return DynamicRecord((name, plain(part)) for name, part in zip(value.__fields__, value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def json_lines(frame, choices=()):
    """The records as lines of JSON; of a choice the one value that it has."""
    for row in frame.toLocalIterator():
        record = _record(row.__fields__, row, choices)
        yield json.dumps(record, default=str, ensure_ascii=False)


def filtered(plan, function, session, choices=()):
    """The records for which the function answers something true."""
    names = [a.name for a in plan.attributes]
    call = n.PythonCall(
        lambda *values: bool(function(_record(names, values, choices))),
        [n.Reference(a) for a in plan.attributes],
        t.BooleanType(),
        getattr(function, '__name__', 'filter'),
    )
    return s.where(plan, call, session)


def mapped(frame, function, before=()):
    """What the function makes of each record. It runs now: its answers tell the fields and types.
    `before`: the fields that are choices in the frame. Answers the plan and those that are then."""
    plan, engine = frame._plan, frame._engine
    names = [a.name for a in plan.attributes]
    path = engine.scratch('.records')
    fields, simple = _written(
        path, (_answers(function, _record(names, row, before)) for row in engine.rows(plan))
    )
    attributes, choices = [], set()
    for name, known in fields.items():
        kind = _known_type(known)
        if len(known) > 1:
            choices.add(name)
        attributes.append(Attribute(name, kind))
    if simple and attributes:
        return p.Plan(attributes, _read_simple(path, attributes), cheap=True), choices
    final = engine.scratch('.ndjson')
    count = write_rows(final, attributes, _rows(path, attributes, fields, choices))
    os.unlink(path)
    if not count or not attributes:
        return p.Plan(attributes, f'SELECT {_nulls(attributes)} WHERE false', cheap=True), choices
    return p.Plan(attributes, read_written(final, attributes), cheap=True), choices


def _answers(function, record):
    try:
        made = function(record)
    except Exception as error:
        raise PythonException(
            f'An exception was thrown from the function of Map: {type(error).__name__}: {error}'
        ) from error
    if made is not None and not isinstance(made, dict):
        raise IllegalArgumentException(
            f'The function of Map must answer a record, not {type(made).__name__}.'
        )
    return made


_SIMPLE = {bool: t.BooleanType(), int: t.LongType(), float: t.DoubleType(), str: t.StringType()}


def _written(path, made):
    """Writes records as lines of JSON. Answers the types of each field by their kinds, and whether
    the lines can be read as they are."""
    fields, seen, complex_values = {}, {}, False
    encode = json.JSONEncoder(default=_packed, separators=(',', ':')).encode
    with open(path, 'w', encoding='utf-8') as out:
        for record in made:
            if record is None:
                continue
            for name, value in record.items():
                kinds = seen.get(name)
                if kinds is None:
                    kinds = seen[name] = set()
                    fields[str(name)] = {}
                kind = type(value)
                if kind in _SIMPLE or value is None:
                    if kind not in kinds or (kind is int and not -(2**63) <= value < 2**63):
                        kinds.add(kind)
                        _note(fields[str(name)], value)
                else:
                    complex_values = True
                    _note(fields[str(name)], value)
            out.write(encode(record) + '\n')
    mixed = any(len(known) > 1 for known in fields.values())
    for known in fields.values():
        if not known:
            known['null'] = t.NullType()
    return fields, not (complex_values or mixed)


def _read_simple(path, attributes):
    from headrace_job.expression.duck_types import duck_type
    from headrace_job.expression.typed import quote_name, quote_text

    columns = ', '.join(
        f'{quote_text(a.name)}: {quote_text(duck_type(a.type))}' for a in attributes
    )
    taken = ', '.join(f'{quote_name(a.name)} AS {a.sql}' for a in attributes)
    return f"SELECT {taken} FROM read_json({quote_text(path)}, format='newline_delimited', columns={{{columns}}})"


def _nulls(attributes):
    from headrace_job.expression.duck_types import duck_type

    return (
        ', '.join(f'CAST(NULL AS {duck_type(a.type)}) AS {a.sql}' for a in attributes) or '1 AS c0'
    )


def _known_type(known):
    kinds = list(known.values())
    if len(kinds) == 1:
        return kinds[0]
    return t.StructType([t.StructField(ch.field_name(kind), kind) for kind in kinds])


def _type_of(value):
    if isinstance(value, dict):
        return t.StructType([t.StructField(str(k), _type_of(v)) for k, v in value.items()])
    if isinstance(value, (list, tuple, set)):
        return t.ArrayType(t.merge_all(_type_of(item) for item in value))
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise IllegalArgumentException(f'The number {value} does not fit into 64 bits.')
    return t.infer_type(value)


def _note(known, value):
    """Adds a value's type to those of its field: whole numbers and fractions are one field each."""
    if value is None:
        return
    kind = _type_of(value)
    group = 'struct' if isinstance(kind, t.StructType) else kind.name
    if group in known and known[group] != kind:
        kind = t.merge_types(known[group], kind, group)
    known[group] = kind


def _packed(value):
    """Values that JSON does not have, on their way through the file of records."""
    if isinstance(value, datetime.datetime):
        return {'\x00t': value.isoformat()}
    if isinstance(value, datetime.date):
        return {'\x00d': value.isoformat()}
    if isinstance(value, decimal.Decimal):
        return {'\x00n': str(value)}
    if isinstance(value, (bytes, bytearray)):
        return {'\x00b': bytes(value).hex()}
    if isinstance(value, set):
        return list(value)
    if type(value).__module__ == 'numpy':
        return value.item()
    raise refused(f'a value of {type(value).__name__} in a record')


def _unpacked(value):
    if len(value) != 1:
        return value
    ((key, text),) = value.items()
    if key == '\x00t':
        return datetime.datetime.fromisoformat(text)
    if key == '\x00d':
        return datetime.date.fromisoformat(text)
    if key == '\x00n':
        return decimal.Decimal(text)
    return bytes.fromhex(text) if key == '\x00b' else value


def _rows(path, attributes, fields, choices):
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            record = json.loads(line, object_hook=_unpacked)
            yield [_cell(record.get(a.name), a, a.name in choices) for a in attributes]


def _cell(value, attribute, is_choice):
    if not is_choice or value is None:
        return value
    kind = _type_of(value)
    return {
        field.name: value if field.name == ch.field_name(kind) else None for field in attribute.type
    }


_SIGNS = {'>': '>', '<': '<', '>=': '>=', '<=': '<=', '=': '=', '==': '=', '!=': '<>'}


def comparison(plan, wanted):
    """The condition of `split_rows`: `{"field": {">": 10, "<": 20}}`."""
    condition = None
    for path, tests in wanted.items():
        for sign, value in tests.items():
            if sign not in _SIGNS:
                raise IllegalArgumentException(f"split_rows: unknown comparison '{sign}'")
            test = n.Call(_SIGNS[sign], [n.Name(split_path(path)), expression_of(value)])
            condition = test if condition is None else n.Call('and', [condition, test])
    if condition is None:
        raise IllegalArgumentException('split_rows needs a comparison.')
    return condition
