"""Statements' trees to plans."""

from headrace_job.expression import nodes as n
from headrace_job.expression.coercion import alike
from headrace_job.expression.typed import Attribute, Scope
from headrace_job.frame import combine
from headrace_job.frame import plan as p
from headrace_job.frame import select as s
from headrace_job.frame.execution import render_nested
from headrace_job.frame.generate import generate
from pyspark.errors import AnalysisException, refused


class Translator:
    """Makes plans of one statement. `named` are the queries of WITH, innermost last."""

    def __init__(self, session):
        self.session = session
        self.named = {}

    def subquery(self, tree, scope):
        """SQL and types of a subquery whose outer columns are those of the scope."""
        before = self.session._outer_scope
        self.session._outer_scope = scope
        try:
            plan = self.query(tree)
        finally:
            self.session._outer_scope = before
        self.session._engine.prepare(plan)
        return render_nested(plan), [a.type for a in plan.attributes]

    def query(self, tree):
        if tree.kind == 'values':
            return self._values(tree)
        if tree.kind == 'select':
            return self._select(tree, [])
        if tree.kind == 'set':
            return self._set(tree)
        before = dict(self.named)
        for name, columns, query in tree.named:
            self.named[name.lower()] = _renamed(self.query(query), columns)
        if tree.body.kind == 'select':
            plan = self._select(tree.body, tree.order)
        else:
            plan = self.query(tree.body)
            if tree.order:
                plan = s.order_by(plan, self._ordinals(tree.order, plan), self.session)
        self.named = before
        if tree.limit is not None or tree.offset:
            plan = p.limit(plan, tree.limit, tree.offset)
        return plan

    def _ordinals(self, order, plan):
        return [self._ordinal(o, plan.attributes) for o in order]

    def _ordinal(self, order, attributes):
        value = order.children[0]
        if isinstance(value, n.Literal) and isinstance(value.value, int):
            if not 1 <= value.value <= len(attributes):
                raise AnalysisException(
                    f'[ORDER_BY_POS_OUT_OF_RANGE] ORDER BY position {value.value} is not in select list (valid range '
                    f'is [1, {len(attributes)}]).'
                )
            return order.with_children([n.Reference(attributes[value.value - 1])])
        return order

    def _set(self, tree):
        left, right = self.query(tree.left), self.query(tree.right)
        every = tree.every or tree.word == 'UNION'
        plan = combine.set_operation(
            tree.word + (' ALL' if every else ''), left, right, self.session
        )
        return plan if tree.every or tree.word != 'UNION' else p.distinct(plan)

    def _values(self, tree):
        scope = Scope([], session=self.session)
        rows = [[cell.typed(scope) for cell in row] for row in tree.rows]
        columns = []
        for place in range(len(rows[0])):
            columns.append(alike([row[place] for row in rows], 'VALUES'))
        attributes = [Attribute(f'col{i + 1}', kind) for i, (_, kind) in enumerate(columns)]
        lines = ', '.join(
            '(' + ', '.join(column[i].sql for column, _ in columns) + ')' for i in range(len(rows))
        )
        names = ', '.join(a.sql for a in attributes)
        return p.Plan(attributes, f'SELECT {names} FROM (VALUES {lines}) v({names})', cheap=True)

    # FROM

    def relation(self, tree):
        if tree is None:
            return p.Plan([], 'SELECT 1 AS c0', cheap=True)
        if tree.kind == 'join':
            return self._join(tree)
        if tree.kind == 'table':
            plan, name = self._table(tree.names)
        elif tree.kind == 'function':
            plan, name = self._function(tree), None
        else:
            inner = tree.inner
            known = ('query', 'select', 'values', 'set')
            plan = self.query(inner) if inner.kind in known else self.relation(inner)
            name = None
        plan = _renamed(plan, tree.columns)
        if tree.alias:
            return p.aliased(plan, tree.alias)
        return plan if name is None else p.aliased(plan, name)

    def _table(self, names):
        if len(names) == 1 and names[0].lower() in self.named:
            return self.named[names[0].lower()], names[0]
        return self.session._table_plan(names), names[-1]

    def _function(self, tree):
        if tree.name != 'range':
            raise refused(f'the table function {tree.name}()')
        numbers = [a.value for a in tree.arguments if isinstance(a, n.Literal)]
        return self.session.range(*numbers)._plan

    def _join(self, tree):
        left, right = self.relation(tree.left), self.relation(tree.right)
        if tree.using == 'natural':
            names = {a.name.lower() for a in right.attributes}
            using = [a.name for a in left.attributes if a.name.lower() in names]
            return combine.join_using(left, right, using, tree.how, self.session)
        if tree.using:
            return combine.join_using(left, right, tree.using, tree.how, self.session)
        return combine.join_on(left, right, tree.on, tree.how, self.session)

    # SELECT

    def _select(self, tree, order):
        plan = self.relation(tree.source)
        for view in tree.views:
            plan = self._lateral(plan, view)
        if tree.where is not None:
            plan = s.where(plan, tree.where, self.session)
        items = [_with_windows(item, tree.windows) for item in tree.items]
        order = [_with_windows(o, tree.windows) for o in order]
        if (
            tree.group is not None
            or tree.having is not None
            or any(s._has_aggregate(i) for i in items)
        ):
            return self._grouped(tree, plan, items, order)
        if tree.qualify is not None:
            return self._qualified(tree, plan, items, order)
        plan = s.select(plan, items, self.session)
        if tree.distinct:
            plan = p.distinct(plan)
        return s.order_by(plan, self._ordinals(order, plan), self.session) if order else plan

    def _qualified(self, tree, plan, items, order):
        condition = _with_windows(tree.qualify, tree.windows)
        hidden = n.Alias(_with_aliases(condition, items, plan, self.session), ['\x00qualify'])
        plan = s.select(plan, [*items, hidden], self.session)
        *shown, flag = plan.attributes
        plan = p.keep(p.where(plan, flag.sql), shown)
        return s.order_by(plan, self._ordinals(order, plan), self.session) if order else plan

    def _lateral(self, plan, view):
        shown = plan.attributes
        plan, made = generate(plan, view.generator, view.names, self.session)
        if view.alias:
            items = [(a, a.sql) for a in shown]
            items += [(a.but(qualifiers=((view.alias,),)), a.sql) for a in made]
            plan = p.project(plan, items)
        return plan

    def _grouped(self, tree, plan, items, order):
        items = s.expanded(plan, items, self.session)
        keys, mode, sets = self._keys(tree.group, plan, items)
        hidden, having = [], None
        if tree.having is not None:
            condition = _with_aliases(tree.having, items, plan, self.session)
            having = len(items)
            hidden.append(n.Alias(condition, ['\x00having']))
        orders = []
        for one in order:
            orders.append(self._group_order(one, items, hidden, plan))
        made = s.grouped(plan, keys, [*items, *hidden], self.session, mode, sets=sets)
        shown = made.attributes[: len(items)]
        if having is not None:
            made = p.where(made, made.attributes[having].sql)
        if tree.distinct:
            made = p.distinct(p.keep(made, shown))
        if orders:
            texts = [made.attributes[place].sql + suffix for place, suffix in orders]
            made = p.sort(made, texts)
        return p.keep(made, shown)

    def _keys(self, group, plan, items):
        if group is None:
            return [], 'plain', None
        if group.kind == 'all':
            return [_bare(i) for i in items if not s._has_aggregate(i)], 'plain', None
        keys = []
        for key in group.keys:
            if isinstance(key, n.Literal) and isinstance(key.value, int):
                if not 1 <= key.value <= len(items):
                    raise AnalysisException(
                        f'[GROUP_BY_POS_OUT_OF_RANGE] GROUP BY position {key.value} is not in select list (valid '
                        f'range is [1, {len(items)}]).'
                    )
                key = _bare(items[key.value - 1])
            keys.append(_with_aliases(key, items, plan, self.session))
        return keys, group.kind, group.sets

    def _group_order(self, order, items, hidden, plan):
        """(place among items and hidden ones, suffix) of one sort key."""
        value = order.children[0]
        if isinstance(value, n.Literal) and isinstance(value.value, int):
            return value.value - 1, order.suffix()
        for place, item in enumerate(items):
            if (
                item.output_name().lower() == value.text().lower()
                or _bare(item).text() == value.text()
            ):
                return place, order.suffix()
        hidden.append(
            n.Alias(_with_aliases(value, items, plan, self.session), [f'\x00order{len(hidden)}'])
        )
        return len(items) + len(hidden) - 1, order.suffix()


