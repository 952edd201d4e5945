"""Words of Spark SQL text."""

import re

from pyspark.errors import ParseException

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?\*/)
  | (?P<raw>[rR]'[^']*'|[rR]"[^"]*")
  | (?P<hex>[xX]'[0-9A-Fa-f]*')
  | (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
  | (?P<quoted>`(?:[^`]|``)*`)
  | (?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?:[lLsSyYdDfF](?![\w])|[bB][dD](?![\w]))?)
  | (?P<word>[A-Za-z_][\w]*)
  | (?P<sign><=>|->|=>|::|==|!=|<>|<=|>=|\|\||[-+*/%(),.\[\]<>=|&^~!:;?])
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', '0': '\x00', 'Z': '\x1a'}


class Token:
    __slots__ = ('kind', 'text', 'place')

    def __init__(self, kind, text, place):
        self.kind = kind
        self.text = text
        self.place = place

    @property
    def upper(self):
        return self.text.upper() if self.kind in ('word', 'sign') else ''


def tokens(text):
    """All tokens, the last one of kind `end`."""
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise error(text, place, text[place])
        if match.lastgroup != 'space':
            found.append(Token(match.lastgroup, match.group(0), place))
        place = match.end()
    found.append(Token('end', '', len(text)))
    return found


def error(text, place, near):
    line = text.count('\n', 0, place) + 1
    column = place - (text.rfind('\n', 0, place) + 1)
    what = f"'{near}'" if near else 'end of input'
    return ParseException(
        f'\n[PARSE_SYNTAX_ERROR] Syntax error at or near {what}.(line {line}, pos {column})\n\n== SQL ==\n{text}\n'
        + '-' * column
        + '^^^\n'
    )


def text_value(token):
    """The text that a string token stands for."""
    if token.kind == 'raw':
        return token.text[2:-1]
    quote, body = token.text[0], token.text[1:-1]
    out, place = [], 0
    while place < len(body):
        sign = body[place]
        if sign == '\\' and place + 1 < len(body):
            following = body[place + 1]
            code = re.match(r'u([0-9a-fA-F]{4})', body[place + 1 :])
            if code:
                out.append(chr(int(code.group(1), 16)))
                place += 6
                continue
            out.append(
                '\\' + following if following in '%_' else _ESCAPES.get(following, following)
            )
            place += 2
        elif sign == quote:
            out.append(quote)
            place += 2
        else:
            out.append(sign)
            place += 1
    return ''.join(out)
