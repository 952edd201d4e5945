"""Server-side encryption as boto3 asks for it, transfers in parts included. Prints `ok` at its end."""
import io
import os
import sys
import urllib.request
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
ACCOUNT = sys.argv[2]
BUCKET = "boto-" + uuid.uuid4().hex[:12]
MB = 1024 * 1024
PARTS = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB)

s3 = boto3.client(
    "s3",
    endpoint_url=ENDPOINT,
    region_name="us-east-1",
    aws_access_key_id=ACCOUNT,
    aws_secret_access_key="test",
    # Keys of KMS are refused to addresses that are signed by version 2, boto3's default for them.
    config=Config(signature_version="s3v4"),
)
s3.create_bucket(Bucket=BUCKET)
key = os.urandom(32)
mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": key}
source = {"CopySourceSSECustomerAlgorithm": "AES256", "CopySourceSSECustomerKey": key}

for name, write, read, copied in [
    ("s3", {"ServerSideEncryption": "AES256"}, {}, {}),
    ("kms", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/boto"}, {}, {}),
    ("customer", mine, mine, source),
]:
    for size in [10, 12 * MB]:
        body = os.urandom(size)
        at = "%s/%d" % (name, size)
        s3.upload_fileobj(io.BytesIO(body), BUCKET, at, ExtraArgs=write, Config=PARTS)
        head = s3.head_object(Bucket=BUCKET, Key=at, **read)
        assert head["ContentLength"] == size
        assert head.get("ServerSideEncryption") == write.get("ServerSideEncryption"), head
        back = io.BytesIO()
        s3.download_fileobj(BUCKET, at, back, ExtraArgs=read, Config=PARTS)
        assert back.getvalue() == body, at
        # The transfer asks for the source's head by itself, with the key of the source.
        s3.copy(
            {"Bucket": BUCKET, "Key": at},
            BUCKET,
            at + "/copy",
            ExtraArgs={**copied, "ServerSideEncryption": "AES256"},
            Config=PARTS,
        )
        got = s3.get_object(Bucket=BUCKET, Key=at + "/copy")
        assert got["ServerSideEncryption"] == "AES256"
        assert got["Body"].read() == body, at
        part = s3.get_object(Bucket=BUCKET, Key=at, Range="bytes=3-8", **read)
        assert part["Body"].read() == body[3:9]

url = s3.generate_presigned_url(
    "put_object",
    Params={"Bucket": BUCKET, "Key": "signed", "ServerSideEncryption": "aws:kms"},
)
request = urllib.request.Request(url, data=b"signed", method="PUT")
request.add_header("x-amz-server-side-encryption", "aws:kms")
assert urllib.request.urlopen(request).status == 200
assert s3.head_object(Bucket=BUCKET, Key="signed")["ServerSideEncryption"] == "aws:kms"

for read, code in [({}, "InvalidRequest"), ({**mine, "SSECustomerKey": os.urandom(32)}, "AccessDenied")]:
    try:
        s3.get_object(Bucket=BUCKET, Key="customer/10", **read)
        raise AssertionError("it was read without its key")
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error

s3.put_bucket_encryption(
    Bucket=BUCKET,
    ServerSideEncryptionConfiguration={
        "Rules": [
            {
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
                "BucketKeyEnabled": True,
            }
        ]
    },
)
put = s3.put_object(Bucket=BUCKET, Key="default", Body=b"x")
assert (put["ServerSideEncryption"], put["BucketKeyEnabled"]) == ("aws:kms", True), put
s3.delete_bucket_encryption(Bucket=BUCKET)
print("ok")
