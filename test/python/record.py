"""Writes recorded/spark.jsonl: the results of the cases on real Apache Spark.

python -m venv spark && spark/bin/pip install pyspark==3.5.6   # needs a JVM (17)
spark/bin/python test/python/record.py
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def main():
    import pyspark
    from pyspark.sql import SparkSession, Window
    from pyspark.sql import functions as F
    from shapes import shape
    from spark_cases import SHOWN, expression_cases
    from spark_programs import PROGRAMS

    os.environ['TZ'] = 'UTC'
    spark = (
        SparkSession.builder.master('local[1]')
        .config('spark.ui.enabled', 'false')
        .config('spark.sql.session.timeZone', 'UTC')
        .config('spark.sql.shuffle.partitions', '1')
        .config('spark.sql.legacy.timeParserPolicy', 'CORRECTED')
        .config('spark.sql.execution.pythonUDF.arrow.enabled', 'false')
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel('OFF')
    found = {}
    for name, case in {**expression_cases(), **PROGRAMS}.items():
        try:
            found[name] = shape(case(spark, F, Window), 'order' in name)
        except Exception as error:
            found[name] = {'error': type(error).__name__}
    for name, frame in SHOWN.items():
        shown = frame(spark)
        java = shown._jdf
        found[f'shown: {name}'] = {
            'show': java.showString(20, 20, False),
            'whole': java.showString(2, 0, False),
            'vertical': java.showString(20, 20, True),
            'schema': java.schema().treeString(),
            'ddl': shown.schema.simpleString(),
            'json': shown.schema.json(),
        }
    with open(os.path.join(HERE, 'recorded', 'spark.jsonl'), 'w', encoding='utf-8') as out:
        out.write(
            json.dumps({'note': f'Recorded from Apache Spark {pyspark.__version__} by record.py'})
            + '\n'
        )
        for name, result in found.items():
            out.write(json.dumps({'name': name, **result}, ensure_ascii=False) + '\n')
    print(len(found), 'cases,', sum('error' in r for r in found.values()), 'errors')


if __name__ == '__main__':
    main()
