"""The pipeline of the demo, small, driven by boto3 alone. Prints `ok` at its end; any failure raises."""
import gzip
import io
import json
import sys
import time
import uuid
import zipfile

import boto3

ENDPOINT = sys.argv[1]
ACCOUNT = sys.argv[2]
BUCKET = "boto-" + uuid.uuid4().hex[:12]
ROLE = "arn:aws:iam::%s:role/pipeline" % ACCOUNT


def client(name):
    return boto3.client(
        name,
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
    )


def wait_for(what, ask, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.3)
    raise AssertionError("gave up waiting for " + what)


def zipped(name, text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


s3, kinesis, firehose = client("s3"), client("kinesis"), client("firehose")
glue, athena, functions = client("glue"), client("athena"), client("lambda")

assert client("sts").get_caller_identity()["Account"] == ACCOUNT
s3.create_bucket(Bucket=BUCKET)
kinesis.create_stream(StreamName="clicks", ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName="clicks", WaiterConfig={"Delay": 1})
stream = kinesis.describe_stream(StreamName="clicks")["StreamDescription"]["StreamARN"]

transform = """
import base64, json
def handler(event, context):
    out = []
    for record in event["records"]:
        click = json.loads(base64.b64decode(record["data"]))
        if click["test"]:
            out.append({"recordId": record["recordId"], "result": "Dropped"})
        else:
            text = json.dumps({"id": click["id"], "page": click["page"]}) + "\\n"
            out.append({"recordId": record["recordId"], "result": "Ok", "data": base64.b64encode(text.encode()).decode()})
    return {"records": out}
"""
function = functions.create_function(
    FunctionName="clean",
    Runtime="python3.12",
    Role=ROLE,
    Handler="clean.handler",
    Code={"ZipFile": zipped("clean.py", transform)},
)["FunctionArn"]
functions.get_waiter("function_active_v2").wait(FunctionName="clean", WaiterConfig={"Delay": 1})

firehose.create_delivery_stream(
    DeliveryStreamName="clicks",
    DeliveryStreamType="KinesisStreamAsSource",
    KinesisStreamSourceConfiguration={"KinesisStreamARN": stream, "RoleARN": ROLE},
    ExtendedS3DestinationConfiguration={
        "RoleARN": ROLE,
        "BucketARN": "arn:aws:s3:::" + BUCKET,
        "Prefix": "clicks/year=!{timestamp:yyyy}/",
        "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        "CompressionFormat": "GZIP",
        "ProcessingConfiguration": {
            "Enabled": True,
            "Processors": [
                {
                    "Type": "Lambda",
                    "Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": function}],
                }
            ],
        },
    },
)
answer = kinesis.put_records(
    StreamName="clicks",
    Records=[
        {
            "PartitionKey": str(number),
            "Data": json.dumps({"id": number, "page": "/p%d" % (number % 7), "test": number % 10 == 0}),
        }
        for number in range(200)
    ],
)
assert answer["FailedRecordCount"] == 0, answer


def delivered():
    rows = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="clicks/"):
        for entry in page.get("Contents", []):
            body = s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
            rows += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    return len(rows) >= 180 and rows


rows = wait_for("180 delivered clicks", delivered)
assert sorted(row["id"] for row in rows) == [n for n in range(200) if n % 10], len(rows)

glue.create_database(DatabaseInput={"Name": "web"})
glue.create_crawler(
    Name="clicks", Role=ROLE, DatabaseName="web", Targets={"S3Targets": [{"Path": "s3://%s/clicks/" % BUCKET}]}
)
glue.start_crawler(Name="clicks")
crawl = wait_for(
    "the crawl", lambda: glue.get_crawler(Name="clicks")["Crawler"]["State"] == "READY"
    and glue.get_crawler(Name="clicks")["Crawler"].get("LastCrawl")
)
assert crawl["Status"] == "SUCCEEDED", crawl
table = glue.get_table(DatabaseName="web", Name="clicks")["Table"]
assert [key["Name"] for key in table["PartitionKeys"]] == ["year"], table

query = athena.start_query_execution(
    QueryString="SELECT count(*), count(DISTINCT page) FROM clicks",
    QueryExecutionContext={"Database": "web"},
    ResultConfiguration={"OutputLocation": "s3://%s/results/" % BUCKET},
)["QueryExecutionId"]


def finished():
    status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
    assert status["State"] not in ("FAILED", "CANCELLED"), status
    return status["State"] == "SUCCEEDED"


wait_for("the query", finished)
data = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1]["Data"]
assert [cell["VarCharValue"] for cell in data] == ["180", "7"], data

s3.upload_fileobj(io.BytesIO(b"x" * 9_000_000), BUCKET, "large")
assert s3.head_object(Bucket=BUCKET, Key="large")["ContentLength"] == 9_000_000
try:
    s3.get_object(Bucket=BUCKET, Key="absent")
    raise AssertionError("an absent key was found")
except s3.exceptions.NoSuchKey:
    pass
try:
    kinesis.describe_stream(StreamName="absent")
    raise AssertionError("an absent stream was found")
except kinesis.exceptions.ResourceNotFoundException:
    pass
print("ok")
