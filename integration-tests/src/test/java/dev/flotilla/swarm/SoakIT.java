package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills and restarts peers under load for {@code -Dsoak.seconds} (300), by {@code -Dsoak.seed} (of the clock). */
@Tag("soak")
class SoakIT {
    private static final int PEERS = 3;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void killingAndRestartingPeersUnderLoadLosesNothing() throws Exception {
        Duration length = Duration.ofSeconds(Long.getLong("soak.seconds", 300));
        long seed = Long.getLong("soak.seed", System.currentTimeMillis());
        Random random = new Random(seed);
        int kills = 0;
        try (Swarm swarm = Swarm.of(PEERS, directory)) {
            List<Writer> writers = new ArrayList<>();
            for (PeerProcess peer : swarm.peers()) {
                writers.add(new Writer(peer, Swarm.COMMUNITY, "w" + writers.size()));
            }
            long end = System.nanoTime() + length.toNanos();
            while (System.nanoTime() < end) {
                kills += killSome(swarm, random);
                awaitProgress(writers, 10 + random.nextInt(100));
            }
            for (Writer writer : writers) {
                writer.close();
            }
            JsonNode document = Swarm.linearizable(swarm.peer(0));
            writers.forEach(writer -> writer.assertNothingLost(document));
            for (PeerProcess peer : swarm.peers()) {
                Eventually.holds("equal documents", PeerProcess.PATIENCE, () -> Swarm.local(peer)
                        .equals(document));
            }
            System.out.println("soak with seed " + seed + ": " + kills + " kills; " + writers);
            assertThat(kills).isPositive();
        }
    }

    /** Kills one peer mostly, all of them at times, and starts them again. */
    private static int killSome(Swarm swarm, Random random) throws Exception {
        List<PeerProcess> victims = random.nextInt(6) == 0 ? swarm.peers() : List.of(swarm.peer(random.nextInt(PEERS)));
        for (PeerProcess victim : victims) {
            victim.kill();
        }
        for (PeerProcess victim : victims) {
            victim.launch();
        }
        victims.forEach(PeerProcess::awaitReady);
        return victims.size();
    }

    private static void awaitProgress(List<Writer> writers, int writes) throws Exception {
        for (Writer writer : writers) {
            int wanted = writer.acknowledged() + writes;
            Eventually.holds(
                    writes + " more writes by " + writer, PeerProcess.PATIENCE, () -> writer.acknowledged() >= wanted);
        }
    }
}
