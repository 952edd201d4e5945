"""Glue job: joins card payments with user profiles and computes the features of the fraud model."""
import sys

from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import ApplyMapping, Join
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from pyspark.sql.window import Window

args = getResolvedOptions(sys.argv, ["JOB_NAME", "DATABASE", "BUCKET"])
glueContext = GlueContext(SparkContext.getOrCreate())
job = Job(glueContext)
job.init(args["JOB_NAME"], args)

events = glueContext.create_dynamic_frame.from_catalog(
    database=args["DATABASE"], table_name="events", transformation_ctx="events"
)
new_events = events.count()
print(f"new events: {new_events}")

if new_events > 0:
    profiles = glueContext.create_dynamic_frame.from_catalog(
        database=args["DATABASE"], table_name="profiles"
    )
    payments = ApplyMapping.apply(
        frame=events,
        mappings=[
            ("transaction_id", "bigint", "transaction_id", "bigint"),
            ("tx_datetime", "string", "tx_time", "timestamp"),
            ("customer_id", "bigint", "customer_id", "bigint"),
            ("terminal_id", "bigint", "terminal_id", "bigint"),
            ("tx_amount", "double", "tx_amount", "double"),
            ("tx_fraud", "int", "tx_fraud", "int"),
        ],
        transformation_ctx="payments",
    )
    users = ApplyMapping.apply(
        frame=profiles,
        mappings=[
            ("customer_id", "bigint", "user_id", "bigint"),
            ("segment", "string", "segment", "string"),
            ("credit_limit", "bigint", "credit_limit", "double"),
            ("account_age_days", "bigint", "account_age_days", "int"),
        ],
        transformation_ctx="users",
    )
    joined = Join.apply(payments, users, "customer_id", "user_id").drop_fields(["user_id"])

    # A batch that was sent twice counts once.
    payments_df = joined.toDF().dropDuplicates(["transaction_id"])
    payments_df = payments_df.withColumn("tx_seconds", F.unix_timestamp("tx_time"))

    day = 86400
    everything = Window.partitionBy(F.lit(1))
    customer = Window.partitionBy("customer_id").orderBy("tx_seconds")
    terminal = Window.partitionBy("terminal_id").orderBy("tx_seconds")
    customer_month = customer.rangeBetween(-30 * day, 0)
    # Whether a payment was fraud is known a day later at the earliest.
    terminal_month = terminal.rangeBetween(-28 * day, -1 * day)

    features = (
        payments_df.withColumn("amount_mean", F.avg("tx_amount").over(everything))
        .withColumn("amount_deviation", F.stddev("tx_amount").over(everything))
        .withColumn("amount_normalized", (F.col("tx_amount") - F.col("amount_mean")) / F.col("amount_deviation"))
        .withColumn("customer_mean", F.avg("tx_amount").over(customer_month))
        .withColumn("amount_to_mean", F.col("tx_amount") / F.col("customer_mean"))
        .withColumn("amount_to_limit", F.col("tx_amount") / F.col("credit_limit"))
        .withColumn("hour", F.hour("tx_time"))
        .withColumn("is_weekend", F.when(F.dayofweek("tx_time").isin(1, 7), 1).otherwise(0))
        .withColumn("terminal_payments", F.count("transaction_id").over(terminal_month))
        .withColumn("terminal_risk", F.coalesce(F.avg("tx_fraud").over(terminal_month), F.lit(0.0)))
        .withColumn("year", F.date_format("tx_time", "yyyy"))
        .withColumn("month", F.date_format("tx_time", "MM"))
        .withColumn("day", F.date_format("tx_time", "dd"))
    ).cache()

    processed = DynamicFrame.fromDF(
        features.drop("tx_seconds", "amount_mean", "amount_deviation"), glueContext, "processed"
    )
    glueContext.write_dynamic_frame.from_options(
        frame=processed,
        connection_type="s3",
        connection_options={"path": f"s3://{args['BUCKET']}/processed/", "partitionKeys": ["year", "month", "day"]},
        format="glueparquet",
        format_options={"compression": "snappy"},
        transformation_ctx="write_processed",
    )

    # What the real-time scorer needs to compute the same features for one payment.
    online = f"s3://{args['BUCKET']}/online"
    features.groupBy("customer_id").agg(
        F.avg("tx_amount").alias("mean_amount"), F.max("credit_limit").alias("credit_limit")
    ).coalesce(1).write.mode("overwrite").json(f"{online}/customers/")
    features.groupBy("terminal_id").agg(
        F.count("transaction_id").alias("payments"), F.avg("tx_fraud").alias("risk")
    ).coalesce(1).write.mode("overwrite").json(f"{online}/terminals/")
    features.agg(
        F.max("amount_mean").alias("mean"), F.max("amount_deviation").alias("deviation")
    ).coalesce(1).write.mode("overwrite").json(f"{online}/amounts/")
    print(f"rows written: {features.count()}")

job.commit()
