"""Functions that SQL does not have, written in Python and called for each row."""

import datetime
import decimal
import hashlib
import struct
import zlib

from pyspark.sql import types as t

from .nodes import PythonCall

_MASK32, _MASK64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF


def _signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) else value


def _rotate32(value, count):
    return ((value << count) | (value >> (32 - count))) & _MASK32


def _mix_key(key):
    return _rotate32(key * 0xCC9E2D51 & _MASK32, 15) * 0x1B873593 & _MASK32


def _mix_hash(state, key):
    return (_rotate32(state ^ _mix_key(key), 13) * 5 + 0xE6546B64) & _MASK32


def _finish(state, length):
    state ^= length
    state = (state ^ (state >> 16)) * 0x85EBCA6B & _MASK32
    state = (state ^ (state >> 13)) * 0xC2B2AE35 & _MASK32
    return state ^ (state >> 16)


def murmur3_bytes(data, seed):
    """MurmurHash3 (x86, 32 bits) as Spark's `hash` has it: a tail byte counts as a signed word."""
    state, whole = seed & _MASK32, len(data) // 4 * 4
    for (word,) in struct.iter_unpack('<I', data[:whole]):
        state = _mix_hash(state, word)
    for byte in data[whole:]:
        state = _mix_hash(state, (byte - 256 if byte > 127 else byte) & _MASK32)
    return _finish(state, len(data))


def murmur3_int(value, seed):
    return _finish(_mix_hash(seed & _MASK32, value & _MASK32), 4)


def murmur3_long(value, seed):
    state = _mix_hash(seed & _MASK32, value & _MASK32)
    return _finish(_mix_hash(state, (value >> 32) & _MASK32), 8)


_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def _rotate64(value, count):
    return ((value << count) | (value >> (64 - count))) & _MASK64


def _round64(state, word):
    return _rotate64((state + word * _P2) & _MASK64, 31) * _P1 & _MASK64


def xxhash64_bytes(data, seed):
    """XXH64 of the bytes."""
    seed &= _MASK64
    place, length = 0, len(data)
    if length >= 32:
        lanes = [(seed + _P1 + _P2) & _MASK64, (seed + _P2) & _MASK64, seed, (seed - _P1) & _MASK64]
        while place <= length - 32:
            words = struct.unpack_from('<4Q', data, place)
            lanes = [_round64(lane, word) for lane, word in zip(lanes, words)]
            place += 32
        state = sum(_rotate64(lane, r) for lane, r in zip(lanes, (1, 7, 12, 18))) & _MASK64
        for lane in lanes:
            state = ((state ^ _round64(0, lane)) * _P1 + _P4) & _MASK64
    else:
        state = (seed + _P5) & _MASK64
    state = (state + length) & _MASK64
    while place <= length - 8:
        word = struct.unpack_from('<Q', data, place)[0]
        state = (_rotate64(state ^ _round64(0, word), 27) * _P1 + _P4) & _MASK64
        place += 8
    if place <= length - 4:
        word = struct.unpack_from('<I', data, place)[0]
        state = (_rotate64(state ^ (word * _P1 & _MASK64), 23) * _P2 + _P3) & _MASK64
        place += 4
    for byte in data[place:]:
        state = _rotate64(state ^ (byte * _P5 & _MASK64), 11) * _P1 & _MASK64
    state = (state ^ (state >> 33)) * _P2 & _MASK64
    state = (state ^ (state >> 29)) * _P3 & _MASK64
    return state ^ (state >> 32)


_MURMUR = (murmur3_bytes, murmur3_int, murmur3_long)
_XXHASH = (
    xxhash64_bytes,
    lambda value, seed: xxhash64_bytes(struct.pack('<I', value & _MASK32), seed),
    lambda value, seed: xxhash64_bytes(struct.pack('<Q', value & _MASK64), seed),
)
_EPOCH = datetime.datetime(1970, 1, 1)


