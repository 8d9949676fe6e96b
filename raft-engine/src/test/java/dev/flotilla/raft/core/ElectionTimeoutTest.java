package dev.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.sim.FakeCredentials;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Election time-outs are random in [T, 2T), so that peers seldom stand at once (paper §5.2). */
class ElectionTimeoutTest {
    private static final PeerId SELF = Names.peer("n1");
    private static final PeerId OTHER = Names.peer("n2");
    private static final long TIMEOUT_NANOS = RaftConfig.defaults().electionTimeoutNanos();
    private static final long HEARD_NANOS = 12_345;
    private static final int SEEDS = 500;

    private static RaftCore core(long seed) {
        Configuration configuration = Configuration.of(
                List.of(Member.voter(SELF, Names.store(SELF, 1)), Member.voter(OTHER, Names.store(OTHER, 1))));
        Entry founding =
                new Entry(new EntryId(1, 1), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration));
        Recovered recovered =
                new Recovered(new HardState(1, null), null, EntryId.NONE, List.of(founding), List.of(), Set.of());
        return new RaftCore(
                new FakeCredentials(SELF),
                Names.store(SELF, 1),
                Names.GENESIS,
                RaftConfig.defaults(),
                recovered,
                new SplittableRandom(seed),
                Trace.NONE,
                0);
    }

    private static void assertSpread(LongUnaryOperator timeoutOfSeed) {
        LongSummaryStatistics timeouts =
                LongStream.range(0, SEEDS).map(timeoutOfSeed).summaryStatistics();
        assertThat(timeouts.getMin()).isBetween(TIMEOUT_NANOS, TIMEOUT_NANOS * 11 / 10);
        assertThat(timeouts.getMax()).isBetween(TIMEOUT_NANOS * 19 / 10, 2 * TIMEOUT_NANOS - 1);
    }

    @Test
    void whoStartsWaitsForARandomTime() {
        assertSpread(seed -> core(seed).nextTimerNanos());
    }

    @Test
    void whoHearsItsLeaderWaitsForARandomTimeFromThenOn() {
        assertSpread(seed -> {
            RaftCore core = core(seed);
            core.step(
                    new Input.Received(
                            OTHER,
                            Names.store(OTHER, 1),
                            FeatureLevel.NEWEST,
                            new RaftMessage.Heartbeat(2, 1, 1, 0),
                            0),
                    HEARD_NANOS);
            return core.nextTimerNanos() - HEARD_NANOS;
        });
    }
}
