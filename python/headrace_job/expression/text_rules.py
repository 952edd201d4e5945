"""Text and binary."""

import re

from pyspark.errors import AnalysisException, refused
from pyspark.sql import types as t

from .casts import cast
from .coercion import BINARY, BOOLEAN, INT, STRING, DOUBLE, alike, int_of, text_of
from .registry import function, rule, show_as
from .typed import Typed, fresh_id, quote_text

for _name in ('substring', 'substr'):
    show_as(
        _name,
        lambda text, start, length='2147483647', name=_name: f'{name}({text}, {start}, {length})',
    )
for _name in ('locate', 'position'):
    show_as(_name, lambda part, text, start='1', name=_name: f'{name}({part}, {text}, {start})')
show_as('replace', lambda text, old, new='': f'replace({text}, {old}, {new})')
show_as(
    'regexp_replace',
    lambda text, old, new, start='1': f'regexp_replace({text}, {old}, {new}, {start})',
)
show_as('str_to_map', lambda text, pair=',', mark=':': f'str_to_map({text}, {pair}, {mark})')
show_as('mask', lambda text: f'mask({text}, X, x, n, NULL)')
for _name, _side in (('trim', 'BOTH'), ('ltrim', 'LEADING'), ('rtrim', 'TRAILING')):
    show_as(
        _name,
        lambda text, signs=None, name=_name, side=_side: (
            f'{name}({text})' if signs is None else f'TRIM({side} {signs} FROM {text})'
        ),
    )
show_as('split', lambda text, pattern, limit='-1': f'split({text}, {pattern}, {limit})')

# name: (types of the arguments: s text, i int; result; SQL)
_TABLE = {
    # Java's capital of ß is SS, DuckDB's a capital ẞ.
    'upper ucase': ('s', STRING, "upper(replace({0}, 'ß', 'SS'))"),
    'lower lcase': ('s', STRING, 'lower({0})'),
    'char_length character_length': ('s', INT, 'CAST(length({0}) AS INTEGER)'),
    'bit_length': ('s', INT, 'CAST(bit_length({0}) AS INTEGER)'),
    'instr': ('ss', INT, 'CAST(instr({0}, {1}) AS INTEGER)'),
    'startswith': ('ss', BOOLEAN, 'starts_with({0}, {1})'),
    'endswith': ('ss', BOOLEAN, 'ends_with({0}, {1})'),
    'contains': ('ss', BOOLEAN, 'contains({0}, {1})'),
    'translate': ('sss', STRING, 'translate({0}, {1}, {2})'),
    'repeat': ('si', STRING, 'repeat({0}, greatest({1}, 0))'),
    'left': ('si', STRING, 'left({0}, greatest({1}, 0))'),
    'right': ('si', STRING, 'right({0}, greatest({1}, 0))'),
    'space': ('i', STRING, "repeat(' ', greatest({0}, 0))"),
    'split_part': ('ssi', STRING, 'split_part({0}, {1}, {2})'),
    'char chr': ('i', STRING, "CASE WHEN {0} < 0 THEN '' ELSE chr(CAST({0} % 256 AS INTEGER)) END"),
    'find_in_set': (
        'ss',
        INT,
        "CAST(coalesce(list_position(string_split({1}, ','), {0}), 0) AS INTEGER)",
    ),
    'url_encode': ('s', STRING, "replace(url_encode({0}), '%20', '+')"),
    'url_decode': ('s', STRING, "url_decode(replace({0}, '+', ' '))"),
    'regexp_count': ('ss', INT, 'CAST(len(regexp_extract_all({0}, {1})) AS INTEGER)'),
    'regexp_substr': (
        'ss',
        STRING,
        'CASE WHEN regexp_matches({0}, {1}) THEN regexp_extract({0}, {1}) END',
    ),
}


def _from_table(names, kinds, result, template):
    def make(*values):
        texts = [text_of(v) if kind == 's' else int_of(v) for v, kind in zip(values, kinds)]
        return Typed(template.format(*texts), result)

    function(names, len(kinds))(make)


for _names, (_kinds, _result, _template) in _TABLE.items():
    _from_table(_names, _kinds, _result, _template)


