"""Logical plans. A plan is a SELECT over other plans, its columns named by ids (`c12`), so that two
columns may have one name, as in Spark. Nothing runs until `execution.py` renders one."""

from headrace_job.expression.typed import Attribute, Scope, fresh_id, quote_name


class Plan:
    """`sql` selects the columns of `attributes` from the plans in `inputs` (by their `name`)."""

    def __init__(
        self, attributes, sql, inputs=(), cheap=False, lift=None, hidden=None, prepare=None
    ):
        self.id = fresh_id()
        self.attributes = list(attributes)
        self.sql = sql
        self.inputs = list(inputs)
        # Cheap plans are repeated where several others read them; the rest is computed once.
        self.cheap = cheap
        self._lift = lift
        self._hidden = hidden
        # Runs before the plan is used for the first time (fills a temporary table).
        self.prepare = prepare
        self.cache = None

    @property
    def name(self):
        return f'n{self.id}'

    @property
    def columns(self):
        return ', '.join(a.sql for a in self.attributes)

    def hidden(self):
        """Columns that are not in the output, but that `lift` can bring up."""
        return self._hidden() if self._hidden else []

    def lift(self, attributes):
        """The same rows with hidden columns added to the output."""
        shown = {a.id for a in self.attributes}
        wanted = [a for a in attributes if a.id not in shown]
        return self._lift(wanted) if wanted else self

    def scope(self, session=None, lifting=False):
        outer = session._outer_scope if session is not None else None
        return Scope(self.attributes, self.hidden() if lifting else (), outer, session=session)


def named(plan, sql='*'):
    return f'SELECT {sql} FROM {plan.name}'


def table_plan(attributes, table):
    """The columns of a table of the session, whose columns are named as the attributes are."""
    columns = ', '.join(a.sql for a in attributes) or '1'
    return Plan(attributes, f'SELECT {columns} FROM {table}', cheap=True)


def values_from(attributes, names, relation):
    """The columns `names` of a relation as these attributes."""
    selected = ', '.join(f'{name} AS {a.sql}' for a, name in zip(attributes, names))
    return Plan(attributes, f'SELECT {selected} FROM {relation}', cheap=True)


def relation_attributes(columns):
    return [Attribute(name, kind) for name, kind in columns]


def project(child, items):
    """`items`: (attribute, SQL). A column that is passed on has its own attribute and name."""
    taken = ', '.join(sql if sql == a.sql else f'{sql} AS {a.sql}' for a, sql in items) or '1 AS c0'
    attributes = [a for a, _ in items]
    shown = {a.id for a in attributes}

    def hidden():
        return [a for a in (*child.attributes, *child.hidden()) if a.id not in shown]

    def lift(wanted):
        below = child.lift(wanted)
        return project(below, [*items, *((a, a.sql) for a in wanted)])

    simple = all(sql == a.sql for a, sql in items)
    return Plan(attributes, named(child, taken), [child], child.cheap and simple, lift, hidden)


def keep(child, attributes):
    """Only these columns of the child."""
    if [a.id for a in child.attributes] == [a.id for a in attributes] and all(
        a is b for a, b in zip(child.attributes, attributes)
    ):
        return child
    return project(child, [(a, a.sql) for a in attributes])


def where(child, condition):
    return Plan(
        child.attributes,
        named(child) + f' WHERE {condition}',
        [child],
        child.cheap,
        lambda wanted: where(child.lift(wanted), condition),
        child.hidden,
    )


def sort(child, orders):
    return Plan(
        child.attributes,
        named(child) + f' ORDER BY {", ".join(orders)}',
        [child],
        False,
        lambda wanted: sort(child.lift(wanted), orders),
        child.hidden,
    )


def limit(child, count, offset=0):
    more = f' OFFSET {offset}' if offset else ''
    bound = f' LIMIT {count}' if count is not None else ''
    return Plan(child.attributes, named(child) + bound + more, [child])


def distinct(child):
    return Plan(child.attributes, named(child, f'DISTINCT {child.columns}'), [child])


def distinct_on(child, keys):
    """The first row of each combination of the keys."""
    window = f'row_number() OVER (PARTITION BY {", ".join(a.sql for a in keys)})'
    return Plan(child.attributes, named(child) + f' QUALIFY {window} = 1', [child])


