package dev.flotilla.raft.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.memory.Ed25519Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class InMemoryMetricsTest {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;

    private final InMemoryMetrics metrics = new InMemoryMetrics(1);

    private static GenesisId genesis(int number) {
        byte[] bytes = new byte[GenesisId.SIZE_BYTES];
        bytes[0] = (byte) number;
        return new GenesisId(Bytes.wrap(bytes));
    }

    private Sample only() {
        List<Sample> samples = metrics.snapshot();
        assertThat(samples).hasSize(1);
        return samples.get(0);
    }

    @Test
    void soManyGroupsHaveMetersOfTheirOwnAtATime() {
        assertThat(metrics.hasOwnMeters(genesis(1))).isTrue();
        assertThat(metrics.hasOwnMeters(genesis(1))).isTrue();
        assertThat(metrics.hasOwnMeters(genesis(2))).isFalse();
        metrics.remove(Scope.of(genesis(1)));
        assertThat(metrics.hasOwnMeters(genesis(2))).isTrue();
    }

    @Test
    void whatGoesTakesWhatIsWithinItAndNothingElse() {
        AtomicLong level = new AtomicLong();
        Scope group = Scope.of(genesis(1));
        Scope follower = Scope.of(genesis(1), Ed25519Credentials.generate().peerId());
        metrics.counter(Metric.ENTRIES_APPLIED, Scope.NODE);
        metrics.gauge(Metric.FOLLOWER_LAG, follower, level::get);
        metrics.gauge(Metric.TERM, group, level::get);
        metrics.gauge(Metric.TERM, Scope.of(genesis(2)), level::get);
        metrics.remove(group);
        assertThat(metrics.snapshot())
                .extracting(Sample::scope)
                .containsExactlyInAnyOrder(Scope.NODE, Scope.of(genesis(2)));
    }

    @Test
    void aTimerTellsHowOftenAndHowLong() {
        Metrics.Timer timer = metrics.timer(Metric.LOG_WRITES, Scope.NODE);
        for (int i = 0; i < 98; i++) {
            timer.record(100 * MICRO);
        }
        timer.record(3 * MILLI);
        timer.record(Long.MAX_VALUE / 2);
        Sample sample = only();
        assertThat(sample.value()).isEqualTo(100);
        assertThat(sample.quantileNanos(0.5)).isBetween(100 * MICRO + 1, 200 * MICRO);
        assertThat(sample.quantileNanos(0.99)).isBetween(3 * MILLI + 1, 6 * MILLI);
        assertThat(sample.quantileNanos(1)).isEqualTo(Long.MAX_VALUE);
        assertThat(sample.buckets()).hasSize(3);
    }

    @Test
    void aTimeAtABoundIsInTheBucketAboveIt() {
        Metrics.Timer timer = metrics.timer(Metric.LOG_WRITES, Scope.NODE);
        timer.record(0);
        timer.record(8191);
        timer.record(8192);
        timer.record(-5);
        assertThat(only().buckets()).containsExactly(new Sample.Bucket(8192, 3), new Sample.Bucket(16384, 1));
    }

    @Test
    void samplesOfOneMetricAddUp() {
        Metrics.Timer one = metrics.timer(Metric.READ_ROUNDS, Scope.NODE);
        Metrics.Timer other = metrics.timer(Metric.READ_ROUNDS, Scope.of(genesis(1)));
        one.record(10 * MICRO);
        other.record(10 * MICRO);
        other.record(1 * MILLI);
        List<Sample> both = metrics.snapshot();
        Sample sum = both.get(0).plus(both.get(1));
        assertThat(sum.value()).isEqualTo(3);
        assertThat(sum.meanNanos()).isEqualTo((20 * MICRO + MILLI) / 3);
        assertThat(sum.buckets()).extracting(Sample.Bucket::count).containsExactly(2L, 1L);
        assertThatThrownBy(() -> sum.plus(Sample.of(Metric.TERM, Scope.NODE, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The manual's table is {@link Metric}'s: name, kind and extent, in that order. */
    @Test
    void theManualListsWhatThereIs() throws Exception {
        Pattern row =
                Pattern.compile("^\\| `([a-z._]+)` \\| (counter|timer|gauge) \\| ([a-z ]+) \\|", Pattern.MULTILINE);
        List<String> listed = row.matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(InMemoryMetricsTest::listed)
                .toList();
        assertThat(listed)
                .containsExactlyElementsOf(Arrays.stream(Metric.values())
                        .map(InMemoryMetricsTest::listed)
                        .toList())
                .doesNotHaveDuplicates();
    }

    private static String listed(MatchResult row) {
        return row.group(1) + " " + row.group(2) + " " + row.group(3);
    }

    private static String listed(Metric metric) {
        String extent =
                switch (metric.extent()) {
                    case NODE -> "node";
                    case GROUP_OR_NODE -> "group or node";
                    case GROUP -> "group";
                    case FOLLOWER -> "follower";
                };
        return metric.label() + " " + metric.kind().name().toLowerCase(Locale.ROOT) + " " + extent;
    }
}
