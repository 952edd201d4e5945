"""Spark SQL statements: text to trees of relations."""

from headrace_job.expression import nodes as n
from pyspark.errors import refused

from .expressions import ExpressionParser, _RESERVED


class Tree:
    """A node of a statement; `kind` says which, the rest are its parts."""

    def __init__(self, kind, **parts):
        self.kind = kind
        self.__dict__.update(parts)


class QueryParser(ExpressionParser):
    """`builder` turns a query's tree into SQL when a subquery's value is needed."""

    def __init__(self, text, functions, builder):
        super().__init__(text, functions)
        self.builder = builder

    def query(self):
        tree = self.whole_query()
        tree.build = lambda scope: self.builder.subquery(tree, scope)
        return tree

    def statement(self):
        """One statement; a `;` may end it."""
        tree = self._statement()
        self.accept(';')
        if self.at().kind != 'end':
            self.fail()
        return tree

    def _statement(self):
        word = self.at().upper
        if word in ('SELECT', 'WITH', 'VALUES', 'FROM', '(', 'TABLE'):
            return self.whole_query()
        if word == 'CREATE':
            return self._create()
        if self.accept('DROP', 'VIEW'):
            quiet = self.accept('IF', 'EXISTS')
            return Tree('drop', names=self.names(), quiet=quiet)
        if self.accept('USE'):
            self.accept('DATABASE') or self.accept('SCHEMA') or self.accept('NAMESPACE')
            return Tree('use', database=self.names()[-1])
        if word == 'SHOW':
            return self._show()
        if self.accept('DESCRIBE') or self.accept('DESC'):
            self.accept('TABLE')
            self.accept('EXTENDED') or self.accept('FORMATTED')
            return Tree('describe', names=self.names())
        if self.accept('SET'):
            rest = self.text[self.at().place :].strip().rstrip(';')
            self.index = len(self.tokens) - 1
            return Tree('setting', text=rest)
        if self.accept('CACHE'):
            self.accept('LAZY')
            self.expect('TABLE')
            names = self.names()
            query = self.whole_query() if self.accept('AS') else None
            return Tree('cache', names=names, query=query)
        if self.accept('UNCACHE', 'TABLE'):
            self.accept('IF', 'EXISTS')
            return Tree('uncache', names=self.names())
        if self.accept('REFRESH', 'TABLE'):
            return Tree('refresh', names=self.names())
        raise refused(f'the SQL statement {word or self.at().text} …')

    def _create(self):
        self.expect('CREATE')
        replace = self.accept('OR', 'REPLACE')
        self.accept('GLOBAL')
        if not (self.accept('TEMPORARY', 'VIEW') or self.accept('TEMP', 'VIEW')):
            raise refused('CREATE in SQL, but for CREATE TEMPORARY VIEW,')
        names = self.names()
        if not self.accept('AS'):
            raise refused('CREATE TEMPORARY VIEW without AS')
        return Tree('view', names=names, replace=replace, query=self.whole_query())

    def _show(self):
        self.expect('SHOW')
        if self.accept('TABLES'):
            database = self.names()[-1] if self.accept('IN') or self.accept('FROM') else None
            return Tree('tables', database=database)
        if self.accept('DATABASES') or self.accept('SCHEMAS'):
            return Tree('databases')
        if self.accept('COLUMNS'):
            self.accept('IN') or self.expect('FROM')
            return Tree('columns', names=self.names())
        raise refused(f'SHOW {self.at().text}')

    def whole_query(self):
        """[WITH …] a body [ORDER BY] [LIMIT] [OFFSET]."""
        named = []
        if self.accept('WITH'):
            if self.accept('RECURSIVE'):
                raise refused('WITH RECURSIVE')
            named = self.comma_list(self._named_query)
        body = self._set_operations()
        tree = Tree('query', named=named, body=body, order=[], limit=None, offset=0)
        if self.accept('ORDER', 'BY') or self.accept('SORT', 'BY'):
            tree.order = self.comma_list(self.order)
        elif self.accept('CLUSTER', 'BY'):
            tree.order = [n.Order(e) for e in self.comma_list(self.expression)]
        elif self.accept('DISTRIBUTE', 'BY'):
            self.comma_list(self.expression)
            if self.accept('SORT', 'BY'):
                tree.order = self.comma_list(self.order)
        if self.accept('LIMIT') and not self.accept('ALL'):
            tree.limit = self._count('LIMIT')
        if self.accept('OFFSET'):
            tree.offset = self._count('OFFSET')
        return tree

    def _count(self, word):
        value = self.expression()
        if not isinstance(value, n.Literal) or not isinstance(value.value, int):
            raise refused(f'{word} of anything but a number')
        return value.value

    def _named_query(self):
        name = self.name()
        columns = self._column_names()
        self.expect('AS')
        self.expect('(')
        query = self.whole_query()
        self.expect(')')
        return name, columns, query

    def _column_names(self):
        if not self.accept('('):
            return None
        names = self.comma_list(self.name)
        self.expect(')')
        return names

    def _set_operations(self):
        left = self._intersections()
        while self.at().upper in ('UNION', 'EXCEPT', 'MINUS'):
            word = 'EXCEPT' if self.next().upper != 'UNION' else 'UNION'
            every = self.accept('ALL')
            self.accept('DISTINCT')
            left = Tree('set', word=word, every=every, left=left, right=self._intersections())
        return left

    def _intersections(self):
        left = self._term()
        while self.accept('INTERSECT'):
            every = self.accept('ALL')
            self.accept('DISTINCT')
            left = Tree('set', word='INTERSECT', every=every, left=left, right=self._term())
        return left

    def _term(self):
        if self.accept('('):
            query = self.whole_query()
            self.expect(')')
            return query
        if self.accept('VALUES'):
            return self._values()
        if self.accept('TABLE'):
            return Tree(
                'select',
                items=[n.Star()],
                distinct=False,
                source=self._table(),
                views=[],
                where=None,
                group=None,
                having=None,
                windows={},
                qualify=None,
            )
        return self._select()

    def _values(self):
        rows = []
        for item in self.comma_list(self.expression):
            struct = isinstance(item, n.Call) and item.name == 'struct'
            rows.append(list(item.children) if struct else [item])
        return Tree('values', rows=rows)

    def _select(self):
        self.expect('SELECT')
        distinct = self.accept('DISTINCT')
        self.accept('ALL')
        items = self.comma_list(self.select_item)
        tree = Tree(
            'select',
            items=items,
            distinct=distinct,
            source=None,
            views=[],
            where=None,
            group=None,
            having=None,
            windows={},
            qualify=None,
        )
        if self.accept('FROM'):
            tree.source = self._relations()
            while self.accept('LATERAL', 'VIEW'):
                tree.views.append(self._lateral_view())
        if self.accept('WHERE'):
            tree.where = self.expression()
        if self.accept('GROUP', 'BY'):
            tree.group = self._grouping()
        if self.accept('HAVING'):
            tree.having = self.expression()
        if self.accept('QUALIFY'):
            tree.qualify = self.expression()
        if self.accept('WINDOW'):
            while True:
                name = self.name().lower()
                self.expect('AS')
                tree.windows[name] = self.window(n.Literal(None))
                if not self.accept(','):
                    break
        return tree

    def _grouping(self):
        for mode in ('ROLLUP', 'CUBE'):
            if self.accept(mode, '('):
                return Tree(mode.lower(), keys=self._list(')'), sets=None)
        if self.accept('GROUPING', 'SETS'):
            return self._sets([])
        if self.sees('ALL') and self.at(1).upper != '(':
            self.index += 1
            return Tree('all', keys=[], sets=None)
        keys = self.comma_list(self.expression)
        for mode in ('ROLLUP', 'CUBE'):
            if self.accept('WITH', mode):
                return Tree(mode.lower(), keys=keys, sets=None)
        if self.accept('GROUPING', 'SETS'):
            return self._sets(keys)
        return Tree('plain', keys=keys, sets=None)

    def _sets(self, keys):
        self.expect('(')
        sets = []
        while not self.accept(')'):
            if sets:
                self.expect(',')
            sets.append(self._list(')') if self.accept('(') else [self.expression()])
        if not keys:
            for one in sets:
                keys += [e for e in one if e.text() not in {k.text() for k in keys}]
        places = {k.text(): i for i, k in enumerate(keys)}
        return Tree('sets', keys=keys, sets=[[places[e.text()] for e in one] for one in sets])

    def _lateral_view(self):
        outer = self.accept('OUTER')
        generator = self._primary()
        alias = (
            self.name() if self.at().kind in ('word', 'quoted') and not self.sees('AS') else None
        )
        names = self.comma_list(self.name) if self.accept('AS') else None
        if not isinstance(generator, n.Generator):
            raise refused(
                'LATERAL VIEW of anything but explode, posexplode, inline, stack and json_tuple'
            )
        generator.outer = generator.outer or outer
        return Tree('lateral', generator=generator, alias=alias, names=names)

    def _relations(self):
        left = self._joined()
        while self.accept(','):
            right = self._joined()
            left = Tree('join', how='cross', left=left, right=right, on=None, using=None)
        return left

    def _joined(self):
        left = self._relation()
        while True:
            natural = self.accept('NATURAL')
            how = self._join_word()
            if how is None:
                if natural:
                    self.fail()
                return left
            right = self._relation()
            on = using = None
            if self.accept('ON'):
                on = self.expression()
            elif self.accept('USING'):
                using = self._column_names()
            left = Tree(
                'join',
                how=how,
                left=left,
                right=right,
                on=on,
                using='natural' if natural else using,
            )

    def _join_word(self):
        forms = [
            ('inner', ('INNER', 'JOIN')),
            ('cross', ('CROSS', 'JOIN')),
            ('inner', ('JOIN',)),
            ('leftsemi', ('LEFT', 'SEMI', 'JOIN')),
            ('leftanti', ('LEFT', 'ANTI', 'JOIN')),
            ('leftsemi', ('SEMI', 'JOIN')),
            ('leftanti', ('ANTI', 'JOIN')),
            ('left', ('LEFT', 'OUTER', 'JOIN')),
            ('left', ('LEFT', 'JOIN')),
            ('right', ('RIGHT', 'OUTER', 'JOIN')),
            ('right', ('RIGHT', 'JOIN')),
            ('full', ('FULL', 'OUTER', 'JOIN')),
            ('full', ('FULL', 'JOIN')),
        ]
        for how, words in forms:
            if self.accept(*words):
                return how
        return None

    def _relation(self):
        if self.accept('LATERAL'):
            raise refused('LATERAL subqueries')
        if self.accept('('):
            if self.at().upper in ('SELECT', 'WITH', 'VALUES', '('):
                inner = self.whole_query()
            else:
                inner = self._relations()
            self.expect(')')
            return self._alias(Tree('nested', inner=inner))
        if self.accept('VALUES'):
            return self._alias(Tree('nested', inner=self._values()))
        return self._table()

    def _table(self):
        names = self.names()
        if self.sees('(') and len(names) == 1:
            self.expect('(')
            return self._alias(Tree('function', name=names[0].lower(), arguments=self._list(')')))
        tree = Tree('table', names=names)
        for word in ('TABLESAMPLE', 'PIVOT', 'UNPIVOT'):
            if self.accept(word):
                raise refused(word)
        return self._alias(tree)

    def _alias(self, tree):
        tree.alias, tree.columns = None, None
        token = self.at()
        if (
            self.accept('AS')
            or token.kind == 'quoted'
            or (token.kind == 'word' and token.text.lower() not in _RESERVED)
        ):
            tree.alias = self.name()
        if tree.alias is not None:
            tree.columns = self._column_names()
        return tree
