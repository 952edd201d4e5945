import sys

from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.dynamicframe import DynamicFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

## @params: [JOB_NAME]
args = getResolvedOptions(sys.argv, ['JOB_NAME', 'database', 'output_path'])

sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
logger = glueContext.get_logger()
job = Job(glueContext)
job.init(args['JOB_NAME'], args)

# Script generated for node Transactions
Transactions_node1 = glueContext.create_dynamic_frame.from_catalog(
    database=args['database'],
    table_name='events',
    transformation_ctx='Transactions_node1',
)

# Script generated for node Profiles
Profiles_node2 = glueContext.create_dynamic_frame.from_catalog(
    database=args['database'],
    table_name='profiles',
)

# Script generated for node Change Schema
ChangeSchema_node3 = ApplyMapping.apply(
    frame=Transactions_node1,
    mappings=[
        ('transaction_id', 'long', 'transaction_id', 'long'),
        ('tx_datetime', 'string', 'event_time', 'timestamp'),
        ('customer_id', 'long', 'customer_id', 'long'),
        ('tx_amount', 'double', 'amount', 'double'),
        ('tx_fraud', 'int', 'is_fraud', 'int'),
        ('device.os', 'string', 'os', 'string'),
        ('year', 'string', 'year', 'string'),
        ('month', 'string', 'month', 'string'),
    ],
    transformation_ctx='ChangeSchema_node3',
)

RenamedProfiles_node4 = ApplyMapping.apply(
    frame=Profiles_node2,
    mappings=[
        ('customer_id', 'string', 'profile_id', 'long'),
        ('segment', 'string', 'segment', 'string'),
        ('limit', 'string', 'credit_limit', 'double'),
    ],
    transformation_ctx='RenamedProfiles_node4',
)

# Script generated for node Join
Join_node5 = Join.apply(
    frame1=ChangeSchema_node3,
    frame2=RenamedProfiles_node4,
    keys1=['customer_id'],
    keys2=['profile_id'],
    transformation_ctx='Join_node5',
)
Dropped_node6 = DropFields.apply(
    frame=Join_node5, paths=['profile_id'], transformation_ctx='Dropped_node6'
)
Resolved_node7 = ResolveChoice.apply(
    Dropped_node6, choice='make_struct', transformation_ctx='Resolved_node7'
)

enriched = Resolved_node7.toDF()
logger.info(f'joined {enriched.count()} transactions')

if enriched.count() > 0:
    by_customer = Window.partitionBy('customer_id')
    stats = enriched.groupBy('segment').agg(
        F.max('amount').alias('top'), F.min('amount').alias('bottom')
    )
    normalised = (
        enriched.join(F.broadcast(stats), 'segment')
        .withColumn(
            'amount_scaled',
            F.round((F.col('amount') - F.col('bottom')) / (F.col('top') - F.col('bottom')), 6),
        )
        .withColumn('customer_mean', F.avg('amount').over(by_customer))
        .withColumn('nth', F.row_number().over(by_customer.orderBy('event_time')))
        .withColumn('over_limit', F.when(F.col('amount') > F.col('credit_limit'), 1).otherwise(0))
        .withColumn('hour', F.hour('event_time'))
        .drop('top', 'bottom')
    )
    output = DynamicFrame.fromDF(normalised.coalesce(1), glueContext, 'output')
    sink = glueContext.getSink(
        connection_type='s3',
        path=args['output_path'],
        enableUpdateCatalog=True,
        updateBehavior='UPDATE_IN_DATABASE',
        partitionKeys=['year', 'month'],
        transformation_ctx='sink',
    )
    sink.setFormat('glueparquet', compression='snappy')
    sink.setCatalogInfo(catalogDatabase=args['database'], catalogTableName='processed')
    sink.writeFrame(output)

job.commit()
