"""Records of frames."""


class Row(tuple):
    """A record whose values are reached by place, by name or as attributes."""

    def __new__(cls, *values, **named):
        if values and named:
            raise ValueError('Can not use both args and kwargs to create Row')
        if named:
            row = tuple.__new__(cls, list(named.values()))
            row.__fields__ = list(named)
            return row
        return tuple.__new__(cls, values)

    def __call__(self, *values):
        if len(values) > len(self):
            raise ValueError(f'Can not create Row with fields {self}, expected {len(self)} values')
        return make_row(list(self), values)

    def asDict(self, recursive=False):
        if not hasattr(self, '__fields__'):
            raise TypeError('Cannot convert a Row class into dict')
        if not recursive:
            return dict(zip(self.__fields__, self))
        return {name: _plain(value) for name, value in zip(self.__fields__, self)}

    def __contains__(self, item):
        return (
            item in self.__fields__ if hasattr(self, '__fields__') else super().__contains__(item)
        )

    def __getitem__(self, item):
        if isinstance(item, (int, slice)):
            return super().__getitem__(item)
        try:
            return super().__getitem__(self.__fields__.index(item))
        except (AttributeError, ValueError):
            raise ValueError(item) from None

    def __getattr__(self, item):
        if item.startswith('__'):
            raise AttributeError(item)
        try:
            return super().__getitem__(self.__fields__.index(item))
        except (AttributeError, ValueError):
            raise AttributeError(item) from None

    def __reduce__(self):
        if hasattr(self, '__fields__'):
            return make_row, (self.__fields__, tuple(self))
        return tuple.__reduce__(self)

    def __repr__(self):
        if hasattr(self, '__fields__'):
            pairs = ', '.join(f'{name}={value!r}' for name, value in zip(self.__fields__, self))
            return f'Row({pairs})'
        return '<Row(' + ', '.join(repr(value) for value in self) + ')>'


def make_row(names, values):
    row = tuple.__new__(Row, values)
    row.__fields__ = names
    return row


def _plain(value):
    if isinstance(value, Row):
        return value.asDict(True)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
