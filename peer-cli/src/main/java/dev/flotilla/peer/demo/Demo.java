package dev.flotilla.peer.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The story: a few peers form a community, agree on some hundred changes, lose their leader without warning, go on, get
 * it back, and take in another peer that catches up from a snapshot.
 */
public final class Demo {
    public static final int PEERS_MIN = 3;
    public static final int PEERS_MAX = 7;
    private static final int CHANGES = 300;
    private static final int CHANGES_WITHOUT = 150;
    private static final double NANOS_PER_SECOND = 1e9;

    private final int count;
    private final Narrator narrator;

    /** @param count of peers to begin with, {@link #PEERS_MIN} to {@link #PEERS_MAX} */
    public Demo(int count, Narrator narrator) {
        this.count = count;
        this.narrator = narrator;
    }

    /**
     * Plays it in a directory of its own, which goes with it unless something went wrong.
     *
     * @return what differs in the end; empty if all agree
     */
    public List<String> play() throws IOException, CommandException, InterruptedException {
        Path parent = Files.createTempDirectory("flotilla-demo-");
        Swarm swarm = new Swarm(parent);
        Thread end = new Thread(swarm::close, "end of the demonstration");
        Runtime.getRuntime().addShutdownHook(end);
        try (swarm) {
            List<String> differences = play(swarm);
            if (!differences.isEmpty()) {
                narrator.fact("what the peers wrote stays in " + parent);
                return differences;
            }
        } catch (IOException | CommandException e) {
            narrator.fact("what the peers wrote stays in " + parent);
            throw e;
        } finally {
            removeHook(end);
        }
        delete(parent);
        return List.of();
    }

    private List<String> play(Swarm swarm) throws IOException, CommandException, InterruptedException {
        begin(swarm);
        write(swarm, CHANGES, "first");
        DemoPeer lost = loseLeader(swarm);
        write(swarm, CHANGES_WITHOUT, "second");
        bringBack(swarm, lost);
        takeInAnother(swarm);
        return compare(swarm);
    }

    private void begin(Swarm swarm) throws IOException, CommandException {
        narrator.step(count + " peers start, each with its own process, identity, log and port");
        swarm.add(count);
        for (DemoPeer peer : swarm.peers()) {
            narrator.fact("peer " + peer.name() + " listens on "
                    + peer.call(Json.object().put("command", "status"))
                            .path("addresses")
                            .path(0)
                            .asText());
        }
        DemoPeer founder = swarm.peers().get(0);
        narrator.step("peer " + founder.name() + " creates the community '" + Swarm.COMMUNITY + "'");
        ObjectNode create = Swarm.request("create");
        ObjectNode document = create.putObject("document");
        swarm.peers().forEach(peer -> document.putObject(peer.name()));
        narrator.fact("genesis " + founder.call(create).path("genesis").asText());
        narrator.step("the others join, each by a ticket of its own");
        for (DemoPeer peer : swarm.peers().subList(1, count)) {
            join(founder, peer);
        }
    }

    private void join(DemoPeer member, DemoPeer newcomer) throws IOException, CommandException {
        long start = System.nanoTime();
        JsonNode ticket = member.call(Swarm.request("invite")).path("ticket");
        ObjectNode request = Json.object().put("command", "join");
        request.set("ticket", ticket);
        JsonNode joined = newcomer.call(request);
        narrator.fact("peer " + newcomer.name() + " is a voter, at index "
                + joined.path("lastApplied").asLong() + ", after " + since(start));
    }

    private void write(Swarm swarm, int changes, String round) throws IOException, CommandException {
        List<DemoPeer> writers = swarm.running();
        int each = changes / writers.size();
        narrator.step(each * writers.size() + " changes, from all " + writers.size() + " peers at once");
        long start = System.nanoTime();
        swarm.atOnce(writers, peer -> {
            for (int i = 1; i <= each; i++) {
                Swarm.put(
                        peer,
                        "/" + peer.name() + "/" + round + "-" + i,
                        Json.nodes().numberNode(i));
            }
        });
        DemoPeer leader = swarm.awaitLeader();
        JsonNode status = Swarm.status(leader);
        narrator.fact("agreed on up to index " + status.path("commitIndex").asLong() + " in " + since(start) + ", peer "
                + leader.name() + " leads in term " + status.path("term").asLong());
    }

