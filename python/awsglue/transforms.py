"""Glue's transforms as classes with `apply`.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-transforms.html
"""

from pyspark.errors import refused

from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection


class GlueTransform:
    """A transform: `Name.apply(frame, …)` is `Name()(frame, …)`."""

    @classmethod
    def apply(cls, *arguments, **options):
        return cls()(*arguments, **options)

    @classmethod
    def name(cls):
        return cls.__name__


class ApplyMapping(GlueTransform):
    def __call__(
        self,
        frame,
        mappings,
        case_sensitive=False,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.apply_mapping(
            mappings, case_sensitive, transformation_ctx, info, stageThreshold, totalThreshold
        )


class SelectFields(GlueTransform):
    def __call__(
        self, frame, paths, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        return frame.select_fields(paths, transformation_ctx)


class DropFields(GlueTransform):
    def __call__(
        self, frame, paths, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        return frame.drop_fields(paths, transformation_ctx)


class RenameField(GlueTransform):
    def __call__(
        self,
        frame,
        old_name,
        new_name,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.rename_field(old_name, new_name, transformation_ctx)


class ResolveChoice(GlueTransform):
    def __call__(
        self,
        frame,
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
        return frame.resolveChoice(specs, choice, database, table_name, transformation_ctx)


class DropNullFields(GlueTransform):
    def __call__(self, frame, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0):
        return frame.drop_nulls(transformation_ctx)


class Join(GlueTransform):
    def __call__(
        self,
        frame1,
        frame2,
        keys1,
        keys2,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame1.join(keys1, keys2, frame2, transformation_ctx)


class Filter(GlueTransform):
    def __call__(
        self, frame, f, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        return frame.filter(f, transformation_ctx)


class Map(GlueTransform):
    def __call__(
        self, frame, f, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        return frame.map(f, False, transformation_ctx)


class Relationalize(GlueTransform):
    def __call__(
        self,
        frame,
        staging_path=None,
        name='roottable',
        options=None,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.relationalize(name, staging_path, options, transformation_ctx)


class UnnestFrame(GlueTransform):
    def __call__(self, frame, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0):
        return frame.unnest(transformation_ctx)


Unnest = UnnestFrame


class Unbox(GlueTransform):
    def __call__(
        self,
        frame,
        path,
        format,
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
        **options,
    ):
        return frame.unbox(path, format, transformation_ctx, **options)


class SplitFields(GlueTransform):
    def __call__(
        self,
        frame,
        paths,
        name1='name1',
        name2='name2',
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.split_fields(paths, name1, name2, transformation_ctx)


class SplitRows(GlueTransform):
    def __call__(
        self,
        frame,
        comparison_dict,
        name1='frame1',
        name2='frame2',
        transformation_ctx='',
        info='',
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.split_rows(comparison_dict, name1, name2, transformation_ctx)


class SelectFromCollection(GlueTransform):
    def __call__(self, dfc, key, transformation_ctx=''):
        return dfc[key]


class MapToCollection(GlueTransform):
    def __call__(self, dfc, callable, transformation_ctx=''):
        return dfc.map(callable, transformation_ctx)


class FlatMap(GlueTransform):
    """A transform for every frame of a collection."""

    def __call__(self, dfc, BaseTransform, frame_name, transformation_ctx='', **base_kwargs):
        made = {}
        for key, frame in zip(dfc.keys(), dfc.values()):
            result = BaseTransform.apply(
                **{**base_kwargs, frame_name: frame, 'transformation_ctx': transformation_ctx}
            )
            parts = result if isinstance(result, DynamicFrameCollection) else {key: result}
            made.update(zip(parts.keys(), parts.values()))
        return DynamicFrameCollection(made, dfc.glue_ctx)


class Spigot(GlueTransform):
    def __call__(self, frame, path, options=None, transformation_ctx=''):
        return frame.spigot(path, options, transformation_ctx)


class Union(GlueTransform):
    def __call__(
        self, frame1, frame2, transformation_ctx='', info='', stageThreshold=0, totalThreshold=0
    ):
        return frame1.union(frame2, transformation_ctx)


class DropDuplicates(GlueTransform):
    def __call__(self, frame, keys=None, transformation_ctx=''):
        made = frame.toDF().dropDuplicates(list(keys)) if keys else frame.toDF().dropDuplicates()
        return DynamicFrame.fromDF(made, frame.glue_ctx, transformation_ctx)


def _not_built(name):
    class Refused(GlueTransform):
        def __call__(self, *_arguments, **_options):
            raise refused(f'the transform {name}')

    Refused.__name__ = Refused.__qualname__ = name
    return Refused


FillMissingValues = _not_built('FillMissingValues')
FindMatches = _not_built('FindMatches')
FindIncrementalMatches = _not_built('FindIncrementalMatches')
ErrorsAsDynamicFrame = _not_built('ErrorsAsDynamicFrame')
SimplifyDDBJson = _not_built('SimplifyDDBJson')

__all__ = [
    'ApplyMapping',
    'DropDuplicates',
    'DropFields',
    'DropNullFields',
    'ErrorsAsDynamicFrame',
    'FillMissingValues',
    'Filter',
    'FindIncrementalMatches',
    'FindMatches',
    'FlatMap',
    'GlueTransform',
    'Join',
    'Map',
    'MapToCollection',
    'Relationalize',
    'RenameField',
    'ResolveChoice',
    'SelectFields',
    'SelectFromCollection',
    'SimplifyDDBJson',
    'Spigot',
    'SplitFields',
    'SplitRows',
    'Unbox',
    'Union',
    'Unnest',
    'UnnestFrame',
]
