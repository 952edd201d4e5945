"""The functions by their names: how many arguments, what kind, and the rule that makes SQL."""

import difflib

from pyspark.errors import AnalysisException


class Rule:
    __slots__ = ('kind', 'low', 'high', 'make', 'spelling')

    def __init__(self, kind, low, high, make):
        self.kind = kind
        self.low = low
        self.high = high
        self.make = make

    def check(self, name, count):
        if count < self.low or (self.high is not None and count > self.high):
            wanted = str(self.low) if self.low == self.high else f'{self.low} or more'
            if self.high is not None and self.high != self.low:
                wanted = f'[{", ".join(str(n) for n in range(self.low, self.high + 1))}]'
            raise AnalysisException(
                f'[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] The `{name}` requires {wanted} parameters but '
                f'the actual number is {count}.'
            )


_rules = {}
_shown = {}


def add(names, make, low, high=-1, kind='scalar'):
    """Registers `make(call, scope, arguments)`; `high` None: any number."""
    rule = Rule(kind, low, low if high == -1 else high, make)
    for name in names.split():
        _rules[name] = rule


def function(names, low, high=-1, kind='scalar'):
    """Decorator for rules that need only their typed arguments."""

    def register(make):
        add(names, lambda call, scope, arguments: make(*arguments), low, high, kind)
        return make

    return register


def rule(names, low, high=-1, kind='scalar'):
    """Decorator for rules that need the call as well: `make(call, scope, arguments)`."""

    def register(make):
        add(names, make, low, high, kind)
        return make

    return register


def show_as(name, template):
    """How Spark writes a call in a column's name, when it is not `name(a, b)`."""
    _shown[name] = template


def show(name, texts, distinct=False):
    template = _shown.get(name)
    if callable(template):
        return template(*texts)
    if template:
        return template.format(*texts)
    return f'{name}({"DISTINCT " if distinct else ""}{", ".join(texts)})'


def known(name):
    return name in _rules


def find(name):
    found = _rules.get(name)
    if found is None:
        close = difflib.get_close_matches(name, _rules, 3)
        hint = f' Did you mean {", ".join(close)}?' if close else ''
        raise AnalysisException(
            f'[UNRESOLVED_ROUTINE] Cannot resolve function `{name}`: Spark does not have it, or it '
            f"is not built into Headrace's Spark engine.{hint}"
        )
    return found


def names():
    return sorted(_rules)
