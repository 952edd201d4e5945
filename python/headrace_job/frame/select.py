"""Makes plans of expressions: SELECT, WHERE, ORDER BY, GROUP BY."""

from headrace_job.expression import nodes as n
from headrace_job.expression import registry
from headrace_job.expression.coercion import to_boolean
from headrace_job.expression.typed import Attribute
from pyspark.errors import AnalysisException
from pyspark.sql import types as t

from . import plan as p
from .from_python import with_python
from .generate import generate


def expanded(child, expressions, session):
    """The expressions with every `*` replaced by the columns it stands for."""
    found = []
    for expression in expressions:
        if not isinstance(expression, n.Star):
            found.append(expression)
            continue
        attributes = child.scope(session).star(expression.qualifier)
        if attributes:
            found += [n.Reference(a) for a in attributes]
            continue
        value = child.scope(session).name(expression.qualifier)
        if not isinstance(value.type, t.StructType):
            raise AnalysisException(
                f"[CANNOT_RESOLVE_STAR_EXPAND] Cannot resolve '{'.'.join(expression.qualifier)}.*'."
            )
        base = n.Name(expression.qualifier)
        found += [n.Alias(n.GetField(base, name), [name]) for name in value.type.names]
    return found


def select(child, expressions, session):
    """The plan of `SELECT expressions FROM child`."""
    expressions = expanded(child, expressions, session)
    child, expressions = with_generators(child, expressions, session)
    if any(_has_aggregate(e) for e in expressions):
        return grouped(child, [], expressions, session)
    child, expressions = with_python(child, expressions, lambda plan: plan.scope(session))
    scope = spare_scope(child, session)
    values = [(expression, expression.typed(scope)) for expression in expressions]
    if scope.missing:
        child = child.lift(scope.missing)
    items = []
    for expression, value in values:
        items.append(item_of(expression, value, child, items))
    return p.project(child, items)


def spare_scope(child, session):
    """A scope that also finds the right side's keys of a join by names, asked for as `right['id']`."""
    scope = child.scope(session)
    scope.hidden = list(getattr(child, 'spare', ()))
    for attribute in scope.hidden:
        attribute.name = '\x00' + attribute.name.lstrip('\x00')
    return scope


def item_of(expression, value, child, before=()):
    """(attribute, SQL) for a selected expression; a plain column stays the column it was."""
    taken = {a.id for a, _ in before}
    if isinstance(expression, (n.Name, n.Reference)):
        for attribute in child.attributes:
            if attribute.sql == value.sql:
                if attribute.id not in taken:
                    shown = expression.output_name()
                    if isinstance(expression, n.Name) and shown != attribute.name:
                        attribute = attribute.but(name=shown)
                    return attribute, attribute.sql
                again = Attribute(
                    attribute.name, attribute.type, attribute.nullable, attribute.qualifiers
                )
                return again, attribute.sql
    name = expression.output_name()
    metadata = expression.metadata if isinstance(expression, n.Alias) else None
    return Attribute(name, value.type, value.nullable, metadata=metadata), _storable(value)


def _storable(value):
    return (
        'CAST(NULL AS VARCHAR)'
        if isinstance(value.type, t.NullType) and value.sql == 'NULL'
        else value.sql
    )


def with_generators(child, expressions, session):
    """Runs `explode` and its kin: the child with their rows, references in their places."""
    found = []
    seen = False
    for expression in expressions:
        inner = expression.children[0] if isinstance(expression, n.Alias) else expression
        if not isinstance(inner, n.Generator):
            found.append(expression)
            continue
        if seen:
            raise AnalysisException(
                '[UNSUPPORTED_GENERATOR.MULTI_GENERATOR] The generator is not supported: only one generator '
                'allowed per SELECT clause.'
            )
        seen = True
        names = expression.names if isinstance(expression, n.Alias) else None
        child, inner_expressions = with_python(
            child, list(inner.children), lambda plan: plan.scope(session)
        )
        child, made = generate(child, inner.with_children(inner_expressions), names, session)
        found += [n.Reference(a) for a in made]
    return child, found


