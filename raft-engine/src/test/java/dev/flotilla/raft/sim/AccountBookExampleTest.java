package dev.flotilla.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The example of raft-engine's README: an application tests its own state machine under faults. */
class AccountBookExampleTest {
    // begin example
    /** Money moves between accounts; a transfer that is not covered is refused: {@code from>to=amount}. */
    static final class AccountBook implements StateMachine<Boolean> {
        private TreeMap<String, Integer> balances = new TreeMap<>(Map.of("ann", 100, "ben", 100));

        @Override
        public List<Boolean> apply(List<Committed> batch) {
            return batch.stream().map(each -> transfer(each.data().utf8())).toList();
        }

        private boolean transfer(String order) {
            String[] words = order.split("[>=]", 3);
            int amount = Integer.parseInt(words[2]);
            boolean covered = balances.getOrDefault(words[0], 0) >= amount;
            if (covered) {
                balances.merge(words[0], -amount, Integer::sum);
                balances.merge(words[1], amount, Integer::sum);
            }
            return covered;
        }

        int total() {
            return balances.values().stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public long lastApplied() {
            return 0; // it lives in memory
        }

        @Override
        public Capture capture() {
            Map<String, Integer> copy = Map.copyOf(balances);
            return out -> {
                DataOutputStream data = new DataOutputStream(out);
                data.writeInt(copy.size());
                for (Map.Entry<String, Integer> each : copy.entrySet()) {
                    data.writeUTF(each.getKey());
                    data.writeInt(each.getValue());
                }
            };
        }

        @Override
        public void restore(long index, InputStream in) throws IOException {
            DataInputStream data = new DataInputStream(in);
            TreeMap<String, Integer> read = new TreeMap<>();
            for (int left = data.readInt(); left > 0; left--) {
                read.put(data.readUTF(), data.readInt());
            }
            balances = read;
        }
    }

    @Test
    void noMoneyIsMadeOrLost() {
        for (long seed = 1; seed <= 5; seed++) {
            SimCluster<Boolean, AccountBook> cluster = SimCluster.of(AccountBook::new)
                    .peers(5)
                    .seed(seed)
                    .unreliable(0.02, 0.02)
                    .build();
            SimClusterGroup<Boolean, AccountBook> book = cluster.group();
            List<CompletableFuture<ReadResult<Integer>>> reads = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                for (String peer : cluster.peers()) {
                    if (cluster.isUp(peer)) {
                        var unused = book.propose(peer, Bytes.utf8(i % 2 == 0 ? "ann>ben=7" : "ben>cat=5"));
                        reads.add(book.read(peer, Consistency.linearizable(), AccountBook::total));
                    }
                }
                cluster.storm(Duration.ofMillis(500), Duration.ofMillis(300));
            }
            cluster.calm();
            cluster.runUntil(book::isSettled, Duration.ofSeconds(60));
            for (String peer : cluster.peers()) {
                assertThat(book.machine(peer).balances).isEqualTo(book.machine("n1").balances);
            }
            assertThat(reads).anyMatch(read -> !read.isCompletedExceptionally());
            reads.stream()
                    .filter(read -> read.isDone() && !read.isCompletedExceptionally())
                    .forEach(read -> assertThat(read.join().state()).isEqualTo(200));
        }
    }
    // end example
}