def _hash_value(value, kind, seed, family):
    """One value into the running hash; NULL leaves it as it is."""
    of_bytes, of_int, of_long = family
    if value is None:
        return seed
    if isinstance(kind, t.BooleanType):
        return of_int(1 if value else 0, seed)
    if isinstance(kind, (t.ByteType, t.ShortType, t.IntegerType)):
        return of_int(value, seed)
    if isinstance(kind, t.LongType):
        return of_long(value, seed)
    if isinstance(kind, t.FloatType):
        return of_int(struct.unpack('<I', struct.pack('<f', value + 0.0))[0], seed)
    if isinstance(kind, t.DoubleType):
        return of_long(struct.unpack('<Q', struct.pack('<d', value + 0.0))[0], seed)
    if isinstance(kind, t.DecimalType):
        unscaled = int(decimal.Decimal(value).scaleb(kind.scale).to_integral_value())
        if kind.precision <= 18:
            return of_long(unscaled, seed)
        size = (unscaled.bit_length() if unscaled >= 0 else (-unscaled - 1).bit_length()) // 8 + 1
        return of_bytes(unscaled.to_bytes(size, 'big', signed=True), seed)
    if isinstance(kind, t.DateType):
        return of_int((value - _EPOCH.date()).days, seed)
    if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
        return of_long((value - _EPOCH) // datetime.timedelta(microseconds=1), seed)
    if isinstance(kind, t.ArrayType):
        for item in value:
            seed = _hash_value(item, kind.elementType, seed, family)
        return seed
    if isinstance(kind, t.StructType):
        for item, field in zip(value, kind):
            seed = _hash_value(item, field.dataType, seed, family)
        return seed
    return of_bytes(value.encode() if isinstance(value, str) else bytes(value), seed)


def _hasher(family, bits):
    def bind(kinds):
        def row_hash(*values):
            state = 42
            for value, kind in zip(values, kinds):
                state = _hash_value(value, kind, state, family)
            return _signed(state, bits)

        return row_hash

    return bind


def _bytes_of(value):
    return value.encode() if isinstance(value, str) else bytes(value)


def _crc32(value):
    return None if value is None else zlib.crc32(_bytes_of(value))


def _sha2(value, bits):
    if value is None or bits not in (0, 224, 256, 384, 512):
        return None
    return hashlib.new(f'sha{bits or 256}', _bytes_of(value)).hexdigest()


_SOUNDEX = {
    c: d for d, group in enumerate(('', 'BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R')) for c in group
}


def _soundex(text):
    if not text or not ('a' <= text[0].lower() <= 'z'):
        return text
    letters = text.upper()
    code, last = letters[0], _SOUNDEX.get(letters[0], 0)
    for letter in letters[1:]:
        digit = _SOUNDEX.get(letter, 0)
        if letter in 'HW':
            continue
        if digit and digit != last:
            code += str(digit)
            if len(code) == 4:
                break
        last = digit
    return code.ljust(4, '0')


def _levenshtein(one, other):
    if one is None or other is None:
        return None
    row = list(range(len(other) + 1))
    for place, sign in enumerate(one, 1):
        before, row[0] = row[0], place
        for index, letter in enumerate(other, 1):
            before, row[index] = (
                row[index],
                min(row[index] + 1, row[index - 1] + 1, before + (sign != letter)),
            )
    return row[-1]


def _conv(text, source, target):
    if text is None or not (2 <= source <= 36 and 2 <= abs(target) <= 36):
        return None
    text, negative, number = text.strip(), False, 0
    if text.startswith('-'):
        text, negative = text[1:], True
    if not text:
        return None
    for sign in text.lower():
        digit = '0123456789abcdefghijklmnopqrstuvwxyz'.find(sign)
        if digit < 0 or digit >= source:
            break
        number = number * source + digit
    number = min(number, _MASK64)
    if negative:
        number = -number if target < 0 else (-number) & _MASK64
    sign, number = ('-', -number) if number < 0 else ('', number)
    digits = ''
    while number:
        number, rest = divmod(number, abs(target))
        digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'[rest] + digits
    return sign + (digits or '0')


# name: (Python function or binder, result, whether it wants the types first)
_TABLE = {
    'hash': (_hasher(_MURMUR, 32), t.IntegerType(), True),
    'xxhash64': (_hasher(_XXHASH, 64), t.LongType(), True),
    'crc32': (_crc32, t.LongType(), False),
    'sha2': (_sha2, t.StringType(), False),
    'levenshtein': (_levenshtein, t.IntegerType(), False),
    'soundex': (_soundex, t.StringType(), False),
    'conv': (_conv, t.StringType(), False),
}


def is_python(name, arguments):
    """True for the functions that rows must visit Python for."""
    if name == 'sha2':
        return getattr(arguments[1], 'value', None) not in (0, 256)
    return name in _TABLE


def python_call(name, arguments):
    function, kind, aware = _TABLE[name]
    return PythonCall(function, arguments, kind, name, aware)
