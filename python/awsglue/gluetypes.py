"""The types of a DynamicFrame's schema: those of Spark, by Glue's names, and the choice."""

from pyspark.sql import types as t


class DataType:
    """A type by its Glue name."""

    def __init__(self, name, properties=None):
        self.name = name
        self.properties = properties or {}

    @classmethod
    def typeName(cls):
        return cls.__name__.replace('Type', '').lower()

    def jsonValue(self):
        return {'dataType': self.name, 'properties': self.properties}

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name)

    def __repr__(self):
        return f'{type(self).__name__}({self.name})'


class Field:
    def __init__(self, name, dataType, properties=None):
        self.name = name
        self.dataType = dataType
        self.properties = properties or {}

    def jsonValue(self):
        return {
            'name': self.name,
            'container': self.dataType.jsonValue(),
            'properties': self.properties,
        }

    def __eq__(self, other):
        return isinstance(other, Field) and (self.name, self.dataType) == (
            other.name,
            other.dataType,
        )

    def __hash__(self):
        return hash(self.name)


class StructType(DataType):
    def __init__(self, fields=None, properties=None):
        super().__init__('struct', properties)
        self.fields = list(fields or [])
        self.field_map = {field.name: field for field in self.fields}

    def __iter__(self):
        return iter(self.fields)

    def getField(self, name):
        return self.field_map[name].dataType

    def jsonValue(self):
        return {'dataType': 'struct', 'fields': [field.jsonValue() for field in self.fields]}


class ArrayType(DataType):
    def __init__(self, elementType, properties=None):
        super().__init__('array', properties)
        self.elementType = elementType


class MapType(DataType):
    def __init__(self, valueType, properties=None):
        super().__init__('map', properties)
        self.valueType = valueType


class ChoiceType(DataType):
    """A column whose values are of several types."""

    def __init__(self, choices, properties=None):
        super().__init__('choice', properties)
        self.choices = {choice.name: choice for choice in choices}


class DecimalType(DataType):
    def __init__(self, precision=10, scale=2, properties=None):
        super().__init__('decimal', properties)
        self.precision = precision
        self.scale = scale


_NAMES = {
    'void': 'null',
    'byte': 'byte',
    'short': 'short',
    'integer': 'int',
    'long': 'long',
    'float': 'float',
    'double': 'double',
    'string': 'string',
    'boolean': 'boolean',
    'date': 'date',
    'timestamp': 'timestamp',
    'binary': 'binary',
    'timestamp_ntz': 'timestamp',
}


def from_spark(kind, choices=()):
    """The Glue type of a Spark type; the columns named in `choices` are choices of their fields."""
    if isinstance(kind, t.StructType):
        fields = []
        for field in kind:
            if field.name in choices:
                parts = [from_spark(part.dataType) for part in field.dataType]
                fields.append(Field(field.name, ChoiceType(parts)))
            else:
                fields.append(Field(field.name, from_spark(field.dataType)))
        return StructType(fields)
    if isinstance(kind, t.ArrayType):
        return ArrayType(from_spark(kind.elementType))
    if isinstance(kind, t.MapType):
        return MapType(from_spark(kind.valueType))
    if isinstance(kind, t.DecimalType):
        return DecimalType(kind.precision, kind.scale)
    return DataType(_NAMES[kind.name if kind.name in _NAMES else kind.typeName()])


def tree_text(struct):
    """What printSchema prints."""
    return 'root\n' + ''.join(_branch(field.name, field.dataType, '') for field in struct.fields)


def _branch(name, kind, indent):
    shown = (
        f'decimal({kind.precision},{kind.scale})' if isinstance(kind, DecimalType) else kind.name
    )
    line = f'{indent}|-- {name}: {shown}\n'
    return line + _twigs(kind, indent + '|    ')


def _twigs(kind, indent):
    if isinstance(kind, StructType):
        return ''.join(_branch(field.name, field.dataType, indent) for field in kind.fields)
    if isinstance(kind, ArrayType):
        return _branch('element', kind.elementType, indent)
    if isinstance(kind, MapType):
        return _branch('keyType', DataType('string'), indent) + _branch(
            'valueType', kind.valueType, indent
        )
    if isinstance(kind, ChoiceType):
        return ''.join(
            f'{indent}|-- {name}\n' + _twigs(part, indent + '|    ')
            for name, part in kind.choices.items()
        )
    return ''
