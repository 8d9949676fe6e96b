package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills, stops and restarts peers under load for {@code -Dsoak.seconds} (300), by {@code -Dsoak.seed} (of the clock), and
 * judges the clients' whole history.
 */
@Tag("soak")
class SoakIT {
    private static final int PEERS = 3;
    private static final int FAULTS_A_WORKLOAD = 12;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    private int kills;
    private int pauses;

    @Test
    void killedAndStoppedPeersLoseNothingAndReadNothingStale() throws Exception {
        Duration length = Duration.ofSeconds(Long.getLong("soak.seconds", 300));
        long seed = Long.getLong("soak.seed", System.currentTimeMillis());
        Random random = new Random(seed);
        try (Swarm swarm = Swarm.of(PEERS, directory)) {
            long end = System.nanoTime() + length.toNanos();
            for (int i = 1; System.nanoTime() < end; i++) {
                try (Workload workload = new Workload(swarm, "soak" + i, random.nextLong())) {
                    for (int fault = 0; fault < FAULTS_A_WORKLOAD && System.nanoTime() < end; fault++) {
                        strike(swarm, workload, random);
                        workload.awaitMore(swarm.peers(), 5 + random.nextInt(40));
                    }
                    System.out.println("soak with seed " + seed + ": " + workload.finish() + "; until now " + kills
                            + " kills, " + pauses + " pauses");
                    workload.forget();
                }
            }
            assertThat(kills + pauses).isPositive();
        }
    }

    private void strike(Swarm swarm, Workload workload, Random random) throws Exception {
        PeerProcess victim = random.nextBoolean() ? swarm.leader() : swarm.peer(random.nextInt(PEERS));
        switch (random.nextInt(6)) {
            case 0 -> kill(swarm.peers());
            case 1, 2 -> pause(swarm, workload, victim);
            default -> kill(List.of(victim));
        }
    }

    private void kill(List<PeerProcess> victims) throws Exception {
        for (PeerProcess victim : victims) {
            victim.kill();
        }
        for (PeerProcess victim : victims) {
            victim.launch();
        }
        victims.forEach(PeerProcess::awaitReady);
        kills += victims.size();
    }

    /** Until the others got on without it: if it led, it wakes as a leader of old. */
    private void pause(Swarm swarm, Workload workload, PeerProcess victim) throws Exception {
        List<PeerProcess> others = new ArrayList<>(swarm.peers());
        others.remove(victim);
        victim.pause();
        try {
            workload.awaitMore(others, 10);
        } finally {
            victim.resume();
        }
        pauses++;
    }
}