@function('length len', 1)
def _length(value):
    if isinstance(value.type, t.BinaryType):
        return Typed(f'CAST(octet_length({value.sql}) AS INTEGER)', INT)
    return Typed(f'CAST(length({text_of(value)}) AS INTEGER)', INT)


@function('octet_length', 1)
def _octets(value):
    body = value.sql if isinstance(value.type, t.BinaryType) else f'encode({text_of(value)})'
    return Typed(f'CAST(octet_length({body}) AS INTEGER)', INT)


@function('ascii', 1)
def _ascii(value):
    return Typed(f'CAST(ascii({text_of(value)}) AS INTEGER)', INT)


def _trimmed(name):
    @function(name, 1, 2)
    def make(value, characters=None):
        more = f', {text_of(characters)}' if characters else ''
        return Typed(f'{name}({text_of(value)}{more})', STRING)


for _name in ('trim', 'ltrim', 'rtrim'):
    _trimmed(_name)


@function('btrim', 1, 2)
def _btrim(value, characters=None):
    more = f', {text_of(characters)}' if characters else ''
    return Typed(f'trim({text_of(value)}{more})', STRING)


@function('substring substr', 2, 3)
def _substring(value, start, length=None):
    count = int_of(length) if length is not None else '2147483647'
    if isinstance(value.type, t.BinaryType):
        raise refused('substring() of binary values')
    text, position = text_of(value), int_of(start)
    if isinstance(start.literal, int) and start.literal >= 0:
        return Typed(f'substring({text}, {max(start.literal, 1)}, greatest({count}, 0))', STRING)
    return Typed(f'hr_substring({text}, {position}, {count})', STRING)


@function('concat', 0, None)
def _concat(*values):
    if not values:
        return Typed("''", STRING, False)
    if any(isinstance(v.type, t.ArrayType) for v in values):
        values, kind = alike(values, 'concat')
        return Typed('(' + ' || '.join(v.sql for v in values) + ')', kind)
    if all(isinstance(v.type, t.BinaryType) for v in values):
        return Typed('(' + ' || '.join(v.sql for v in values) + ')', BINARY)
    nullable = any(v.nullable for v in values)
    return Typed('(' + ' || '.join(text_of(v) for v in values) + ')', STRING, nullable)


@function('concat_ws', 1, None)
def _concat_ws(separator, *values):
    lists = []
    for value in values:
        if isinstance(value.type, t.ArrayType):
            items = cast(value, t.ArrayType(STRING)).sql
            lists.append(f'coalesce({items}, CAST([] AS VARCHAR[]))')
        else:
            lists.append(f'[{text_of(value)}]')
    sep = text_of(separator)
    if not lists:
        return Typed(f"CASE WHEN {sep} IS NOT NULL THEN '' END", STRING)
    if all(not isinstance(v.type, t.ArrayType) for v in values):
        return Typed(f'concat_ws({sep}, {", ".join(text_of(v) for v in values)})', STRING)
    body = f"coalesce(array_to_string({' || '.join(lists)}, {sep}), '')"
    return Typed(f'CASE WHEN {sep} IS NOT NULL THEN {body} END', STRING)


def _padded(name):
    @function(name, 2, 3)
    def make(value, length, pad=None):
        text, count = text_of(value), f'greatest({int_of(length)}, 0)'
        filler = text_of(pad) if pad is not None else "' '"
        sql = f"CASE WHEN {filler} = '' THEN left({text}, {count}) ELSE {name}({text}, {count}, {filler}) END"
        if pad is None or (isinstance(pad.literal, str) and pad.literal):
            sql = f'{name}({text}, {count}, {filler})'
        return Typed(sql, STRING)


_padded('lpad')
_padded('rpad')


@function('locate position', 2, 3)
def _locate(needle, value, start=None):
    text, part = text_of(value), text_of(needle)
    if start is None or start.literal == 1:
        return Typed(f'CAST(instr({text}, {part}) AS INTEGER)', INT)
    begin = int_of(start)
    rest = f'instr(substring({text}, {begin}), {part})'
    sql = f'CASE WHEN {begin} <= 0 THEN 0 WHEN {rest} = 0 THEN 0 ELSE {rest} + {begin} - 1 END'
    return Typed(f'CAST({sql} AS INTEGER)', INT)


