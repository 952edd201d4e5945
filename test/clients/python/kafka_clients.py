"""What librdkafka does: python3 kafka_clients.py BOOTSTRAP STEP ARGUMENT... prints JSON of what it saw."""
import json
import sys
import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
DEADLINE_S = 60


def producer(bootstrap, **settings):
    return Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, **settings})


def produce_codecs(bootstrap, topic, time_ms):
    """Ten records of each codec, with key, header and time (from `time_ms` on)."""
    delivered = []

    def on_delivery(error, message):
        delivered.append(str(error) if error else message.offset())

    for codec in CODECS:
        one = producer(bootstrap, **{"compression.type": codec, "linger.ms": 20})
        for number in range(10):
            one.produce(
                topic,
                partition=0,
                key=f"key-{number}",
                value=f"{codec}-{number} " * 50,
                timestamp=int(time_ms) + number,
                headers={"codec": codec},
                on_delivery=on_delivery,
            )
        one.flush(DEADLINE_S)
    return delivered


def records(consumer, count):
    deadline = time.monotonic() + DEADLINE_S
    seen = []
    while len(seen) < count and time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            raise RuntimeError(message.error().str())
        seen.append(message)
    return seen


def consume(bootstrap, topic, group, count, settings):
    """Reads as a member of a group and commits; `settings` are librdkafka's, as JSON."""
    consumer = Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        **json.loads(settings),
    })
    consumer.subscribe([topic])
    seen = records(consumer, int(count))
    consumer.commit(asynchronous=False)
    committed = consumer.committed(consumer.assignment(), timeout=10)
    consumer.close()
    return {
        "records": [
            [one.offset(), one.key().decode(), one.timestamp()[1], dict(one.headers() or [])["codec"].decode(), len(one.value())]
            for one in seen
        ],
        "committed": sum(max(one.offset, 0) for one in committed),
    }


def share(bootstrap, topic, settings):
    """Two members share four partitions; one leaves, and the other has all."""
    common = {
        "bootstrap.servers": bootstrap,
        "group.id": f"share-{topic}",
        "auto.offset.reset": "earliest",
        **json.loads(settings),
    }
    client = AdminClient({"bootstrap.servers": bootstrap})
    client.create_topics([NewTopic(topic, 4)])[topic].result()
    members = [Consumer({**common, **({"group.instance.id": f"member-{at}"} if "static" in topic else {})}) for at in range(2)]
    for member in members:
        member.subscribe([topic])

    def settle(wanted):
        deadline = time.monotonic() + DEADLINE_S
        sizes = []
        while time.monotonic() < deadline:
            for member in members:
                member.poll(0.2)
            sizes = sorted(len(member.assignment()) for member in members)
            if sizes == wanted:
                break
        return sizes

    both = settle([2, 2])
    if "static" in topic:
        # A static member that closes keeps its place until its session ends; it may come back to it.
        before = sorted(one.partition for one in members[1].assignment())
        members.pop().close()
        again = Consumer({**common, "group.instance.id": "member-1"})
        again.subscribe([topic])
        members.append(again)
        settle([2, 2])
        after = sorted(one.partition for one in again.assignment())
        result = [both, before == after]
    else:
        members.pop().close()
        result = [both, settle([4])]
    for member in members:
        member.close()
    return result


def transactions(bootstrap, topic):
    """One transaction aborted, one committed; then a second producer of the id fences the first."""
    first = producer(bootstrap, **{"transactional.id": f"t-{topic}"})
    first.init_transactions(DEADLINE_S)
    first.begin_transaction()
    first.produce(topic, "aborted")
    first.flush(DEADLINE_S)
    first.abort_transaction(DEADLINE_S)
    first.begin_transaction()
    first.produce(topic, "committed")
    first.commit_transaction(DEADLINE_S)
    second = producer(bootstrap, **{"transactional.id": f"t-{topic}"})
    second.init_transactions(DEADLINE_S)
    try:
        first.begin_transaction()
        first.produce(topic, "zombie")
        first.commit_transaction(DEADLINE_S)
        fenced = False
    except Exception as error:
        fenced = error.args[0].name()
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"g-{topic}", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    seen = [one.value().decode() for one in records(consumer, 1)]
    extra = consumer.poll(1.0)
    consumer.close()
    return [seen, extra is None, fenced]


def admin(bootstrap, topic):
    client = AdminClient({"bootstrap.servers": bootstrap})
    client.create_topics([NewTopic(topic, 1, config={"retention.ms": "7200000"})])[topic].result()
    client.create_partitions([NewPartitions(topic, 4)])[topic].result()
    partitions = len(client.list_topics(topic, timeout=10).topics[topic].partitions)
    client.delete_topics([topic])[topic].result()
    return [partitions, topic in client.list_topics(timeout=10).topics]


def produce_as(bootstrap, topic, settings):
    """One record by somebody; answers the error, if there was one."""
    outcome = []
    one = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": 10_000, **json.loads(settings)})
    one.produce(topic, "hello", on_delivery=lambda error, _: outcome.append(error and error.name()))
    one.flush(20)
    return outcome


def produce_with_token(bootstrap, topic, region):
    """One record by whom MSK's IAM token names (credentials from the environment)."""
    from aws_msk_iam_sasl_signer import MSKAuthTokenProvider

    def token(_):
        text, expiry_ms = MSKAuthTokenProvider.generate_auth_token(region)
        return text, expiry_ms / 1000

    outcome = []
    one = Producer({
        "bootstrap.servers": bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanisms": "OAUTHBEARER",
        "oauth_cb": token,
        "message.timeout.ms": 20_000,
    })
    one.poll(1)
    one.produce(topic, "hello", on_delivery=lambda error, _: outcome.append(error and error.name()))
    one.flush(30)
    return outcome


STEPS = {
    "produce": produce_codecs,
    "consume": consume,
    "share": share,
    "transactions": transactions,
    "admin": admin,
    "produce-as": produce_as,
    "produce-with-token": produce_with_token,
}
print(json.dumps(STEPS[sys.argv[2]](sys.argv[1], *sys.argv[3:])))
