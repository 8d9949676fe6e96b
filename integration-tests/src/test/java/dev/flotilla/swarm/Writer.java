package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes numbers, one after the other, into slots of a community's document, through one peer's daemon, whether that
 * lives or not, and remembers which were acknowledged.
 */
final class Writer implements AutoCloseable {
    private static final int SLOTS = 32;
    private static final long PAUSE_NANOS = 20_000_000;

    private final PeerProcess peer;
    private final String community;
    private final String name;
    private final Map<Integer, Integer> acknowledged = new ConcurrentHashMap<>(); // the last number by slot
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final CompletableFuture<Void> ended;
    private volatile boolean stopping;
    private volatile String lastFailure = "none";

    Writer(PeerProcess peer, String community, String name) {
        this.peer = peer;
        this.community = community;
        this.name = name;
        this.ended = CompletableFuture.runAsync(this::run, task -> new Thread(task, "writer " + name).start());
    }

    /** How many writes were acknowledged. */
    int acknowledged() {
        return count.get();
    }

    private void run() {
        @Nullable Requests requests = null;
        int number = 0;
        while (!stopping) {
            try {
                if (requests == null) {
                    requests = new Requests(peer);
                }
                number++;
                int slot = number % SLOTS;
                requests.add(
                        community,
                        "/" + name + "-" + slot,
                        PeerProcess.JSON.getNodeFactory().numberNode(number));
                acknowledged.put(slot, number);
                count.incrementAndGet();
            } catch (CommandException | IOException e) {
                failures.incrementAndGet();
                lastFailure = String.valueOf(e.getMessage());
                close(requests);
                requests = null;
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        close(requests);
    }

    private static void close(@Nullable Requests requests) {
        if (requests != null) {
            requests.close();
        }
    }

    /** Stops writing and waits for the write that is under way. */
    @Override
    public void close() {
        stopping = true;
        ended.join();
    }

    /** Every acknowledged number is in {@code document}, or a later one of the same slot. */
    void assertNothingLost(JsonNode document) {
        acknowledged.forEach(
                (slot, number) -> assertThat(document.path(name + "-" + slot).asInt(-1))
                        .as("slot %d of %s in %s", slot, this, document)
                        .isGreaterThanOrEqualTo(number));
    }

    @Override
    public String toString() {
        return "writer " + name + ": " + count + " acknowledged, " + failures + " failed, the last with: "
                + lastFailure;
    }
}
