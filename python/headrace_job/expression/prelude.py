"""SQL macros that a session gets before its first statement: Spark's conversions, written once."""

_ZONED = r"':\d{1,2}(\.\d*)? *(UTC|GMT|Z|[+-]\d{1,2}(:?\d{2})?)$'"

MACROS = [
    # Java's Double.toString: plain between 1e-3 and 1e7, else d.dddE±x.
    r"""hr_sci(txt) AS (
        CASE WHEN contains(txt, 'e') THEN
            CASE WHEN contains(split_part(txt, 'e', 1), '.') THEN split_part(txt, 'e', 1)
                 ELSE split_part(txt, 'e', 1) || '.0' END
            || 'E' || CAST(CAST(split_part(txt, 'e', 2) AS INTEGER) AS VARCHAR)
        ELSE hr_sci_digits(
            CASE WHEN starts_with(txt, '-') THEN '-' ELSE '' END,
            split_part(ltrim(txt, '-'), '.', 1), split_part(txt, '.', 2)) END)""",
    r"""hr_sci_digits(sgn, whole, frac) AS (
        CASE WHEN whole <> '0' THEN
            sgn || left(whole, 1) || '.'
            || coalesce(nullif(rtrim(substring(whole, 2) || CASE WHEN frac = '0' THEN '' ELSE frac END, '0'), ''), '0')
            || 'E' || CAST(length(whole) - 1 AS VARCHAR)
        ELSE
            sgn || left(ltrim(frac, '0'), 1) || '.'
            || coalesce(nullif(substring(ltrim(frac, '0'), 2), ''), '0')
            || 'E-' || CAST(length(frac) - length(ltrim(frac, '0')) + 1 AS VARCHAR) END)""",
    r"""hr_double_text(x) AS (
        CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
             WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
             ELSE hr_sci(CAST(x AS VARCHAR)) END)""",
    r"""hr_float_text(x) AS (
        CASE WHEN isnan(x) THEN 'NaN' WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
             WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
             ELSE hr_sci(CAST(x AS VARCHAR)) END)""",
    r"""hr_long(txt) AS (
        CASE WHEN regexp_full_match(txt, '\s*[+-]?\d+\s*') THEN TRY_CAST(ltrim(trim(txt), '+') AS BIGINT)
             WHEN regexp_full_match(txt, '\s*[+-]?\d+\.\d*\s*')
             THEN TRY_CAST(ltrim(split_part(trim(txt), '.', 1), '+') AS BIGINT) END)""",
    r"""hr_double(txt) AS (
        TRY_CAST(CASE WHEN contains(txt, '_') THEN NULL ELSE regexp_replace(txt, '([0-9.])[dDfF]\s*$', '\1') END AS DOUBLE))""",
    r"""hr_boolean(txt) AS (
        CASE WHEN lower(trim(txt)) IN ('t', 'true', 'y', 'yes', '1') THEN true
             WHEN lower(trim(txt)) IN ('f', 'false', 'n', 'no', '0') THEN false END)""",
    r"""hr_date(txt) AS (
        CASE WHEN regexp_matches(txt, '^\s*\d{4,6}-\d{1,2}-\d{1,2}([ T].*)?\s*$')
             THEN TRY_CAST(regexp_extract(txt, '\d{4,6}-\d{1,2}-\d{1,2}') AS DATE)
             WHEN regexp_full_match(txt, '\s*\d{4}-\d{1,2}\s*') THEN TRY_CAST(trim(txt) || '-01' AS DATE)
             WHEN regexp_full_match(txt, '\s*\d{4}\s*') THEN TRY_CAST(trim(txt) || '-01-01' AS DATE) END)""",
    r"""hr_timestamp(txt) AS (
        CASE WHEN regexp_matches(trim(txt), """
    + _ZONED
    + r""")
             THEN timezone('UTC', TRY_CAST(regexp_replace(regexp_replace(trim(txt), ' *(UTC|GMT)$', 'Z'), '([+-])(\d)(:|$)', '\10\2\3') AS TIMESTAMPTZ))
             ELSE coalesce(TRY_CAST(trim(txt) AS TIMESTAMP), CAST(hr_date(CASE WHEN contains(txt, ':') THEN NULL ELSE txt END) AS TIMESTAMP)) END)""",
    r'hr_seconds(moment) AS (CAST(floor(epoch_us(moment) / 1000000) AS BIGINT))',
    r"""hr_wrap(x, low, high) AS (
        CASE WHEN x BETWEEN low AND high THEN x
             ELSE ((x::HUGEINT - low) % (high::HUGEINT - low + 1) + (high::HUGEINT - low + 1))
                  % (high::HUGEINT - low + 1) + low END)""",
    # Half up on the shortest decimal text of the double, as BigDecimal.valueOf does.
    r"""hr_round(x, digits) AS (
        CASE WHEN isfinite(x) AND abs(x) < 1e15
             THEN coalesce(CAST(round(TRY_CAST(CAST(x AS VARCHAR) AS DECIMAL(38,20)), digits) AS DOUBLE), x)
             ELSE x END)""",
    r"""hr_unscaled(x) AS (CAST(replace(CAST(x AS VARCHAR), '.', '') AS HUGEINT))""",
    r"""hr_divide(n, d) AS (
        CASE WHEN d <> 0 THEN n // d
             + CASE WHEN abs(n % d) >= abs(d) - abs(n % d) THEN CASE WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END ELSE 0 END END)""",
    r"""hr_substring(txt, pos, len) AS (
        CASE WHEN len <= 0 THEN CASE WHEN txt IS NULL OR pos IS NULL THEN NULL ELSE '' END
             WHEN pos > 0 THEN substring(txt, pos, len)
             WHEN pos = 0 THEN substring(txt, 1, len)
             WHEN -pos <= length(txt) THEN substring(txt, length(txt) + pos + 1, len)
             ELSE substring(txt, 1, greatest(CAST(len AS BIGINT) + pos + length(txt), 0)) END)""",
    r"""hr_months_between(a, b) AS (
        CASE WHEN day(a) = day(b) OR (last_day(a) = CAST(a AS DATE) AND last_day(b) = CAST(b AS DATE))
             THEN CAST((year(a) - year(b)) * 12 + month(a) - month(b) AS DOUBLE)
             ELSE (year(a) - year(b)) * 12 + month(a) - month(b)
                  + ((day(a) - day(b)) * 86400
                     + (floor(epoch(a)) - epoch(CAST(a AS DATE))) - (floor(epoch(b)) - epoch(CAST(b AS DATE)))) / 2678400.0 END)""",
]


def statements():
    return [f'CREATE OR REPLACE MACRO {macro}' for macro in _ordered()]


def _ordered():
    # A macro must be there before another one names it.
    first = [macro for macro in MACROS if macro.startswith('hr_sci_digits')]
    return first + [macro for macro in MACROS if macro not in first]
