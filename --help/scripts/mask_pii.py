"""Firehose transform: drops test transactions and masks what identifies the cardholder."""
import base64
import hashlib
import json


def handler(event, context):
    answers = []
    for record in event["records"]:
        try:
            payment = json.loads(base64.b64decode(record["data"]))
        except ValueError:
            answers.append({"recordId": record["recordId"], "result": "ProcessingFailed", "data": record["data"]})
            continue
        if payment.get("is_test"):
            answers.append({"recordId": record["recordId"], "result": "Dropped"})
            continue
        payment["card_number"] = "*" * 12 + payment["card_number"][-4:]
        payment["email"] = hashlib.sha256(payment["email"].encode()).hexdigest()[:16]
        line = json.dumps(payment) + "\n"
        answers.append(
            {
                "recordId": record["recordId"],
                "result": "Ok",
                "data": base64.b64encode(line.encode()).decode(),
            }
        )
    return {"records": answers}