@function('initcap', 1)
def _initcap(value):
    word = f'x{fresh_id()}'
    body = f"replace(upper({word}[1]), 'ẞ', 'ß') || substring({word}, 2)"
    split = f"string_split(lower({text_of(value)}), ' ')"
    return Typed(f"array_to_string(list_transform({split}, lambda {word}: {body}), ' ')", STRING)


@function('substring_index', 3)
def _substring_index(value, delimiter, count):
    parts = f'string_split({text_of(value)}, {text_of(delimiter)})'
    number, separator = int_of(count), text_of(delimiter)
    first = f'array_to_string(({parts})[1:{number}], {separator})'
    last = f'array_to_string(({parts})[greatest(len({parts}) + {number} + 1, 1):], {separator})'
    sql = f"CASE WHEN {number} = 0 OR {separator} = '' THEN '' WHEN {number} > 0 THEN {first} ELSE {last} END"
    if isinstance(count.literal, int) and count.literal and delimiter.literal:
        sql = first if count.literal > 0 else last
    return Typed(sql, STRING)


@function('replace', 2, 3)
def _replace(value, search, replacement=None):
    other = text_of(replacement) if replacement is not None else "''"
    return Typed(f'replace({text_of(value)}, {text_of(search)}, {other})', STRING)


@function('overlay', 3, 4)
def _overlay(value, replacement, position, length=None):
    text, other, begin = text_of(value), text_of(replacement), int_of(position)
    count = int_of(length) if length is not None and length.literal != -1 else f'length({other})'
    return Typed(
        f'(left({text}, {begin} - 1) || {other} || substring({text}, {begin} + {count}))', STRING
    )


@function('split', 2, 3)
def _split(value, pattern, limit=None):
    if limit is not None and not isinstance(limit.literal, int):
        raise AnalysisException('the limit of split() must be a literal')
    text, regex = text_of(value), text_of(pattern)
    kind = t.ArrayType(STRING, False)
    plain = _plain_text(pattern.literal)
    parts = (
        f'string_split({text}, {quote_text(plain)})'
        if plain
        else f'string_split_regex({text}, {regex})'
    )
    if limit is None or limit.literal <= 0:
        return Typed(parts, kind)
    count = limit.literal
    if not plain:
        raise refused('split() by a regular expression with a limit')
    rest = f'array_to_string(({parts})[{count}:], {quote_text(plain)})'
    return Typed(
        f'CASE WHEN len({parts}) <= {count} THEN {parts} ELSE ({parts})[1:{count - 1}] || [{rest}] END',
        kind,
    )


def _plain_text(pattern):
    """The text that a pattern without special signs matches, else None."""
    if not isinstance(pattern, str) or not pattern:
        return None
    bare = re.sub(r'\\([^A-Za-z0-9])', '', re.sub(r'\[([^\]\\^])\]', '', pattern))
    if any(sign in bare for sign in '.*+?()[]{}|^$\\'):
        return None
    return re.sub(r'\\([^A-Za-z0-9])', r'\1', re.sub(r'\[([^\]\\^])\]', r'\1', pattern)) or None


@function('regexp_extract', 2, 3)
def _regexp_extract(value, pattern, group=None):
    index = 1 if group is None else group.literal
    if not isinstance(index, int):
        raise refused('regexp_extract() with a group that is not a literal')
    return Typed(f'regexp_extract({text_of(value)}, {text_of(pattern)}, {index})', STRING)


@function('regexp_extract_all', 2, 3)
def _regexp_extract_all(value, pattern, group=None):
    index = 1 if group is None else group.literal
    return Typed(
        f'regexp_extract_all({text_of(value)}, {text_of(pattern)}, {index})', t.ArrayType(STRING)
    )


@function('regexp_replace', 3, 4)
def _regexp_replace(value, pattern, replacement, position=None):
    if position is not None and position.literal != 1:
        raise refused('regexp_replace() with a position')
    new = text_of(replacement)
    if isinstance(replacement.literal, str):
        new = quote_text(_java_replacement(replacement.literal))
    elif not replacement.is_literal:
        new = f"regexp_replace({new}, '\\$(\\d)', '\\\\\\1', 'g')"
    return Typed(f"regexp_replace({text_of(value)}, {text_of(pattern)}, {new}, 'g')", STRING)


