import java.time.Duration;
import java.util.*;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;

/** Kafka Streams' word count, exactly once: `java WordCount.java BOOTSTRAP FROM TO STATE-DIRECTORY`; ends with its input. */
public class WordCount {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    properties.put("application.id", "word-count");
    properties.put("bootstrap.servers", args[0]);
    properties.put("state.dir", args[3]);
    properties.put("processing.guarantee", "exactly_once_v2");
    properties.put("commit.interval.ms", "100");
    properties.put("replication.factor", "-1");
    properties.put("default.key.serde", Serdes.StringSerde.class);
    properties.put("default.value.serde", Serdes.StringSerde.class);
    properties.put("consumer.auto.offset.reset", "earliest");
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(args[1])
        .flatMapValues(line -> Arrays.asList(line.toLowerCase().split("\\W+")))
        .groupBy((key, word) -> word)
        .count(Materialized.as("counts"))
        .toStream()
        .to(args[2], Produced.with(Serdes.String(), Serdes.Long()));
    CountDownLatch over = new CountDownLatch(1);
    try (KafkaStreams streams = new KafkaStreams(builder.build(), properties)) {
      streams.setUncaughtExceptionHandler(error -> {
        error.printStackTrace();
        over.countDown();
        return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      });
      streams.start();
      Thread input = new Thread(() -> {
        try {
          while (System.in.read() >= 0) { }
        } catch (java.io.IOException error) {
          error.printStackTrace();
        }
        over.countDown();
      });
      input.setDaemon(true);
      input.start();
      over.await();
      streams.close(Duration.ofSeconds(20));
    }
  }
}
