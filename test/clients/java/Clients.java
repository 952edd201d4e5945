import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

/**
 * What the Java client does with its defaults: `java Clients.java BOOTSTRAP STEP ARGUMENT…`, each step
 * prints what it saw as lines.
 */
public class Clients {
  public static void main(String[] args) throws Exception {
    String bootstrap = args[0];
    switch (args[1]) {
      case "codecs" -> codecs(bootstrap, args[2], Long.parseLong(args[3]));
      case "read" -> read(bootstrap, args[2], args[3], Integer.parseInt(args[4]), args[5]);
      case "transactions" -> transactions(bootstrap, args[2], args[3]);
      case "admin" -> admin(bootstrap, args[2]);
      default -> throw new IllegalArgumentException(args[1]);
    }
  }

  private static Properties common(String bootstrap) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrap);
    properties.put("default.api.timeout.ms", "30000");
    return properties;
  }

  /** Ten records of each codec, by an idempotent producer, with key, header and time (from `timeMs` on). */
  private static void codecs(String bootstrap, String topic, long timeMs) throws Exception {
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      Properties properties = common(bootstrap);
      properties.put("compression.type", codec);
      properties.put("linger.ms", "20");
      try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
        List<java.util.concurrent.Future<RecordMetadata>> sent = new ArrayList<>();
        for (int number = 0; number < 10; number++) {
          var headers = List.<org.apache.kafka.common.header.Header>of(
              new RecordHeader("codec", codec.getBytes(StandardCharsets.UTF_8)));
          String value = (codec + "-" + number + " ").repeat(50);
          sent.add(producer.send(new ProducerRecord<>(
              topic, 0, timeMs + number, "key-" + number, value, headers)));
        }
        for (var one : sent) System.out.println(codec + " " + one.get().offset());
      }
    }
  }

  /** Reads `count` records as a member of a group of the given protocol and commits. */
  private static void read(String bootstrap, String topic, String group, int count, String protocol) {
    Properties properties = common(bootstrap);
    properties.put("group.id", group);
    properties.put("group.protocol", protocol);
    properties.put("auto.offset.reset", "earliest");
    properties.put("enable.auto.commit", "false");
    properties.put("isolation.level", "read_committed");
    try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      long deadline = System.currentTimeMillis() + 60_000;
      int seen = 0;
      while (seen < count && System.currentTimeMillis() < deadline) {
        for (var record : consumer.poll(Duration.ofMillis(500))) {
          seen++;
          var header = record.headers().lastHeader("codec");
          System.out.println(String.join(" ", "" + record.partition(), "" + record.offset(), record.key(),
              "" + record.timestamp(), header == null ? "-" : new String(header.value(), StandardCharsets.UTF_8),
              record.value() == null ? "null" : "" + record.value().length()));
        }
      }
      consumer.commitSync();
    }
  }

  /** Copies a topic in transactions of ten records, aborting each third one first. */
  private static void transactions(String bootstrap, String from, String to) {
    Properties in = common(bootstrap);
    in.put("group.id", "copier");
    in.put("auto.offset.reset", "earliest");
    in.put("enable.auto.commit", "false");
    in.put("isolation.level", "read_committed");
    in.put("max.poll.records", "10");
    Properties out = common(bootstrap);
    out.put("transactional.id", "copier");
    int copied = 0;
    int attempts = 0;
    try (var consumer = new KafkaConsumer<>(in, new StringDeserializer(), new StringDeserializer());
        var producer = new KafkaProducer<>(out, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      consumer.subscribe(List.of(from));
      long deadline = System.currentTimeMillis() + 60_000;
      while (copied < 50 && System.currentTimeMillis() < deadline) {
        var records = consumer.poll(Duration.ofMillis(500));
        if (records.isEmpty()) continue;
        if (attempts++ % 3 == 0) {
          producer.beginTransaction();
          for (var record : records) producer.send(new ProducerRecord<>(to, record.key(), "aborted"));
          producer.flush();
          producer.abortTransaction();
        }
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (var record : records) {
          producer.send(new ProducerRecord<>(to, record.key(), record.value()));
          offsets.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
        copied += records.count();
      }
    }
    System.out.println("copied " + copied);
  }

  /** Most of what an administrator asks for. */
  private static void admin(String bootstrap, String topic) throws Exception {
    try (Admin admin = Admin.create(common(bootstrap))) {
      admin.createTopics(List.of(new NewTopic(topic, Optional.of(2), Optional.empty())
          .configs(Map.of("retention.ms", "3600000")))).all().get();
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
      var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      admin.incrementalAlterConfigs(Map.of(resource, List.of(
          new AlterConfigOp(new ConfigEntry("max.message.bytes", "2000000"), AlterConfigOp.OpType.SET)))).all().get();
      var configs = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      System.out.println("retention.ms " + configs.get("retention.ms").value());
      System.out.println("max.message.bytes " + configs.get("max.message.bytes").value());
      var description = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      long open = description.partitions().stream().filter(one -> one.leader() != null).count();
      System.out.println("open partitions " + open);
      try (var producer = new KafkaProducer<>(common(bootstrap), new StringSerializer(), new StringSerializer())) {
        for (int number = 0; number < 30; number++) producer.send(new ProducerRecord<>(topic, "k" + number, "v")).get();
      }
      long end = 0;
      for (var partition : description.partitions()) {
        var at = new TopicPartition(topic, partition.partition());
        end += admin.listOffsets(Map.of(at, OffsetSpec.latest())).partitionResult(at).get().offset();
      }
      System.out.println("records " + end);
      System.out.println("nodes " + admin.describeCluster().nodes().get().size());
      var metadata = new OffsetAndMetadata(7, "by hand");
      var first = new TopicPartition(topic, 0);
      admin.alterConsumerGroupOffsets("by-hand-" + topic, Map.of(first, metadata)).all().get();
      var offsets = admin.listConsumerGroupOffsets("by-hand-" + topic).partitionsToOffsetAndMetadata().get();
      System.out.println("offset " + offsets.get(first).offset() + " " + offsets.get(first).metadata());
      admin.deleteConsumerGroups(List.of("by-hand-" + topic)).all().get();
      admin.deleteTopics(List.of(topic)).all().get();
      System.out.println("exists " + admin.listTopics().names().get().contains(topic));
    }
  }
}
