#!/usr/bin/env python3
"""Refreshes scripts/constraints/<service>.json: lengths, ranges, patterns and number types.

The AWS SDK for JavaScript ships every shape but not these. botocore (Apache-2.0) ships both, so
this is run by hand, with any current botocore installed, when the clients are upgraded:

    pip install botocore && python3 scripts/take-constraints.py

Only shapes that can be reached from an operation's input are kept. A file holds the distinct
limits once, and for each structure the number of the limit of each member.
"""
import gzip
import json
import pathlib

import botocore

SERVICES = {
    "athena": "athena",
    "cloudwatch-logs": "logs",
    "eventbridge": "events",
    "firehose": "firehose",
    "glue": "glue",
    "iam": "iam",
    "kafka": "kafka",
    "kafkaconnect": "kafkaconnect",
    "kinesis": "kinesis",
    "lambda": "lambda",
    "pipes": "pipes",
    "s3": "s3",
    "sagemaker": "sagemaker",
    "sagemaker-runtime": "sagemaker-runtime",
    "scheduler": "scheduler",
    "sns": "sns",
    "sqs": "sqs",
    "sts": "sts",
}
NUMBERS = {"integer", "long", "float", "double"}
OUT = pathlib.Path(__file__).parent / "constraints"


def read_model(name):
    versions = sorted((pathlib.Path(botocore.__file__).parent / "data" / name).iterdir())
    file = next(versions[-1].glob("service-2.json*"))
    return json.loads(gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes())


def limits_of(shapes, name, depth=0):
    shape = shapes[name]
    kind = shape["type"]
    if kind in ("structure", "boolean", "timestamp") or depth > 3:
        return {}
    limits = {"number": kind} if kind in NUMBERS else {}
    for key in ("min", "max"):
        if key in shape and not (key == "min" and shape[key] == 0 and kind not in NUMBERS):
            limits[key] = shape[key]
    if "pattern" in shape and shape["pattern"] not in (".*", "^.*$", "[\\s\\S]*"):
        limits["pattern"] = shape["pattern"]
    parts = {"list": {"element": "member"}, "map": {"key": "key", "value": "value"}}.get(kind, {})
    for ours, theirs in parts.items():
        inner = limits_of(shapes, shape[theirs]["shape"], depth + 1)
        if inner:
            limits[ours] = inner
    return limits


def reachable(shapes, roots):
    seen, stack = set(), list(roots)
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        shape = shapes[name]
        stack += [member["shape"] for member in shape.get("members", {}).values()]
        stack += [shape[part]["shape"] for part in ("member", "key", "value") if part in shape]
    return seen


def take(ours, theirs):
    model = read_model(theirs)
    shapes = model["shapes"]
    inputs = [op["input"]["shape"] for op in model["operations"].values() if "input" in op]
    numbers, structures = {}, {}
    for name in sorted(reachable(shapes, inputs)):
        members = {}
        for member, target in sorted(shapes[name].get("members", {}).items()):
            limits = limits_of(shapes, target["shape"])
            if limits:
                text = json.dumps(limits, ensure_ascii=False)
                members[member] = numbers.setdefault(text, len(numbers))
        if members:
            structures[name] = members
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in structures.items())
    table = ",\n".join(f"  {text}" for text in numbers)
    source = json.dumps(f"botocore {botocore.__version__} (Apache-2.0)")
    (OUT / f"{ours}.json").write_text(
        f'{{\n"source": {source},\n"limits": [\n{table}\n],\n"members": {{\n{lines}\n}}\n}}\n', encoding="utf-8"
    )


for ours, theirs in SERVICES.items():
    take(ours, theirs)
