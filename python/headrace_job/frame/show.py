"""The table that `show` prints."""

import re

from headrace_job.expression.casts import plain_text
from headrace_job.expression.typed import Attribute
from pyspark.sql import types as t

from . import plan as p

_WIDE = re.compile(
    '[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60]'
)


def table_text(frame, count, truncate, vertical):
    """The first rows as text. `truncate`: 20 characters when True, or that many."""
    width = 20 if truncate is True else 0 if truncate is False else int(truncate)
    plan = frame._plan
    shown = [(Attribute(a.name, t.StringType()), _cell_sql(a)) for a in plan.attributes]
    rows = list(frame._engine.rows(p.project(p.limit(plan, max(count, 0) + 1), shown)))
    more = len(rows) > count
    rows = [[_cell(value, width) for value in row] for row in rows[: max(count, 0)]]
    names = [_cell(a.name, width) for a in plan.attributes]
    note = ''
    if more:
        note = f'only showing top {count} row{"s" if count != 1 else ""}\n'
    if vertical:
        return _vertical(names, rows) + note
    return _table(names, rows, width) + note


def _cell_sql(attribute):
    if isinstance(attribute.type, t.BinaryType):
        return f"'[' || trim(regexp_replace(hex({attribute.sql}), '(..)', '\\1 ', 'g')) || ']'"
    return plain_text(attribute.sql, attribute.type, 'NULL')


def _cell(value, width):
    text = 'NULL' if value is None else value
    text = text.replace('\n', '\\n').replace('\r', '\\r').replace('\t', '\\t')
    if width > 0 and len(text) > width:
        text = text[:width] if width < 4 else text[: width - 3] + '...'
    return text


def _length(text):
    return len(text) + len(_WIDE.findall(text))


def _table(names, rows, width):
    widths = [max(3, _length(name)) for name in names]
    for row in rows:
        widths = [max(w, _length(cell)) for w, cell in zip(widths, row)]
    rule = '+' + '+'.join('-' * w for w in widths) + '+\n'

    def line(cells):
        padded = []
        for cell, w in zip(cells, widths):
            blank = ' ' * (w - _length(cell))
            padded.append(blank + cell if width > 0 else cell + blank)
        return '|' + '|'.join(padded) + '|\n'

    return rule + line(names) + rule + ''.join(line(row) for row in rows) + rule


def _vertical(names, rows):
    if not rows:
        return '(0 rows)\n'
    name_width = max([3, *(_length(name) for name in names)])
    value_width = max([3, *(_length(cell) for row in rows for cell in row)])
    text = ''
    for index, row in enumerate(rows):
        text += f'-RECORD {index}'.ljust(name_width + value_width + 5, '-') + '\n'
        for name, cell in zip(names, row):
            text += f' {name.ljust(name_width)} | {cell.ljust(value_width)} \n'
    return text