def aggregate(child, keys, items, grouping=None):
    """`keys` and `items`: (attribute, SQL). `grouping`: the text for GROUP BY, when not the keys."""
    selected = ', '.join(f'{sql} AS {a.sql}' for a, sql in [*keys, *items]) or '1 AS c0'
    sql = named(child, selected)
    if grouping is not None:
        sql += f' GROUP BY {grouping}'
    elif keys:
        sql += ' GROUP BY ' + ', '.join(sql for _, sql in keys)
    return Plan([a for a, _ in [*keys, *items]], sql, [child])


_JOINS = {
    'inner': 'INNER',
    'cross': 'CROSS',
    'left': 'LEFT',
    'leftouter': 'LEFT',
    'right': 'RIGHT',
    'rightouter': 'RIGHT',
    'outer': 'FULL',
    'full': 'FULL',
    'fullouter': 'FULL',
    'semi': 'SEMI',
    'leftsemi': 'SEMI',
    'anti': 'ANTI',
    'leftanti': 'ANTI',
}


def join_kind(how):
    """DuckDB's word for Spark's, or None."""
    return _JOINS.get(how.lower().replace('_', ''))


def join(left, right, kind, condition):
    """All columns of both sides; of the left one only for SEMI and ANTI."""
    attributes = list(left.attributes)
    if kind not in ('SEMI', 'ANTI'):
        attributes = [
            *(a.but(nullable=True) if kind in ('RIGHT', 'FULL') else a for a in left.attributes),
            *(a.but(nullable=True) if kind in ('LEFT', 'FULL') else a for a in right.attributes),
        ]
    columns = ', '.join(a.sql for a in attributes) or '1 AS c0'
    if condition is None and kind in ('INNER', 'CROSS'):
        sql = f'SELECT {columns} FROM {left.name} CROSS JOIN {right.name}'
    else:
        sql = f'SELECT {columns} FROM {left.name} {kind} JOIN {right.name} ON {condition or "true"}'
    return Plan(attributes, sql, [left, right])


def without_conflicts(left, right):
    """Both sides with columns of their own, when one frame is in both of them."""
    ids = {a.id for a in left.attributes}
    if not any(a.id in ids for a in right.attributes):
        return left, right
    marked = [a.but(origins=(*a.origins, (left.id, a.id))) for a in left.attributes]
    left = Plan(marked, named(left, left.columns), [left], left.cheap)
    renamed = [
        (
            Attribute(
                a.name, a.type, a.nullable, a.qualifiers, origins=((right.id, a.id), *_moved(a))
            ),
            a.sql,
        )
        for a in right.attributes
    ]
    return left, Plan(
        [a for a, _ in renamed],
        named(right, ', '.join(f'{sql} AS {a.sql}' for a, sql in renamed)),
        [right],
        right.cheap,
    )


def _moved(attribute):
    return tuple(origin for origin in attribute.origins if origin[1] != attribute.id)


def set_operation(word, left, left_items, right, right_items, attributes):
    """`items` are SQL for each attribute, of both sides."""
    one = ', '.join(f'{sql} AS {a.sql}' for sql, a in zip(left_items, attributes))
    other = ', '.join(right_items)
    return Plan(
        attributes,
        f'SELECT {one} FROM {left.name} {word} SELECT {other} FROM {right.name}',
        [left, right],
    )


def aliased(child, name):
    attributes = [a.but(qualifiers=((name,),)) for a in child.attributes]
    return (
        Plan(
            attributes,
            child.sql,
            child.inputs,
            child.cheap,
            (lambda wanted: aliased(child.lift(wanted), name)) if child._lift else None,
            child.hidden,
            child.prepare,
        )
        if not (child.cache or child.prepare)
        else Plan(attributes, named(child), [child], child.cheap)
    )


def row_numbered(child, name='row'):
    """The child with the rows' numbers from 0, and the attribute of that number."""
    from pyspark.sql import types as t

    number = Attribute(name, t.LongType(), False)
    plan = Plan(
        [*child.attributes, number],
        named(child, f'*, row_number() OVER () - 1 AS {number.sql}'),
        [child],
    )
    return plan, number


def output_sql(plan, names=None):
    """The select list that gives the columns their users' names."""
    names = names or [a.name for a in plan.attributes]
    return ', '.join(f'{a.sql} AS {quote_name(n)}' for a, n in zip(plan.attributes, names))
