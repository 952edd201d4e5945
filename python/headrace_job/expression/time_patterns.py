"""Java's datetime patterns (`yyyy-MM-dd HH:mm:ss`) in DuckDB's words."""

import re

from pyspark.errors import SparkRuntimeException, refused

from .typed import quote_text

_RUN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")

_FORMAT = {
    'y': '%Y',
    'yy': '%y',
    'yyyy': '%Y',
    'u': '%Y',
    'uuuu': '%Y',
    'M': '%-m',
    'MM': '%m',
    'MMM': '%b',
    'MMMM': '%B',
    'L': '%-m',
    'LL': '%m',
    'LLL': '%b',
    'LLLL': '%B',
    'd': '%-d',
    'dd': '%d',
    'D': '%-j',
    'DDD': '%j',
    'H': '%-H',
    'HH': '%H',
    'h': '%-I',
    'hh': '%I',
    'm': '%-M',
    'mm': '%M',
    's': '%-S',
    'ss': '%S',
    'a': '%p',
    'E': '%a',
    'EE': '%a',
    'EEE': '%a',
    'EEEE': '%A',
}

_ZONES = {
    'z': 'UTC',
    'zzz': 'UTC',
    'zzzz': 'Coordinated Universal Time',
    'VV': 'UTC',
    'Z': '+0000',
    'ZZ': '+0000',
    'ZZZ': '+0000',
    'ZZZZ': 'GMT',
    'ZZZZZ': 'Z',
    'X': 'Z',
    'XX': 'Z',
    'XXX': 'Z',
    'XXXX': 'Z',
    'XXXXX': 'Z',
    'x': '+00',
    'xx': '+0000',
    'xxx': '+00:00',
    'O': 'GMT',
    'OOOO': 'GMT',
}


def _pieces(pattern):
    place = 0
    while place < len(pattern):
        match = _RUN.match(pattern, place)
        if not match:
            raise SparkRuntimeException(f"[INVALID_DATETIME_PATTERN] Illegal pattern: '{pattern}'")
        place = match.end()
        text = match.group(0)
        if text[0] == "'":
            yield 'text', (match.group(1).replace("''", "'") or "'")
        elif text[0].isalpha():
            yield 'sign', text
        else:
            yield 'text', text


def _unknown(sign, pattern):
    return refused(f"the datetime pattern letter '{sign}' (in '{pattern}')")


def format_sql(moment, pattern):
    """SQL that writes the timestamp by the pattern."""
    parts, plain = [], ''
    for kind, text in _pieces(pattern):
        if kind == 'text':
            plain += text.replace('%', '%%')
        elif text in _FORMAT:
            plain += _FORMAT[text]
        elif text in _ZONES:
            plain += _ZONES[text]
        elif text[0] == 'S' and len(text) <= 9:
            parts += _flush(moment, plain)
            plain = ''
            digits = f"left(strftime({moment}, '%f') || '000', {len(text)})"
            parts.append(digits)
        elif text in ('Q', 'QQ', 'q', 'qq', 'QQQ', 'qqq'):
            parts += _flush(moment, plain)
            plain = ''
            lead = {1: '', 2: '0', 3: 'Q'}[len(text)]
            parts.append(f"('{lead}' || CAST(quarter({moment}) AS VARCHAR))")
        elif text in ('F',):
            parts += _flush(moment, plain)
            plain = ''
            parts.append(f'CAST((day({moment}) - 1) // 7 + 1 AS VARCHAR)')
        else:
            raise _unknown(text, pattern)
    parts += _flush(moment, plain)
    return '(' + ' || '.join(parts) + ')' if parts else "''"


def _flush(moment, plain):
    return [f'strftime({moment}, {quote_text(plain)})'] if plain else []


_PARSE = {
    'y': (r'\d{1,4}', '%Y'),
    'yyyy': (r'\d{4,}', '%Y'),
    'u': (r'\d{1,4}', '%Y'),
    'uuuu': (r'\d{4,}', '%Y'),
    'yy': (r'\d{2}', '%y'),
    'M': (r'\d{1,2}', '%m'),
    'MM': (r'\d{2}', '%m'),
    'MMM': (r'[A-Za-z]{3}', '%b'),
    'MMMM': (r'[A-Za-z]+', '%B'),
    'L': (r'\d{1,2}', '%m'),
    'LL': (r'\d{2}', '%m'),
    'd': (r'\d{1,2}', '%d'),
    'dd': (r'\d{2}', '%d'),
    'D': (r'\d{1,3}', '%j'),
    'DDD': (r'\d{3}', '%j'),
    'H': (r'\d{1,2}', '%H'),
    'HH': (r'\d{2}', '%H'),
    'h': (r'\d{1,2}', '%I'),
    'hh': (r'\d{2}', '%I'),
    'm': (r'\d{1,2}', '%M'),
    'mm': (r'\d{2}', '%M'),
    's': (r'\d{1,2}', '%S'),
    'ss': (r'\d{2}', '%S'),
    'a': (r'[AaPp][Mm]', '%p'),
    'E': (r'[A-Za-z]{3}', '%a'),
    'EEE': (r'[A-Za-z]{3}', '%a'),
    'EEEE': (r'[A-Za-z]+', '%A'),
}


def parse_sql(text, pattern):
    """SQL that reads the text by the pattern into a timestamp; NULL where it does not match."""
    regex, duck, zoned = '', '', False
    for kind, sign in _pieces(pattern):
        if kind == 'text':
            sign = sign.replace('[', '').replace(']', '') if '[' in pattern else sign
            regex += re.sub(r'([.+*?()|\[\]{}^$\\])', r'\\\1', sign)
            duck += sign.replace('%', '%%')
        elif sign in _PARSE:
            regex += _PARSE[sign][0]
            duck += _PARSE[sign][1]
        elif sign[0] == 'S' and len(sign) <= 9:
            regex += r'\d{1,9}' if len(sign) == 1 else rf'\d{{{len(sign)}}}'
            duck += '%n' if len(sign) > 6 else '%f' if len(sign) != 3 else '%g'
        elif sign in ('X', 'XX', 'XXX', 'Z', 'ZZZ', 'ZZZZZ', 'x', 'xx', 'xxx', 'z', 'VV'):
            regex += r'(?:Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)'
            duck += '%z'
            zoned = True
        else:
            raise _unknown(sign, pattern)
    if '[' in pattern:
        raise refused(f"optional sections in a datetime pattern (in '{pattern}')")
    value = text
    if zoned:
        value = f"regexp_replace({text}, '(Z|UTC|GMT)$', '+00:00')"
    parsed = f'try_strptime({value}, {quote_text(duck)})'
    if zoned:
        parsed = f"timezone('UTC', {parsed})"
    return f'CASE WHEN regexp_full_match({text}, {quote_text(regex)}) THEN {parsed} END'