def _bare(item):
    return item.children[0] if isinstance(item, n.Alias) else item


def _renamed(plan, columns):
    if not columns:
        return plan
    if len(columns) != len(plan.attributes):
        raise AnalysisException(
            f'Number of column aliases does not match number of columns. Number of column aliases: {len(columns)}; '
            f'number of columns: {len(plan.attributes)}.'
        )
    return p.project(
        plan, [(a.but(id=None, name=name), a.sql) for a, name in zip(plan.attributes, columns)]
    )


def _with_aliases(expression, items, plan, session):
    """Names that the input does not have stand for the selected item of that name."""
    aliases = {i.names[0].lower(): i.children[0] for i in items if isinstance(i, n.Alias)}

    def change(node):
        if not isinstance(node, n.Name) or node.parts[0].lower() not in aliases:
            return None
        if plan.scope(session)._find(node.parts) is not None:
            return None
        made = aliases[node.parts[0].lower()]
        for part in node.parts[1:]:
            made = n.GetField(made, part)
        return made

    return expression.replaced(change)


def _with_windows(expression, windows):
    def change(node):
        if not isinstance(node, n.Over) or not node.frame or node.frame[0] != 'named':
            return None
        base = windows.get(node.frame[1].lower())
        if base is None:
            raise AnalysisException(
                f'[MISSING_WINDOW_SPECIFICATION] Window specification is not defined in the WINDOW clause for {node.frame[1]}.'
            )
        order = [*node.order, *base.order]
        return n.Over(node.function, [*node.partition, *base.partition], order, base.frame)

    return expression.replaced(change)
