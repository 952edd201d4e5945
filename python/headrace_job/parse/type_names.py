"""Type names of Spark SQL and Hive: `struct<a:int,b:array<string>>`, `decimal(10,2)`, `a int, b string`."""

import re

from pyspark.errors import ParseException
from pyspark.sql import types as t

_SIMPLE = {
    'void': t.NullType,
    'null': t.NullType,
    'boolean': t.BooleanType,
    'bool': t.BooleanType,
    'tinyint': t.ByteType,
    'byte': t.ByteType,
    'smallint': t.ShortType,
    'short': t.ShortType,
    'int': t.IntegerType,
    'integer': t.IntegerType,
    'bigint': t.LongType,
    'long': t.LongType,
    'float': t.FloatType,
    'real': t.FloatType,
    'double': t.DoubleType,
    'string': t.StringType,
    'binary': t.BinaryType,
    'date': t.DateType,
    'timestamp': t.TimestampType,
    'timestamp_ltz': t.TimestampType,
    'timestamp_ntz': t.TimestampNTZType,
    'interval': t.DayTimeIntervalType,
}

_TOKEN = re.compile(r'\s*(`(?:[^`]|``)*`|"[^"]*"|\'[^\']*\'|[\w$.\-]+|[<>(),:])')


class _Reader:
    def __init__(self, text):
        self.text = text
        self.tokens = []
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if not match:
                self.fail()
            self.tokens.append(match.group(1))
            position = match.end()
        self.index = 0

    def fail(self):
        raise ParseException(f"[PARSE_SYNTAX_ERROR] '{self.text}' is not a type or schema")

    def peek(self, ahead=0):
        place = self.index + ahead
        return self.tokens[place] if place < len(self.tokens) else ''

    def take(self, expected=None):
        token = self.peek()
        if not token or (expected is not None and token != expected):
            self.fail()
        self.index += 1
        return token

    def name(self):
        token = self.take()
        if token[0] == '`':
            return token[1:-1].replace('``', '`')
        if token in '<>(),:':
            self.fail()
        return token.strip('"')

    def type(self):
        word = self.take().lower()
        if word == 'array':
            self.take('<')
            element = self.type()
            self.take('>')
            return t.ArrayType(element)
        if word == 'map':
            self.take('<')
            key = self.type()
            self.take(',')
            value = self.type()
            self.take('>')
            return t.MapType(key, value)
        if word == 'struct':
            self.take('<')
            fields = [] if self.peek() == '>' else self.fields('>')
            self.take('>')
            return t.StructType(fields)
        if word in ('decimal', 'dec', 'numeric'):
            numbers = self.numbers()
            return t.DecimalType(*(numbers or [10, 0]))
        if word in ('varchar', 'char', 'character'):
            numbers = self.numbers()
            if not numbers:
                return t.StringType()
            return t.VarcharType(*numbers) if word == 'varchar' else t.CharType(*numbers)
        if word in _SIMPLE:
            return _SIMPLE[word]()
        raise ParseException(f'[UNSUPPORTED_DATATYPE] Unsupported data type "{word.upper()}".')

    def numbers(self):
        if self.peek() != '(':
            return []
        self.take('(')
        found = [int(self.take())]
        while self.peek() == ',':
            self.take(',')
            found.append(int(self.take()))
        self.take(')')
        return found

    def fields(self, end=''):
        fields = []
        while True:
            name = self.name()
            if self.peek() == ':':
                self.take(':')
            data_type = self.type()
            nullable = True
            if self.peek().lower() == 'not' and self.peek(1).lower() == 'null':
                self.index += 2
                nullable = False
            if self.peek().lower() == 'comment':
                self.index += 2
            fields.append(t.StructField(name, data_type, nullable))
            if self.peek() != ',':
                break
            self.take(',')
        if self.peek() != end:
            self.fail()
        return fields


def parse_type(text):
    """The type of that name; raises ParseException."""
    reader = _Reader(text)
    data_type = reader.type()
    if reader.peek():
        reader.fail()
    return data_type


def parse_type_or_struct(text):
    """A type's name, or a list of columns with their types."""
    reader = _Reader(text)
    first, second = reader.peek().lower(), reader.peek(1)
    known = first in _SIMPLE or first in ('array', 'map', 'struct', 'decimal', 'varchar', 'char')
    if known and (second == '' or second in '<('):
        return parse_type(text)
    return t.StructType(reader.fields())