def where(child, condition, session):
    """The rows for which the condition is true."""
    shown = child.attributes
    child, (condition,) = with_python(child, [condition], lambda plan: plan.scope(session))
    scope = child.scope(session, lifting=True)
    value = condition.typed(scope)
    if value.aggregate:
        raise AnalysisException(
            'Aggregate functions are not allowed in WHERE; filter after groupBy().agg().'
        )
    if scope.missing:
        child = child.lift(scope.missing)
    sql = to_boolean(value)
    if value.windowed:
        flag = Attribute('condition', t.BooleanType())
        child = p.project(child, [*((a, a.sql) for a in child.attributes), (flag, sql)])
        sql = flag.sql
    return p.keep(p.where(child, sql), shown)


def order_by(child, expressions, session):
    """The rows in this order."""
    shown = child.attributes
    orders = [e if isinstance(e, n.Order) else n.Order(e) for e in expressions]
    child, inner = with_python(
        child, [o.children[0] for o in orders], lambda plan: plan.scope(session)
    )
    scope = child.scope(session, lifting=True)
    values = [e.typed(scope) for e in inner]
    if scope.missing:
        child = child.lift(scope.missing)
    texts = []
    for order, value in zip(orders, values):
        texts.append(value.sql + order.suffix())
    return p.keep(p.sort(child, texts), shown)


def _has_aggregate(expression):
    if isinstance(expression, n.Over):
        return any(_has_aggregate(child) for child in expression.function.children)
    if isinstance(expression, n.Call) and registry.known(expression.name):
        if registry.find(expression.name).kind == 'aggregate':
            return True
    return any(_has_aggregate(child) for child in expression.children)


def grouped(child, keys, expressions, session, mode='plain', keep_keys=False, sets=None):
    """The plan of GROUP BY. With `keep_keys` the keys come first, as `groupBy().agg()` has it.
    `sets`: for GROUPING SETS, lists of places in `keys`."""
    child, keys, outputs = _plain_keys(child, keys, session)
    expressions = [_with_keys(e, keys) for e in expressions]
    if any(isinstance(node, n.PythonCall) for e in expressions for node in e.walk()):
        return _python_around(child, keys, outputs, expressions, session, mode, keep_keys)
    scope = child.scope(session)
    key_items = [(a, a.sql) for a in outputs]
    if mode != 'plain':
        key_items = [(a.but(id=None, nullable=True), a.sql) for a in outputs]
    items = []
    for expression in expressions:
        value = expression.typed(scope)
        if not value.aggregate:
            _check_grouped(expression, outputs)
        items.append(_group_item(expression, value, outputs, key_items if keep_keys else (), items))
    names = ', '.join(a.sql for a in outputs)
    grouping = {
        'plain': names or None,
        'rollup': f'ROLLUP ({names})',
        'cube': f'CUBE ({names})',
    }.get(mode)
    if mode == 'sets':
        parts = ['(' + ', '.join(outputs[i].sql for i in one) + ')' for one in sets]
        grouping = f'GROUPING SETS ({", ".join(parts)})'
    return p.aggregate(child, key_items if keep_keys else [], items, grouping)


def _group_item(expression, value, outputs, key_items, before):
    taken = {a.id for a, _ in [*key_items, *before]}
    if isinstance(expression, n.Reference):
        for attribute in outputs:
            if attribute.sql == value.sql and attribute.id not in taken:
                return attribute, attribute.sql
    return Attribute(expression.output_name(), value.type, value.nullable), _storable(value)


