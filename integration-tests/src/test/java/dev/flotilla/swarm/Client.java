package dev.flotilla.swarm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.flotilla.peer.control.CommandException;
import dev.flotilla.swarm.ListHistory.Fate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Appends to lists of a community's document and reads them, one operation after the other, through one peer's daemon,
 * whether that lives or not, and records what it was told.
 */
final class Client implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000_000;

    private final PeerProcess peer;
    private final String community;
    private final String name;
    private final List<ListHistory> lists;
    private final Random random;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final CompletableFuture<Void> ended;
    private @Nullable Requests requests; // of the client's thread
    private volatile boolean stopping;
    private volatile String lastFailure = "none";

    Client(PeerProcess peer, String community, String name, List<ListHistory> lists, long seed) {
        this.peer = peer;
        this.community = community;
        this.name = name;
        this.lists = List.copyOf(lists);
        this.random = new Random(seed);
        this.ended = CompletableFuture.runAsync(this::run, task -> new Thread(task, "client " + name).start());
    }

    /** How many appends were acknowledged. */
    int acknowledged() {
        return acknowledged.get();
    }

    private void run() {
        for (int number = 1; !stopping; number++) {
            ListHistory list = lists.get(random.nextInt(lists.size()));
            boolean goesOn = random.nextInt(4) == 0 ? read(list) : append(list, name + "-" + number);
            if (!goesOn) {
                disconnect();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        disconnect();
    }

    private boolean append(ListHistory list, String value) {
        long start = System.nanoTime();
        try {
            connected()
                    .add(
                            community,
                            "/" + list.name() + "/-",
                            PeerProcess.JSON.getNodeFactory().textNode(value));
            list.appended(value, start, System.nanoTime(), Fate.DONE);
            acknowledged.incrementAndGet();
            return true;
        } catch (CommandException e) {
            boolean isRefused = e.line().startsWith("nothing was done");
            list.appended(value, start, System.nanoTime(), isRefused ? Fate.REFUSED : Fate.UNKNOWN);
            return failed(e);
        } catch (IOException e) {
            list.appended(value, start, System.nanoTime(), Fate.UNKNOWN);
            return failed(e);
        }
    }

    private boolean read(ListHistory list) {
        boolean linearizable = random.nextInt(3) != 0;
        long start = System.nanoTime();
        try {
            JsonNode answer = connected()
                    .call(
                            "get",
                            "community",
                            community,
                            "pointer",
                            "/" + list.name(),
                            "consistency",
                            linearizable ? "linearizable" : "local");
            list.read(texts(answer.path("value")), start, System.nanoTime(), linearizable);
            return true;
        } catch (CommandException | IOException e) { // a read that failed says nothing
            return failed(e);
        }
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private boolean failed(Exception e) {
        failures.incrementAndGet();
        lastFailure = String.valueOf(e.getMessage());
        return false;
    }

    private Requests connected() throws IOException, CommandException {
        Requests open = requests;
        if (open == null) {
            open = new Requests(peer);
            requests = open;
        }
        return open;
    }

    private void disconnect() {
        Requests open = requests;
        if (open != null) {
            open.close();
            requests = null;
        }
    }

    /** Stops, and waits for the operation that is under way. */
    @Override
    public void close() {
        stopping = true;
        ended.join();
    }

    @Override
    public String toString() {
        return "client " + name + ": " + acknowledged + " acknowledged, " + failures + " failed, the last with: "
                + lastFailure;
    }
}