    private DemoPeer loseLeader(Swarm swarm) throws IOException, CommandException, InterruptedException {
        DemoPeer leader = swarm.awaitLeader();
        narrator.step("peer " + leader.name() + ", the leader, is killed without warning");
        long start = System.nanoTime();
        leader.kill();
        DemoPeer next = swarm.awaitLeader();
        narrator.fact("peer " + next.name() + " leads in term "
                + Swarm.status(next).path("term").asLong() + ", the swarm was without a leader for " + since(start));
        return leader;
    }

    private void bringBack(Swarm swarm, DemoPeer lost) throws IOException, CommandException {
        narrator.step("peer " + lost.name() + " comes back, with the log that it had");
        long target = Swarm.status(swarm.awaitLeader()).path("commitIndex").asLong();
        long start = System.nanoTime();
        lost.start();
        JsonNode status = swarm.awaitApplied(lost, target);
        narrator.fact("it is a " + status.path("role").asText() + " and has caught up to index " + target + ", "
                + since(start) + " after its start");
    }

    private void takeInAnother(Swarm swarm) throws IOException, CommandException {
        narrator.step("each peer takes a snapshot, so that the log before it can go");
        for (DemoPeer peer : swarm.running()) {
            JsonNode snapshot = peer.call(Swarm.request("snapshot"));
            narrator.fact("peer " + peer.name() + " at index "
                    + snapshot.path("index").asLong() + ", "
                    + snapshot.path("bytes").asLong() + " bytes");
        }
        narrator.step("one more peer joins");
        DemoPeer newcomer = swarm.add(1).get(0);
        join(swarm.awaitLeader(), newcomer);
        narrator.fact("it began with the snapshot at index "
                + Swarm.status(newcomer).path("snapshotIndex").asLong());
        Swarm.put(newcomer, "/" + newcomer.name(), Json.object().put("hello", true));
    }

    private List<String> compare(Swarm swarm) throws IOException, CommandException {
        narrator.step("all documents are compared");
        List<String> differences = new ArrayList<>();
        DemoPeer first = swarm.peers().get(0);
        JsonNode expected = Swarm.document(first);
        for (DemoPeer peer : swarm.peers()) {
            JsonNode document = Swarm.document(peer);
            narrator.fact("peer " + peer.name() + ": " + Json.bytes(document).size() + " bytes at index "
                    + Swarm.status(peer).path("lastApplied").asLong());
            expected.properties().forEach(member -> {
                if (!member.getValue().equals(document.get(member.getKey()))) {
                    differences.add(
                            "peer " + peer.name() + " differs from peer " + first.name() + " at /" + member.getKey());
                }
            });
            if (document.size() != expected.size()) {
                differences.add("peer " + peer.name() + " has other members than peer " + first.name());
            }
        }
        differences.addAll(lost(swarm, expected));
        return differences;
    }

    /** Every change was acknowledged, so every one must be there. */
    private List<String> lost(Swarm swarm, JsonNode document) {
        int found = 0;
        for (DemoPeer peer : swarm.peers().subList(0, count)) {
            found += document.path(peer.name()).size();
        }
        int expected = CHANGES / count * count + CHANGES_WITHOUT / (count - 1) * (count - 1);
        return found == expected
                ? List.of()
                : List.of("of " + expected + " changes that were acknowledged " + found + " are there");
    }

    private static String since(long startNanos) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - startNanos) / NANOS_PER_SECOND);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            Thread.currentThread().interrupt(); // the process ends already, and the hook with it
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
