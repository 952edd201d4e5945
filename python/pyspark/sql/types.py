"""The types of columns and rows, as pyspark.sql.types documents them."""

import json


class DataType:
    """A column's type. Two types are equal when their class and parameters are."""

    name = 'data'

    @classmethod
    def typeName(cls):
        return cls.name

    def simpleString(self):
        return self.name

    def jsonValue(self):
        return self.name

    def json(self):
        return json.dumps(self.jsonValue(), separators=(',', ':'), sort_keys=True)

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.simpleString())

    def __repr__(self):
        return type(self).__name__ + '()'

    @classmethod
    def fromDDL(cls, ddl):
        from headrace_job.parse.type_names import parse_type_or_struct

        return parse_type_or_struct(ddl)


class NullType(DataType):
    name = 'void'


class AtomicType(DataType):
    pass


class StringType(AtomicType):
    name = 'string'


class CharType(StringType):
    def __init__(self, length):
        self.length = length

    def simpleString(self):
        return f'char({self.length})'

    jsonValue = simpleString

    def __repr__(self):
        return f'CharType({self.length})'


class VarcharType(StringType):
    def __init__(self, length):
        self.length = length

    def simpleString(self):
        return f'varchar({self.length})'

    jsonValue = simpleString

    def __repr__(self):
        return f'VarcharType({self.length})'


class BinaryType(AtomicType):
    name = 'binary'


class BooleanType(AtomicType):
    name = 'boolean'


class DateType(AtomicType):
    name = 'date'


class TimestampType(AtomicType):
    name = 'timestamp'


class TimestampNTZType(AtomicType):
    name = 'timestamp_ntz'


class NumericType(AtomicType):
    pass


class IntegralType(NumericType):
    def simpleString(self):
        return {'byte': 'tinyint', 'short': 'smallint', 'integer': 'int', 'long': 'bigint'}[
            self.name
        ]


class FractionalType(NumericType):
    pass


class ByteType(IntegralType):
    name = 'byte'


class ShortType(IntegralType):
    name = 'short'


class IntegerType(IntegralType):
    name = 'integer'


class LongType(IntegralType):
    name = 'long'


class FloatType(FractionalType):
    name = 'float'


class DoubleType(FractionalType):
    name = 'double'


class DecimalType(FractionalType):
    name = 'decimal'

    def __init__(self, precision=10, scale=0):
        self.precision = precision
        self.scale = scale

    def simpleString(self):
        return f'decimal({self.precision},{self.scale})'

    jsonValue = simpleString

    def __repr__(self):
        return f'DecimalType({self.precision},{self.scale})'


class DayTimeIntervalType(AtomicType):
    """Lives inside expressions only: a frame's column of this type cannot be shown or written."""

    name = 'interval'


class ArrayType(DataType):
    name = 'array'

    def __init__(self, elementType, containsNull=True):
        self.elementType = elementType
        self.containsNull = containsNull

    def simpleString(self):
        return f'array<{self.elementType.simpleString()}>'

    def jsonValue(self):
        return {
            'type': 'array',
            'elementType': self.elementType.jsonValue(),
            'containsNull': self.containsNull,
        }

    def __repr__(self):
        return f'ArrayType({self.elementType!r}, {self.containsNull})'


class MapType(DataType):
    name = 'map'

    def __init__(self, keyType, valueType, valueContainsNull=True):
        self.keyType = keyType
        self.valueType = valueType
        self.valueContainsNull = valueContainsNull

    def simpleString(self):
        return f'map<{self.keyType.simpleString()},{self.valueType.simpleString()}>'

    def jsonValue(self):
        return {
            'type': 'map',
            'keyType': self.keyType.jsonValue(),
            'valueType': self.valueType.jsonValue(),
            'valueContainsNull': self.valueContainsNull,
        }

    def __repr__(self):
        return f'MapType({self.keyType!r}, {self.valueType!r}, {self.valueContainsNull})'


class StructField(DataType):
    def __init__(self, name, dataType, nullable=True, metadata=None):
        self.name = name
        self.dataType = dataType
        self.nullable = nullable
        self.metadata = metadata or {}

    def typeName(self):
        raise TypeError('StructField has no typeName. Use typeName on its dataType')

    def simpleString(self):
        return f'{self.name}:{self.dataType.simpleString()}'

    def jsonValue(self):
        return {
            'name': self.name,
            'type': self.dataType.jsonValue(),
            'nullable': self.nullable,
            'metadata': self.metadata,
        }

    @classmethod
    def fromJson(cls, value):
        return cls(
            value['name'],
            type_from_json(value['type']),
            value.get('nullable', True),
            value.get('metadata'),
        )

    def __repr__(self):
        return f"StructField('{self.name}', {self.dataType!r}, {self.nullable})"