def _java_replacement(text):
    """`$1` and `\\$` of Java's Matcher in the form that RE2 has."""
    out, place = [], 0
    while place < len(text):
        sign = text[place]
        if sign == '\\' and place + 1 < len(text):
            following = text[place + 1]
            out.append('\\\\' if following == '\\' else following)
            place += 2
        elif sign == '$' and place + 1 < len(text) and text[place + 1].isdigit():
            out.append('\\' + text[place + 1])
            place += 2
        else:
            out.append(sign)
            place += 1
    return ''.join(out)


@function('base64', 1)
def _base64(value):
    body = value.sql if isinstance(value.type, t.BinaryType) else f'encode({text_of(value)})'
    return Typed(f'to_base64({body})', STRING)


@function('unbase64', 1)
def _unbase64(value):
    return Typed(f'from_base64({text_of(value)})', BINARY)


def _charset(value):
    name = str(value.literal).upper().replace('_', '-')
    if name not in ('UTF-8', 'UTF8', 'US-ASCII'):
        raise refused(f"the character set '{value.literal}'")


@function('encode', 2)
def _encode(value, charset):
    _charset(charset)
    return Typed(f'encode({text_of(value)})', BINARY)


@function('decode', 2)
def _decode(value, charset):
    _charset(charset)
    return Typed(f'decode({cast(value, BINARY).sql})', STRING)


@function('format_string printf', 1, None)
def _format_string(pattern, *values):
    if not isinstance(pattern.literal, str):
        raise refused('format_string() with a format that is not a literal')
    texts = ["'null'" if isinstance(v.type, t.NullType) else v.sql for v in values]
    wanted = re.findall(r'%[-+ 0,#]*\d*(?:\.\d+)?([a-zA-Z%])', pattern.literal)
    texts = [
        f"coalesce({text_of(v)}, 'null')" if kind in 'sS' else text
        for v, text, kind in zip(values, texts, [w for w in wanted if w not in '%n'])
    ]
    more = ''.join(f', {text}' for text in texts)
    return Typed(f'printf({text_of(pattern)}{more})', STRING)


@function('format_number', 2)
def _format_number(value, digits):
    if not isinstance(digits.literal, int):
        raise refused('format_number() with a pattern')
    number = cast(value, DOUBLE).sql
    return Typed(
        f"format('{{:,.{digits.literal}f}}', round_even({number}, {digits.literal}))", STRING
    )


@rule('md5', 1)
def _md5(call, scope, arguments):
    return Typed(f'md5({_bytes_or_text(arguments[0])})', STRING)


@rule('sha1 sha', 1)
def _sha1(call, scope, arguments):
    return Typed(f'sha1({_bytes_or_text(arguments[0])})', STRING)


def _bytes_or_text(value):
    return value.sql if isinstance(value.type, t.BinaryType) else text_of(value)


@function('sha2', 2)
def _sha2(value, bits):
    if bits.literal in (0, 256):
        return Typed(f'sha256({_bytes_or_text(value)})', STRING)
    raise refused(f'sha2() of {bits.literal} bits in this place')


@function('to_number', 2)
def _to_number(value, pattern):
    raise refused('to_number()')


@function('typeof', 1)
def _typeof(value):
    return Typed(quote_text(value.type.simpleString()), STRING, False)


@function('elt', 2, None)
def _elt(index, *values):
    items = ', '.join(text_of(v) for v in values)
    number = int_of(index)
    return Typed(f'CASE WHEN {number} > 0 THEN ([{items}])[{number}] END', STRING)


@function('mask', 1)
def _mask(value):
    sql = text_of(value)
    for pattern, sign in (('\\p{Lu}', 'X'), ('\\p{Ll}', 'x'), ('\\p{Nd}', 'n')):
        sql = f"regexp_replace({sql}, '{pattern}', '{sign}', 'g')"
    return Typed(sql, STRING)
