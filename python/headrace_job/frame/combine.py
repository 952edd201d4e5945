"""Joins and set operations of two plans."""

from headrace_job.expression.casts import cast
from headrace_job.expression.coercion import comparable, to_boolean, wider
from headrace_job.expression.nodes import PythonCall
from headrace_job.expression.typed import Attribute, Scope
from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from . import plan as p


def find_column(plan, name, session=None):
    """The one column of that name; AnalysisException when there is none or more."""
    value = plan.scope(session).name([name])
    return next(a for a in plan.attributes if a.sql == value.sql)


def kind_of(how):
    kind = p.join_kind(how)
    if kind is None:
        known = (
            "'inner', 'outer', 'full', 'fullouter', 'full_outer', 'leftouter', 'left', 'left_outer', 'rightouter', "
            "'right', 'right_outer', 'leftsemi', 'left_semi', 'semi', 'leftanti', 'left_anti', 'anti', 'cross'"
        )
        raise AnalysisException(
            f"Unsupported join type '{how}'. Supported join types include: {known}."
        )
    return kind


def join_on(left, right, condition, how, session):
    """A join by a condition (an expression, or None)."""
    kind = kind_of(how)
    left, right = p.without_conflicts(left, right)
    if condition is None:
        if kind not in ('INNER', 'CROSS'):
            return p.join(left, right, kind, None)
        return p.join(left, right, 'CROSS', None)
    if any(isinstance(node, PythonCall) for node in condition.walk()):
        raise refused('a Python function in the condition of a join')
    value = condition.typed(Scope([*left.attributes, *right.attributes], session=session))
    return p.join(left, right, 'INNER' if kind == 'CROSS' else kind, to_boolean(value))


def join_using(left, right, names, how, session):
    """A join by columns that both sides have; they come first, once."""
    kind = kind_of(how)
    left, right = p.without_conflicts(left, right)
    for side, plan in (('left', left), ('right', right)):
        for name in names:
            if not any(a.name.lower() == name.lower() for a in plan.attributes):
                listed = ', '.join(f'`{a.name}`' for a in plan.attributes)
                raise AnalysisException(
                    f'[UNRESOLVED_USING_COLUMN_FOR_JOIN] USING column `{name}` cannot be resolved on the {side} '
                    f'side of the join. The {side}-side columns: [{listed}].'
                )
    keys = [(find_column(left, name), find_column(right, name)) for name in names]
    pairs = [comparable(a.typed(), b.typed()) for a, b in keys]
    condition = ' AND '.join(f'{a.sql} = {b.sql}' for a, b in pairs)
    joined = p.join(left, right, 'INNER' if kind == 'CROSS' else kind, condition)
    if kind in ('SEMI', 'ANTI'):
        return joined
    used = {a.id for pair in keys for a in pair}
    by_id = {a.id: a for a in joined.attributes}
    items = []
    for a, b in keys:
        if kind == 'FULL':
            data = wider(a.type, b.type)
            merged = Attribute(a.name, data)
            items.append(
                (merged, f'coalesce({cast(a.typed(), data).sql}, {cast(b.typed(), data).sql})')
            )
        else:
            side = by_id[(b if kind == 'RIGHT' else a).id]
            items.append((side, side.sql))
    items += [(a, a.sql) for a in joined.attributes if a.id not in used]
    made = p.project(joined, items)
    made.spare = [a.but() for pair in keys for a in pair if a.id not in {i.id for i, _ in items}]
    return made


def set_operation(word, left, right, session):
    """UNION ALL, INTERSECT, EXCEPT … by the places of the columns."""
    if len(left.attributes) != len(right.attributes):
        raise AnalysisException(
            f'[NUM_COLUMNS_MISMATCH] {word.split()[0]} can only be performed on inputs with the same number of '
            f'columns, but the first input has {len(left.attributes)} columns and the second input has '
            f'{len(right.attributes)} columns.'
        )
    attributes, ones, others = [], [], []
    for index, (a, b) in enumerate(zip(left.attributes, right.attributes)):
        kind = wider(a.type, b.type)
        if kind is None:
            raise AnalysisException(
                f'[INCOMPATIBLE_COLUMN_TYPE] {word.split()[0]} can only be performed on tables with compatible '
                f'column types. Column {index + 1} of the second table is '
                f'"{b.type.simpleString().upper()}" type which is not compatible with '
                f'"{a.type.simpleString().upper()}" at the same column of the first table.'
            )
        attributes.append(Attribute(a.name, kind, a.nullable or b.nullable, a.qualifiers))
        ones.append(cast(a.typed(), kind).sql)
        others.append(cast(b.typed(), kind).sql)
    return p.set_operation(word, left, ones, right, others, attributes)


def union_by_name(left, right, allow_missing):
    """UNION ALL by the names of the columns."""
    lefts = {a.name.lower(): a for a in left.attributes}
    rights = {a.name.lower(): a for a in right.attributes}
    if len(lefts) != len(left.attributes) or len(rights) != len(right.attributes):
        raise AnalysisException(
            '[COLUMN_ALREADY_EXISTS] unionByName needs columns of different names.'
        )
    if not allow_missing:
        for name, attribute in lefts.items():
            if name not in rights:
                names = ', '.join(a.name for a in right.attributes)
                raise AnalysisException(
                    f'Cannot resolve column name "{attribute.name}" among ({names}).'
                )
        if len(rights) != len(lefts):
            raise AnalysisException(
                '[NUM_COLUMNS_MISMATCH] UNION can only be performed on inputs with the same number of columns.'
            )
    names = [*lefts, *(name for name in rights if name not in lefts)]
    one = _filled(left, lefts, rights, names)
    other = _filled(right, rights, lefts, names)
    return set_operation('UNION ALL', one, other, None)


def _filled(plan, own, others, names):
    items = []
    for name in names:
        if name in own:
            items.append((own[name], own[name].sql))
        else:
            missing = others[name]
            new = Attribute(missing.name, missing.type)
            items.append((new, cast_null(missing.type)))
    return p.project(plan, items)


def cast_null(kind):
    from headrace_job.expression.duck_types import duck_type

    return f'CAST(NULL AS {duck_type(kind)})' if not isinstance(kind, t.NullType) else 'NULL'