class StructType(DataType):
    name = 'struct'

    def __init__(self, fields=None):
        self.fields = list(fields or [])

    @property
    def names(self):
        return [field.name for field in self.fields]

    def fieldNames(self):
        return self.names

    def add(self, field, data_type=None, nullable=True, metadata=None):
        if not isinstance(field, StructField):
            if data_type is None:
                raise ValueError('Must specify DataType if passing name of struct_field to create.')
            field = StructField(field, as_type(data_type), nullable, metadata)
        self.fields.append(field)
        return self

    def __getitem__(self, key):
        if isinstance(key, str):
            for field in self.fields:
                if field.name == key:
                    return field
            raise KeyError(f'No StructField named {key}')
        if isinstance(key, slice):
            return StructType(self.fields[key])
        return self.fields[key]

    def __iter__(self):
        return iter(self.fields)

    def __len__(self):
        return len(self.fields)

    def simpleString(self):
        return 'struct<' + ','.join(field.simpleString() for field in self.fields) + '>'

    def jsonValue(self):
        return {'type': 'struct', 'fields': [field.jsonValue() for field in self.fields]}

    @classmethod
    def fromJson(cls, value):
        return cls([StructField.fromJson(field) for field in value['fields']])

    def treeString(self):
        return 'root\n' + ''.join(_branch(field, ' ') for field in self.fields)

    def __repr__(self):
        return 'StructType([' + ', '.join(repr(field) for field in self.fields) + '])'


def _branch(field, indent):
    nullable = str(field.nullable).lower()
    name = field.dataType.typeName() if _is_nested(field.dataType) else _tree_name(field.dataType)
    line = f'{indent}|-- {field.name}: {name} (nullable = {nullable})\n'
    return line + _twigs(field.dataType, indent + '|    ')


def _tree_name(data_type):
    if isinstance(data_type, (DecimalType, CharType, VarcharType)):
        return data_type.simpleString()
    return data_type.typeName()


def _is_nested(data_type):
    return isinstance(data_type, (ArrayType, MapType, StructType))


def _twigs(data_type, indent):
    if isinstance(data_type, StructType):
        return ''.join(_branch(field, indent) for field in data_type.fields)
    if isinstance(data_type, ArrayType):
        element = data_type.elementType
        flag = str(data_type.containsNull).lower()
        return f'{indent}|-- element: {_tree_name(element)} (containsNull = {flag})\n' + _twigs(
            element, indent + '|    '
        )
    if isinstance(data_type, MapType):
        flag = str(data_type.valueContainsNull).lower()
        return (
            f'{indent}|-- key: {_tree_name(data_type.keyType)}\n'
            + _twigs(data_type.keyType, indent + '|    ')
            + f'{indent}|-- value: {_tree_name(data_type.valueType)} (valueContainsNull = {flag})\n'
            + _twigs(data_type.valueType, indent + '|    ')
        )
    return ''


def type_from_json(value):
    """The type that `jsonValue` gave."""
    from headrace_job.parse.type_names import parse_type

    if isinstance(value, str):
        return parse_type(value)
    kind = value['type']
    if kind == 'struct':
        return StructType.fromJson(value)
    if kind == 'array':
        return ArrayType(type_from_json(value['elementType']), value.get('containsNull', True))
    if kind == 'map':
        return MapType(
            type_from_json(value['keyType']),
            type_from_json(value['valueType']),
            value.get('valueContainsNull', True),
        )
    raise NotImplementedError(f"the type '{kind}' is not built into Headrace's Spark engine")


def as_type(value):
    """A type given as such or by its name."""
    if isinstance(value, DataType):
        return value
    if isinstance(value, type) and issubclass(value, DataType):
        return value()
    from headrace_job.parse.type_names import parse_type

    return parse_type(value)


def as_schema(value):
    """A struct given as such, or as DDL (`a int, b string`)."""
    if isinstance(value, StructType):
        return value
    if isinstance(value, str):
        from headrace_job.parse.type_names import parse_type_or_struct

        parsed = parse_type_or_struct(value)
        return (
            parsed if isinstance(parsed, StructType) else StructType([StructField('value', parsed)])
        )
    raise TypeError('schema should be StructType or string')


# At the end: these two name the classes above.
from pyspark.sql.inference import infer_type, merge_all, merge_types  # noqa: E402, F401
from pyspark.sql.row import Row, make_row  # noqa: E402, F401
