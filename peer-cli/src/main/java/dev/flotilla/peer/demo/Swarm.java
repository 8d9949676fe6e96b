package dev.flotilla.peer.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The peers of the demonstration and what they are asked for. */
final class Swarm implements AutoCloseable {
    static final String COMMUNITY = "demo";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final Path parent;
    private final List<DemoPeer> peers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "demo");
        thread.setDaemon(true);
        return thread;
    });

    Swarm(Path parent) {
        this.parent = parent;
    }

    List<DemoPeer> peers() {
        return List.copyOf(peers);
    }

    List<DemoPeer> running() {
        return peers.stream().filter(DemoPeer::isRunning).toList();
    }

    /** Starts {@code count} more peers, all at once. */
    List<DemoPeer> add(int count) throws IOException, CommandException {
        List<DemoPeer> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(new DemoPeer(String.valueOf((char) ('A' + peers.size() + i)), parent));
        }
        peers.addAll(added);
        atOnce(added, DemoPeer::start);
        return added;
    }

    /** Something done with a peer. */
    @FunctionalInterface
    interface Work {
        void with(DemoPeer peer) throws IOException, CommandException;
    }

    /** Does {@code work} with all {@code chosen} at the same time and waits for all. */
    void atOnce(List<DemoPeer> chosen, Work work) throws IOException, CommandException {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (DemoPeer peer : chosen) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            work.with(peer);
                        } catch (IOException | CommandException e) {
                            throw new CompletionException(e);
                        }
                    },
                    threads));
        }
        try {
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof CommandException cause) {
                throw cause;
            }
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    static ObjectNode request(String command) {
        return Json.object().put("command", command).put("community", COMMUNITY);
    }

    /** The community as {@code peer} sees it. */
    static JsonNode status(DemoPeer peer) throws IOException, CommandException {
        return peer.call(request("status")).path("communities").path(0);
    }

    static JsonNode document(DemoPeer peer) throws IOException, CommandException {
        return peer.call(request("get").put("pointer", "")).path("value");
    }

    /** Puts {@code value} there; tries again until it is acknowledged, since putting it twice is the same as once. */
    static void put(DemoPeer peer, String pointer, JsonNode value) throws IOException, CommandException {
        ObjectNode request = request("patch");
        request.putArray("patch")
                .addObject()
                .put("op", "add")
                .put("path", pointer)
                .set("value", value);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (; ; ) {
            try {
                peer.call(request);
                return;
            } catch (CommandException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                pause();
            }
        }
    }

    /** The running peer that leads, once one does. */
    DemoPeer awaitLeader() throws IOException, CommandException {
        return await("a leader", () -> {
            for (DemoPeer peer : running()) {
                if (status(peer).path("role").asText().equals("leader")) {
                    return Optional.of(peer);
                }
            }
            return Optional.empty();
        });
    }

    /** Waits until {@code peer} has applied all up to {@code index}; returns its status. */
    JsonNode awaitApplied(DemoPeer peer, long index) throws IOException, CommandException {
        return await("peer " + peer.name() + " to apply index " + index, () -> Optional.of(status(peer))
                .filter(status -> status.path("lastApplied").asLong() >= index));
    }

    /** A look at what may be there by now. */
    @FunctionalInterface
    private interface Look<T> {
        Optional<T> take() throws IOException, CommandException;
    }

    private static <T> T await(String what, Look<T> look) throws IOException, CommandException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<T> seen = look.take();
            if (seen.isPresent()) {
                return seen.get();
            }
            pause();
        }
        throw new IOException("waited " + PATIENCE.toSeconds() + " s for " + what + ", in vain");
    }

    private static void pause() {
        new CompletableFuture<Boolean>()
                .completeOnTimeout(true, GLANCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void close() {
        try {
            atOnce(peers(), DemoPeer::close);
        } catch (IOException | CommandException e) {
            throw new IllegalStateException("closing throws neither", e);
        } finally {
            threads.shutdown();
        }
    }
}
