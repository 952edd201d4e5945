"""What Kinesis can do, driven by boto3 alone. Prints `ok` at its end; any failure raises."""
import json
import sys
import uuid

import boto3
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
ACCOUNT, OTHER = sys.argv[2], sys.argv[3]
STREAM = "boto-" + uuid.uuid4().hex[:12]


def client(account):
    return boto3.client(
        "kinesis",
        endpoint_url=ENDPOINT,
        region_name="us-east-1",
        aws_access_key_id=account,
        aws_secret_access_key="test",
    )


def code_of(work):
    try:
        work()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


kinesis = client(ACCOUNT)
kinesis.create_stream(StreamName=STREAM, StreamModeDetails={"StreamMode": "ON_DEMAND"})
kinesis.get_waiter("stream_exists").wait(StreamName=STREAM)
summary = kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
ARN = summary["StreamARN"]
assert summary["OpenShardCount"] == 4, summary

# Warm throughput, for accounts that are committed.
warm = dict(StreamName=STREAM, WarmThroughputMiBps=6)
assert code_of(lambda: kinesis.update_stream_warm_throughput(**warm)) == "ValidationException"
commitment = {"MinimumThroughputBillingCommitment": {"Status": "ENABLED"}}
kinesis.update_account_settings(**commitment)
settings = kinesis.describe_account_settings()["MinimumThroughputBillingCommitment"]
assert settings["Status"] == "ENABLED", settings
assert kinesis.update_stream_warm_throughput(**warm)["WarmThroughput"]["TargetMiBps"] == 6
summary = kinesis.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
assert summary["OpenShardCount"] == 6, summary
assert summary["WarmThroughput"] == {"TargetMiBps": 6, "CurrentMiBps": 6}, summary

# Shard-level metrics.
enabled = kinesis.enable_enhanced_monitoring(StreamName=STREAM, ShardLevelMetrics=["ALL"])
assert len(enabled["DesiredShardLevelMetrics"]) == 7, enabled
disabled = kinesis.disable_enhanced_monitoring(
    StreamName=STREAM, ShardLevelMetrics=["IncomingBytes"]
)
assert "IncomingBytes" not in disabled["DesiredShardLevelMetrics"], disabled

# A stream that is shared with another account.
other = client(OTHER)
record = dict(StreamARN=ARN, PartitionKey="k", Data=b"theirs")
assert code_of(lambda: other.put_record(**record)) == "AccessDeniedException"
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::%s:root" % OTHER},
            "Action": ["kinesis:PutRecord", "kinesis:DescribeStreamSummary"],
            "Resource": ARN,
        }
    ],
}
kinesis.put_resource_policy(ResourceARN=ARN, Policy=json.dumps(policy))
assert json.loads(kinesis.get_resource_policy(ResourceARN=ARN)["Policy"]) == policy
put = other.put_record(**record)
iterator = kinesis.get_shard_iterator(
    StreamName=STREAM, ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON"
)["ShardIterator"]
records = kinesis.get_records(ShardIterator=iterator)["Records"]
assert [one["Data"] for one in records] == [b"theirs"], records
kinesis.delete_resource_policy(ResourceARN=ARN)
assert code_of(lambda: other.put_record(**record)) == "AccessDeniedException"

# Encryption: as far as the log can.
key = dict(StreamName=STREAM, EncryptionType="KMS", KeyId="alias/aws/kinesis")
refusal = code_of(lambda: kinesis.start_stream_encryption(**key))
assert refusal in (None, "NotImplementedException"), refusal
kind = kinesis.describe_stream(StreamName=STREAM)["StreamDescription"]["EncryptionType"]
assert kind == ("NONE" if refusal else "KMS"), kind
kinesis.stop_stream_encryption(**key)

# An event stream over HTTP/1.1.
consumer = kinesis.register_stream_consumer(StreamARN=ARN, ConsumerName="boto")["Consumer"]
events = kinesis.subscribe_to_shard(
    ConsumerARN=consumer["ConsumerARN"],
    ShardId=put["ShardId"],
    StartingPosition={"Type": "TRIM_HORIZON"},
)["EventStream"]
first = next(iter(events))["SubscribeToShardEvent"]
assert [one["Data"] for one in first["Records"]] == [b"theirs"], first
events.close()
kinesis.delete_stream(StreamName=STREAM, EnforceConsumerDeletion=True)
print("ok")
