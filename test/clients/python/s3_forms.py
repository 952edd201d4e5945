"""boto3 makes presigned POSTs, the standard library sends them: as a web page's server and its page."""

import sys
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.config import Config

ENDPOINT, ACCOUNT = sys.argv[1:3]
BUCKET = "forms-" + uuid.uuid4().hex[:12]


def client(version):
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
        region_name="us-east-1",
        config=Config(signature_version=version, s3={"addressing_style": "path"}),
    )


def send(post, name, data):
    boundary = uuid.uuid4().hex
    body = b""
    for field, value in post["fields"].items():
        body += ('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary, field, value)).encode()
    head = '--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\nContent-Type: text/plain\r\n\r\n'
    body += (head % (boundary, name)).encode() + data + ("\r\n--%s--\r\n" % boundary).encode()
    headers = {"Content-Type": "multipart/form-data; boundary=" + boundary}
    try:
        with urllib.request.urlopen(urllib.request.Request(post["url"], body, headers)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


reader = client("s3v4")
reader.create_bucket(Bucket=BUCKET)
for version in ("s3v4", "s3"):
    s3 = client(version)
    post = s3.generate_presigned_post(
        BUCKET,
        "%s/${filename}" % version,
        Fields={"acl": "private", "x-amz-meta-a": "1", "Content-Type": "text/css"},
        Conditions=[
            {"acl": "private"},
            {"x-amz-meta-a": "1"},
            ["starts-with", "$Content-Type", "text/"],
            ["content-length-range", 1, 2_000_000],
        ],
        ExpiresIn=60,
    )
    data = b"x" * 1_500_000
    status, answer = send(post, "a.css", data)
    assert status == 204, (version, status, answer)
    found = reader.get_object(Bucket=BUCKET, Key=version + "/a.css")
    assert found["Body"].read() == data
    assert (found["ContentType"], found["Metadata"]) == ("text/css", {"a": "1"}), found
    status, answer = send(post, "b", b"x" * 2_000_001)
    assert status == 400 and b"<Code>EntityTooLarge</Code>" in answer, (version, status, answer)
    post["fields"]["x-amz-meta-a"] = "2"
    status, answer = send(post, "b", b"x")
    assert status == 403 and b"Policy Condition failed" in answer, (version, status, answer)
print("ok")
