"""DynamicFrame: a frame with Glue's transforms.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from headrace_job.expression import nodes as n
from headrace_job.expression.typed import Attribute, Typed
from headrace_job.frame import combine
from headrace_job.frame import plan as p
from pyspark.errors import IllegalArgumentException, refused
from pyspark.sql import types as t
from pyspark.sql.column import Column
from pyspark.sql.dataframe import DataFrame

from awsglue import choices as ch
from awsglue import gluetypes, nesting, records
from awsglue.paths import GONE, changed_at, glue_type, lenient, split_path, value_at


class ResolveOption:
    """A way to resolve a choice, for `toDF`."""

    def __init__(self, path, action, target=None):
        self.path = path
        self.action = action
        self.target = target


class DynamicFrame:
    """A DataFrame whose columns may be choices of several types. Lazy, like the frame in it."""

    def __init__(self, jdf, glue_ctx, name=''):
        self._frame = jdf
        self.glue_ctx = glue_ctx
        self.name = name
        self._choices = frozenset()
        self._errors = lambda: 0

    @classmethod
    def fromDF(cls, dataframe, glue_ctx, name=''):
        if not isinstance(dataframe, DataFrame):
            raise TypeError(f'fromDF() takes a DataFrame, not {type(dataframe).__name__}')
        return cls(dataframe, glue_ctx, name)

    def _with(self, plan, name='', choices=None):
        frame = DynamicFrame(self._frame._with(plan), self.glue_ctx, name or self.name)
        if hasattr(self._frame, '_files'):
            frame._frame._files = self._frame._files
        kept = self._choices if choices is None else choices
        before = {a.name: a.type for a in self._plan.attributes}
        frame._choices = frozenset(
            a.name
            for a in plan.attributes
            if a.name in kept and (choices is not None or before.get(a.name) == a.type)
        )
        frame._errors = self._errors
        return frame

    @property
    def _plan(self):
        return self._frame._plan

    def toDF(self, options=None):
        """A choice becomes a struct of its types, unless an option resolves it."""
        if not options:
            return self._frame
        specs = [
            (o.path, f'{o.action.lower()}:{o.target}' if o.target else o.action.lower())
            for o in options
        ]
        return self.resolveChoice(specs=specs)._frame

    # What it is

    def schema(self):
        return gluetypes.from_spark(self._frame.schema, self._choices)

    def printSchema(self):
        print(gluetypes.tree_text(self.schema()))

    def count(self):
        return self._frame.count()

    def show(self, num_rows=20):
        for line in records.json_lines(self._frame.limit(num_rows), self._choices):
            print(line)

    def errorsCount(self):
        """Records that could not be read as such."""
        return self._errors()

    stageErrorsCount = errorsCount

    def assertErrorThreshold(self):
        if self.errorsCount() > 0:
            raise IllegalArgumentException(f'{self.errorsCount()} errors')

    def errorsAsDynamicFrame(self):
        raise refused('DynamicFrame.errorsAsDynamicFrame()')

    def getNumPartitions(self):
        return 1

    def repartition(
        self, num_partitions, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        return self._in_files(self._frame.repartition(num_partitions))

    def coalesce(
        self,
        num_partitions,
        shuffle=False,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return self._in_files(self._frame.coalesce(num_partitions))

    def _in_files(self, frame):
        made = self._with(self._plan)
        made._frame._files = frame._files
        return made

    # Fields

    def apply_mapping(
        self,
        mappings,
        case_sensitive=False,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        """Fields from the named sources, under new names and types. What has no source is not there."""
        found = []
        for mapping in mappings:
            source, target, kind_name = mapping[0], mapping[-2], mapping[-1]
            if len(mapping) not in (3, 4):
                raise IllegalArgumentException(
                    f'A mapping has a source, its type, a target and its type: {mapping}'
                )
            parts = split_path(source)
            value = value_at(self._plan, parts)
            if value is None:
                continue
            kind = glue_type(kind_name)
            attribute = next((a for a in self._plan.attributes if a.sql == value.sql), None)
            if kind is not None:
                choice = attribute is not None and attribute.name in self._choices
                value = ch.cast_choice(attribute, kind) if choice else lenient(value, kind)
            found.append((split_path(target), value))
        return self._with(p.project(self._plan, nesting.nested_items(found)), transformation_ctx)

    def select_fields(
        self, paths, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        found = []
        for path in _listed(paths):
            value = value_at(self._plan, split_path(path))
            if value is not None:
                found.append((split_path(path), value))
        known = {a.sql: a for a in self._plan.attributes}
        items = nesting.nested_items(found)
        items = [
            (known[sql], sql) if sql in known and known[sql].name == a.name else (a, sql)
            for a, sql in items
        ]
        return self._with(p.project(self._plan, items), transformation_ctx)

    def drop_fields(
        self, paths, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        items = [(a, a.sql) for a in self._plan.attributes]
        for path in _listed(paths):
            items = self._changed(items, split_path(path), lambda name, part: GONE)
        return self._with(p.project(self._plan, items), transformation_ctx)

    def rename_field(
        self, oldName, newName, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        new = split_path(newName)[-1]
        items = [(a, a.sql) for a in self._plan.attributes]
        items = self._changed(items, split_path(oldName), lambda name, part: [(new, part)])
        return self._with(p.project(self._plan, items), transformation_ctx)

    @staticmethod
    def _changed(items, parts, change):
        """The columns with a change at a path."""
        whole = '.'.join(parts).lower()
        made = []
        for attribute, sql in items:
            if attribute.name.lower() == whole:
                answer = change(attribute.name, Typed(sql, attribute.type))
                if answer is not GONE:
                    made += [(Attribute(name, value.type), value.sql) for name, value in answer]
            elif len(parts) > 1 and attribute.name.lower() == parts[0].lower():
                value = changed_at(Typed(sql, attribute.type), parts[1:], change)
                made.append((Attribute(attribute.name, value.type), value.sql))
            else:
                made.append((attribute, sql))
        return made

    def drop_nulls(self, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0):
        """Without the fields that are null in every record (those of the null type)."""
        kept = [a for a in self._plan.attributes if not isinstance(a.type, t.NullType)]
        return self._with(p.keep(self._plan, kept), transformation_ctx)

    def resolveChoice(
        self,
        specs=None,
        choice='',
        database=None,
        table_name=None,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
        catalog_id=None,
    ):
        specs = list(specs or [])
        if specs and choice:
            raise ValueError('Must specify either specs or choice')
        if not specs and not choice:
            raise ValueError('Must specify either specs or choice')
        catalog = None
        if choice == 'match_catalog':
            if not database or not table_name:
                raise ValueError('match_catalog needs database and table_name')
            table = self.glue_ctx._engine.channel.call(
                'catalog.table', database=database, table=table_name
            )
            columns = [*table['columns'], *table['partitionKeys']]
            catalog = {c['name'].lower(): glue_type(c['type']) for c in columns}
        plan, left = ch.resolve(
            self._plan, self._choices, specs, '' if catalog else choice, catalog
        )
        return self._with(plan, transformation_ctx, left)

    def unnest(self, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0):
        return self._with(nesting.flattened(self._plan), transformation_ctx)

    def relationalize(
        self,
        root_table_name,
        staging_path=None,
        options=None,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        if options:
            raise refused('relationalize() with options')
        tables = nesting.relationalized(self._plan, root_table_name)
        frames = {name: self._with(plan, name, frozenset()) for name, plan in tables.items()}
        return DynamicFrameCollection(frames, self.glue_ctx)

    # Records

    def filter(self, f, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0):
        return self._with(
            records.filtered(self._plan, f, self._frame._session, self._choices), transformation_ctx
        )

    def map(
        self,
        f,
        preservesPartitioning=False,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        plan, choices = records.mapped(self._frame, f, self._choices)
        return self._with(plan, transformation_ctx, frozenset(choices))

    def join(
        self,
        paths1,
        paths2,
        frame2,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        """An inner join on equal values. A field of the second frame that the first one has too gets a
        dot before its name, as Glue has it."""
        paths1, paths2 = _listed(paths1), _listed(paths2)
        if len(paths1) != len(paths2):
            raise IllegalArgumentException(
                'Join needs as many keys of the one frame as of the other.'
            )
        left, right = p.without_conflicts(self._plan, frame2._plan)
        condition = None
        for one, other in zip(paths1, paths2):
            pair = [_key(left, one), _key(right, other)]
            same = n.Call('=', pair)
            condition = same if condition is None else n.Call('and', [condition, same])
        joined = combine.join_on(left, right, condition, 'inner', self._frame._session)
        taken, items = set(), []
        for attribute in joined.attributes:
            name = attribute.name
            while name.lower() in taken:
                name = '.' + name
            taken.add(name.lower())
            items.append(
                (
                    attribute if name == attribute.name else attribute.but(id=None, name=name),
                    attribute.sql,
                )
            )
        return self._with(
            p.project(joined, items), transformation_ctx, self._choices | frame2._choices
        )

    def union(self, frame2, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0):
        return self._with(combine.union_by_name(self._plan, frame2._plan, True), transformation_ctx)

    def mergeDynamicFrame(
        self,
        stage_dynamic_frame,
        primary_keys,
        transformation_ctx='',
        options=None,
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        """The staged records, and those of this frame that have no staged one with the same keys."""
        rest = self._frame.join(
            stage_dynamic_frame._frame.select(*primary_keys), list(primary_keys), 'left_anti'
        )
        made = combine.union_by_name(rest._plan, stage_dynamic_frame._plan, True)
        return self._with(made, transformation_ctx)

    def split_fields(
        self,
        paths,
        name1,
        name2,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        frames = {name1: self.select_fields(paths), name2: self.drop_fields(paths)}
        return DynamicFrameCollection(frames, self.glue_ctx)

    def split_rows(
        self,
        comparison_dict,
        name1,
        name2,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        condition = records.comparison(self._plan, comparison_dict)
        there = self._frame.filter(Column(condition))
        rest = self._frame.filter(
            Column(n.Call('not', [n.Call('<=>', [condition, n.Literal(True)])]))
        )
        frames = {name1: self._with(there._plan, name1), name2: self._with(rest._plan, name2)}
        return DynamicFrameCollection(frames, self.glue_ctx)

    def spigot(
        self, path, options=None, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        """Writes a sample of the records as JSON; the frame goes on as it is."""
        from awsglue.writers import write_frame

        wanted = dict(options or {})
        frame = self._frame
        if 'prob' in wanted:
            frame = frame.sample(fraction=float(wanted.pop('prob')))
        if 'topk' in wanted:
            frame = frame.limit(int(wanted.pop('topk')))
        if wanted:
            raise refused(f"spigot()'s option '{next(iter(wanted))}'")
        write_frame(self._with(frame._plan), 's3', {'path': path}, 'json', {})
        return self

    def write(
        self,
        connection_type,
        connection_options=None,
        format=None,
        format_options=None,
        accumulator_size=0,
    ):
        from awsglue.writers import write_frame

        return write_frame(
            self, connection_type, connection_options or {}, format, format_options or {}
        )

    def simplify_ddb_json(self, *_arguments, **_options):
        raise refused('DynamicFrame.simplify_ddb_json()')

    def unnest_ddb_json(self, *_arguments, **_options):
        raise refused('DynamicFrame.unnest_ddb_json()')

    def unbox(
        self,
        path,
        format,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
        **options,
    ):
        """The JSON text at the path read as what it holds."""
        if format != 'json' or options:
            raise refused(f'unbox() of {format}' if format != 'json' else 'unbox() with options')
        plan = nesting.unboxed(self._frame, split_path(path))
        return self._with(plan, transformation_ctx)


class DynamicFrameCollection:
    """Frames by their names."""

    def __init__(self, dynamic_frames, glue_ctx=None):
        self._frames = dict(dynamic_frames)
        self.glue_ctx = glue_ctx

    def __getitem__(self, key):
        return self._frames[key]

    def __len__(self):
        return len(self._frames)

    def keys(self):
        return self._frames.keys()

    def values(self):
        return self._frames.values()

    def select(self, key, transformation_ctx=''):
        return self._frames[key]

    def map(self, callable, transformation_ctx=''):
        return DynamicFrameCollection(
            {key: callable(frame, key) for key, frame in self._frames.items()}, self.glue_ctx
        )

    def flatmap(self, f, transformation_ctx=''):
        made = {}
        for key, frame in self._frames.items():
            made.update(f(frame, key)._frames)
        return DynamicFrameCollection(made, self.glue_ctx)


def _listed(paths):
    return [paths] if isinstance(paths, str) else list(paths)


def _key(plan, path):
    value = value_at(plan, split_path(path))
    if value is None:
        raise IllegalArgumentException(f'Join: there is no field {path}')
    return (
        n.Reference(next(a for a in plan.attributes if a.sql == value.sql))
        if any(a.sql == value.sql for a in plan.attributes)
        else n.Name(split_path(path))
    )


__all__ = ['DynamicFrame', 'DynamicFrameCollection', 'ResolveOption']