def _plain_keys(child, keys, session):
    """The keys as columns of the child, so that a key is named by one word wherever it is used."""
    keys = expanded(child, keys, session)
    child, bare = with_python(child, [_bare(k) for k in keys], lambda plan: plan.scope(session))
    scope = child.scope(session)
    values = [k.typed(scope) for k in bare]
    for key, value in zip(keys, values):
        if value.aggregate:
            raise AnalysisException(
                f'[GROUP_BY_AGGREGATE] Aggregate functions are not allowed in GROUP BY, but found {key.text()}.'
            )
        if isinstance(value.type, t.MapType):
            raise AnalysisException(
                '[GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE] A map cannot be grouped by.'
            )
    items = [(a, a.sql) for a in child.attributes]
    found, outputs, extra = [], [], False
    for key, simple, value in zip(keys, bare, values):
        known = next((a for a in child.attributes if a.sql == value.sql), None)
        renamed = isinstance(key, n.Alias)
        if known is None or renamed or known in outputs:
            known = Attribute(key.output_name(), value.type, value.nullable)
            items.append((known, _storable(value)))
            extra = True
        outputs.append(known)
        found.append((simple, n.Reference(known)))
    if extra:
        child = p.project(child, items)
    for key, output in zip(bare, outputs):
        if isinstance(key, n.Call) and key.name == 'window':
            # A row without a time is in no window.
            child = p.where(child, f'{output.sql} IS NOT NULL')
    return child, found, outputs


def _bare(expression):
    return expression.children[0] if isinstance(expression, n.Alias) else expression


def _with_keys(expression, keys):
    """The expression with each group key in it replaced by the key's column; aggregates inside stay."""
    texts = {
        simple.text(): reference
        for simple, reference in keys
        if not isinstance(simple, (n.Name, n.Reference))
    }
    if not texts:
        return expression

    def change(node):
        found = (
            texts.get(node.text())
            if isinstance(node, (n.Call, n.Cast, n.Case, n.GetField, n.PythonCall))
            else None
        )
        if found is None:
            return None
        return n.Alias(found, [node.output_name()]) if node is expression else found

    return expression.replaced(change)


def _check_grouped(expression, outputs):
    """A column outside of aggregates must be one of the keys."""
    names = {a.name.lower() for a in outputs}
    ids = {a.id for a in outputs}
    for node in expression.walk():
        plain = isinstance(node, n.Name) and not any(part.lower() in names for part in node.parts)
        bound = isinstance(node, n.Reference) and node.attribute.id not in ids
        if plain or (bound and node.attribute.name.lower() not in names):
            raise AnalysisException(
                f'[MISSING_AGGREGATION] The non-aggregating expression "{node.text()}" is based on columns which '
                'are not participating in the GROUP BY clause. Add the columns or the expression to the GROUP BY, '
                f'aggregate the expression, or use "any_value({node.text()})" if you do not care which of the '
                'values within a group is returned.'
            )


def _python_around(child, keys, outputs, expressions, session, mode, keep_keys):
    """Python functions beside aggregates: those of single rows run before, those of results after."""
    before = [node for e in expressions for node in e.walk() if isinstance(node, n.PythonCall)]
    if any(_has_aggregate(node) for node in before):
        inner, rebuilt = [], []

        def lift(node):
            is_call = isinstance(node, n.Call) and registry.find(node.name).kind == 'aggregate'
            if is_call or isinstance(node, n.Reference):
                inner.append(n.Alias(node, [f'part{len(inner)}']))
                return n.Name([f'part{len(inner) - 1}'])
            return None

        for expression in expressions:
            rebuilt.append(n.Alias(expression.replaced(lift), [expression.output_name()]))
        references = [n.Reference(a) for a in outputs]
        base = grouped(child, references, inner, session, mode, keep_keys)
        kept = [n.Reference(a) for a in base.attributes[: len(outputs)]] if keep_keys else []
        return select(base, [*kept, *rebuilt], session)
    child, expressions = with_python(child, expressions, lambda plan: plan.scope(session))
    return grouped(child, [n.Reference(a) for a in outputs], expressions, session, mode, keep_keys)
