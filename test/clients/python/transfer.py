"""boto3's transfer manager: a large file up in parts and down in ranges, byte for byte.

    transfer.py <endpoint> <access key> <directory> <megabytes>
"""

import hashlib
import os
import sys

import boto3
from botocore.config import Config

ENDPOINT, ACCESS_KEY, DIRECTORY, MEGABYTES = sys.argv[1:]
BLOCK = bytes(range(256)) * 4096

s3 = boto3.client(
    "s3",
    endpoint_url=ENDPOINT,
    region_name="us-east-1",
    aws_access_key_id=ACCESS_KEY,
    aws_secret_access_key="test",
    config=Config(s3={"addressing_style": "path"}),
)


def make(path):
    """Blocks that all differ, so that no part can stand for another."""
    with open(path, "wb") as file:
        for number in range(int(MEGABYTES)):
            file.write(number.to_bytes(8, "big") + BLOCK[8:])


def digest(path):
    sha256 = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            sha256.update(block)
    return sha256.hexdigest()


sent = os.path.join(DIRECTORY, "sent")
got = os.path.join(DIRECTORY, "got")
make(sent)
s3.create_bucket(Bucket="transfer")
s3.upload_file(sent, "transfer", "large")
s3.download_file("transfer", "large", got)
assert os.path.getsize(got) == os.path.getsize(sent)
assert digest(got) == digest(sent), "what came back is not what went up"
print("ok")
