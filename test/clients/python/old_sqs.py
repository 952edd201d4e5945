"""SQS over its old protocol (botocore before 1.31.81): forms out, XML back."""

import sys

import botocore.session
from botocore.exceptions import ClientError

endpoint, account = sys.argv[1:]
session = botocore.session.get_session()
session.set_credentials(account, "test")
sqs = session.create_client("sqs", region_name="us-east-1", endpoint_url=endpoint)

attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
url = sqs.create_queue(QueueName="old.fifo", Attributes=attributes, tags={"a": "1"})["QueueUrl"]
assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1"}
entries = [{"Id": str(n), "MessageBody": f"m{n} <&>", "MessageGroupId": "g"} for n in range(3)]
sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)
assert [one["Id"] for one in sent["Successful"]] == ["0", "1", "2"], sent
raw = {"raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
sqs.send_message(QueueUrl=url, MessageBody="last", MessageGroupId="g", MessageAttributes=raw)
got = sqs.receive_message(
    QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
)["Messages"]
assert [one["Body"] for one in got] == ["m0 <&>", "m1 <&>", "m2 <&>", "last"], got
assert got[3]["MessageAttributes"]["raw"]["BinaryValue"] == b"\x00\xff"
assert got[0]["Attributes"]["MessageGroupId"] == "g"
handles = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(got)]
assert len(sqs.delete_message_batch(QueueUrl=url, Entries=handles)["Successful"]) == 4
assert "Messages" not in sqs.receive_message(QueueUrl=url)
counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
assert counts["ApproximateNumberOfMessages"] == "0", counts
assert sqs.list_queues(QueueNamePrefix="old")["QueueUrls"] == [url]
try:
    sqs.get_queue_url(QueueName="nowhere")
    raise AssertionError("there is no such queue")
except sqs.exceptions.QueueDoesNotExist as error:
    assert error.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
try:
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=11)
    raise AssertionError("eleven are too many")
except ClientError as error:
    assert error.response["Error"]["Code"] == "InvalidParameterValue", error
print("ok")
