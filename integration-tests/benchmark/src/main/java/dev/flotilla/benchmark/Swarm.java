package dev.flotilla.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Three peers of one contender, each a process. */
final class Swarm implements AutoCloseable {
    static final int PEERS = 3;

    private static final long POLL_MILLIS = 1;
    private static final int SNAPSHOTS = 2; // one may keep the log back to the one before
    private static final Duration FAULT_PATIENCE = Duration.ofMinutes(2); // jgroups-raft takes over one
    private static final Duration TRANSFER_PATIENCE = Duration.ofMinutes(5);

    private final Library library;
    private final Path run;
    private final Disk disk;
    private final List<Integer> ports;
    private final boolean patient;
    private final int groups;
    private final BenchmarkSettings settings;
    private final List<PeerProcess> peers = new ArrayList<>(); // by number

    /** What a load came to, what all peers together used for it, and what the disk did meanwhile. */
    record Measured(Load.Outcome outcome, Usage usage, Disk.Work disk) {}

    /** What befalls a leader. */
    enum Fault {
        /** Its process is killed: the system closes its connections. */
        KILL {
            @Override
            void befall(PeerProcess leader) throws InterruptedException {
                leader.kill();
            }
        },
        /** Its process is stopped: its connections stay open, and it is silent. */
        STOP {
            @Override
            void befall(PeerProcess leader) throws IOException, InterruptedException {
                leader.stop();
            }
        };

        abstract void befall(PeerProcess leader) throws IOException, InterruptedException;
    }

    private Swarm(Library library, boolean patient, int groups, BenchmarkSettings settings) throws IOException {
        this.library = library;
        this.patient = patient;
        this.groups = groups;
        this.settings = settings;
        this.ports = freePorts();
        this.run = settings.newDirectory(library.toString());
        this.disk = Disk.of(run);
    }

    /**
     * Starts them on empty directories and waits until they have a leader.
     *
     * @param patient whether they may have longer time-outs than by default, if they need them under load
     */
    static Swarm start(Library library, boolean patient, BenchmarkSettings settings)
            throws IOException, InterruptedException {
        return start(library, patient, 1, settings);
    }

    /** The same with so many groups, all of which have a leader. */
    static Swarm start(Library library, boolean patient, int groups, BenchmarkSettings settings)
            throws IOException, InterruptedException {
        Swarm swarm = new Swarm(library, patient, groups, settings);
        try {
            for (int i = 0; i < PEERS; i++) {
                swarm.peers.add(swarm.launch(i));
            }
            for (PeerProcess peer : swarm.peers) {
                peer.expect("starts", Wait.PATIENCE);
                peer.expect("ready", Wait.patience(groups));
            }
            swarm.awaitLeaders();
            return swarm;
        } catch (IOException | InterruptedException e) {
            swarm.close();
            throw e;
        }
    }

    private PeerProcess launch(int number) throws IOException {
        Path directory = run.resolve("peer-" + number);
        return new PeerProcess(library, run, new Contender.Place(directory, number, ports, patient, groups), settings);
    }

    /** As the system gives them; should somebody take one before its peer does, the peer says so. */
    private static List<Integer> freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < PEERS; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** How many groups each peer leads, in all as many as there are. */
    private List<Integer> awaitLeaders() throws IOException, InterruptedException {
        List<Integer> led = new ArrayList<>();
        Wait.until("leaders of " + groups + " groups of " + library, Wait.patience(groups), () -> {
            led.clear();
            for (PeerProcess peer : peers) {
                led.add(peer.ask("leads", Integer.class));
            }
            return led.stream().mapToInt(Integer::intValue).sum() == groups;
        });
        return led;
    }

    /** The only peer that leads. */
    private PeerProcess awaitLeader() throws IOException, InterruptedException {
        List<PeerProcess> leaders = new ArrayList<>();
        Wait.until("one leader of " + library, () -> {
            leaders.clear();
            for (PeerProcess peer : peers) {
                if (peer.ask("leader", Boolean.class)) {
                    leaders.add(peer);
                }
            }
            return leaders.size() == 1;
        });
        return leaders.get(0);
    }

    /** Runs {@code load} on the leader or on a follower; returns once all have applied the same. */
    Measured run(Load load, boolean atLeader) throws IOException, InterruptedException {
        PeerProcess leader = awaitLeader();
        PeerProcess peer = atLeader
                ? leader
                : peers.stream().filter(other -> other != leader).findFirst().orElseThrow();
        return run(Map.of(peer, load), peers);
    }

    /** Divides {@code load} among the leaders of all groups; returns once all have applied the same. */
    Measured runOverGroups(Load load) throws IOException, InterruptedException {
        List<Load> loads = load.spread(awaitLeaders());
        Map<PeerProcess, Load> byPeer = new LinkedHashMap<>();
        for (int i = 0; i < PEERS; i++) {
            if (loads.get(i).outstanding() > 0) {
                byPeer.put(peers.get(i), loads.get(i));
            }
        }
        return run(byPeer, peers);
    }

    /** Does nothing, for as long as {@code load} lasts. */
    Measured idle(Load load) throws IOException, InterruptedException {
        pause(load.warmUpSeconds());
        Usage before = usage(peers);
        Disk.Work diskBefore = disk.work();
        long beginNanos = System.nanoTime();
        pause(load.seconds());
        double seconds = (System.nanoTime() - beginNanos) / 1e9;
        return new Measured(
                Load.Outcome.idle(seconds),
                usage(peers).since(before),
                disk.work().since(diskBefore));
    }

    private static void pause(double seconds) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(Math.round(seconds * 1e6));
    }

    private Measured run(Map<PeerProcess, Load> loads, List<PeerProcess> all) throws IOException, InterruptedException {
        for (var entry : loads.entrySet()) {
            entry.getKey().send("load " + BenchmarkPeer.JSON.writeValueAsString(entry.getValue()));
        }
        for (var entry : loads.entrySet()) {
            entry.getKey().expect("begins", patience(entry.getValue().warmUpSeconds()));
        }
        Usage before = usage(all);
        Disk.Work diskBefore = disk.work();
        List<Load.Outcome> outcomes = new ArrayList<>();
        for (var entry : loads.entrySet()) {
            outcomes.add(entry.getKey()
                    .receive(Load.Outcome.class, patience(entry.getValue().seconds())));
        }
        Usage used = usage(all).since(before);
        Disk.Work work = disk.work().since(diskBefore);
        for (PeerProcess peer : loads.keySet()) {
            peer.expect("ended", Wait.PATIENCE);
        }
        awaitSameLedgers(all, Wait.PATIENCE);
        return new Measured(outcomes.stream().reduce(Load.Outcome::plus).orElseThrow(), used, work);
    }

    private static Duration patience(double seconds) {
        return Wait.PATIENCE.plusMillis(Math.round(seconds * 1e3));
    }

    private static Usage usage(List<PeerProcess> all) throws IOException {
        Usage sum = Usage.NONE;
        for (PeerProcess peer : all) {
            sum = sum.plus(peer.usage());
        }
        return sum;
    }

    /** As many commands on all peers, and the same ones in the same order. */
    private void awaitSameLedgers(List<PeerProcess> all, Duration patience) throws IOException, InterruptedException {
        Set<Ledger.State> states = new HashSet<>();
        Wait.until("the peers of " + library + " to have applied as much", patience, () -> {
            states.clear();
            for (PeerProcess peer : all) {
                states.add(peer.ask("ledger", Ledger.State.class));
            }
            return states.stream().mapToLong(Ledger.State::count).distinct().count() == 1;
        });
        if (states.size() > 1) {
            throw new IOException("the peers of " + library + " have not applied the same: " + states);
        }
    }

    /** Has {@code fault} befall the leader; returns how many seconds later a write at another, which leads then, is applied. */
    double failOver(Fault fault) throws IOException, InterruptedException {
        PeerProcess leader = awaitLeader();
        List<PeerProcess> survivors =
                peers.stream().filter(peer -> peer != leader).toList();
        long beginNanos = System.nanoTime();
        fault.befall(leader);
        long deadlineNanos = beginNanos + FAULT_PATIENCE.toNanos();
        while (System.nanoTime() - deadlineNanos < 0) {
            for (PeerProcess peer : survivors) {
                if (peer.ask("leader", Boolean.class)
                        && peer.ask("write", String.class).equals(BenchmarkPeer.DONE)) {
                    double seconds = (System.nanoTime() - beginNanos) / 1e9;
                    if (fault == Fault.KILL) {
                        bringBack(peers.indexOf(leader));
                    } else {
                        leader.goOn();
                        awaitSameLedgers(peers, Wait.PATIENCE);
                    }
                    return seconds;
                }
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException(library + " has no new leader " + FAULT_PATIENCE + " after the last one fell silent");
    }

    /**
     * Kills a follower, runs {@code load} without it, and brings it back.
     */
    Recovered catchUp(Load load) throws IOException, InterruptedException {
        PeerProcess leader = awaitLeader();
        PeerProcess follower =
                peers.stream().filter(peer -> peer != leader).findFirst().orElseThrow();
        follower.kill();
        run(
                Map.of(leader, load),
                peers.stream().filter(peer -> peer != follower).toList());
        return bringBack(peers.indexOf(follower));
    }

    /**
     * What the transfer of a snapshot came to.
     *
     * @param seconds from the start of the follower, that of the JVM not counted, until it had what its leader had then
     * @param writesBefore a second at the leader, without the follower
     * @param writesMeanwhile from the follower's start on
     * @param copySeconds a plain copy of as many bytes between the same peers; negative if there is no such thing
     */
    record Transferred(double seconds, double writesBefore, double writesMeanwhile, double copySeconds) {

        /** In words, with the rates of so many bytes. */
        String describe(long bytes) {
            String rates = String.format(Locale.ROOT, "%.1f MB/s", bytes / seconds / 1e6);
            if (copySeconds > 0) {
                rates += String.format(
                        Locale.ROOT,
                        ", %.2f of the %.1f MB/s of a plain copy",
                        copySeconds / seconds,
                        bytes / copySeconds / 1e6);
            }
            return rates
                    + String.format(
                            Locale.ROOT,
                            "; at the leader %,.0f writes/s meanwhile, %,.0f before",
                            writesMeanwhile,
                            writesBefore);
        }
    }

    /** Kills a follower, has the log shortened beyond what it has, and brings it back while {@code load} runs. */
    Transferred transferSnapshot(Load missed, Load load, long bytes) throws IOException, InterruptedException {
        PeerProcess leader = awaitLeader();
        PeerProcess follower =
                peers.stream().filter(peer -> peer != leader).findFirst().orElseThrow();
        int number = peers.indexOf(follower);
        List<PeerProcess> others =
                peers.stream().filter(peer -> peer != follower).toList();
        follower.kill();
        for (int i = 0; i < SNAPSHOTS; i++) {
            run(Map.of(leader, missed), others);
            takeSnapshot(leader);
        }
        Load.Outcome before = run(Map.of(leader, load), others).outcome();
        long goal = leader.ask("ledger", Ledger.State.class).count();
        PeerProcess peer = launch(number);
        peers.set(number, peer).close();
        peer.expect("starts", Wait.PATIENCE);
        long beginNanos = System.nanoTime();
        leader.send("load " + BenchmarkPeer.JSON.writeValueAsString(load.atOnce()));
        peer.expect("ready", Wait.patience(groups));
        Wait.until(
                "the snapshot to be there",
                TRANSFER_PATIENCE,
                () -> peer.ask("ledger", Ledger.State.class).count() >= goal);
        double seconds = (System.nanoTime() - beginNanos) / 1e9;
        leader.expect("begins", Wait.PATIENCE);
        Load.Outcome meanwhile = leader.receive(Load.Outcome.class, patience(load.seconds()));
        leader.expect("ended", Wait.PATIENCE);
        awaitSameLedgers(peers, Wait.PATIENCE);
        double copy = peer.ask("copy " + peers.indexOf(leader) + " " + bytes, Double.class);
        return new Transferred(seconds, before.perSecond(), meanwhile.perSecond(), copy);
    }

    private static void takeSnapshot(PeerProcess peer) throws IOException, InterruptedException {
        String said = peer.ask("snapshot", String.class);
        if (!said.equals(BenchmarkPeer.DONE)) {
            throw new IOException("no snapshot was taken: " + said);
        }
    }

    /** Kills a follower and brings it back: all that it had is on its disk. */
    Recovered restartFollower() throws IOException, InterruptedException {
        PeerProcess leader = awaitLeader();
        PeerProcess follower =
                peers.stream().filter(peer -> peer != leader).findFirst().orElseThrow();
        follower.kill();
        return bringBack(peers.indexOf(follower));
    }

    /**
     * How long a peer took from its start, that of the JVM not counted.
     *
     * @param follows seconds until it had a leader
     * @param applied and until it had applied as much as the others
     */
    record Recovered(double follows, double applied) {}

    /** Starts a killed peer again. */
    private Recovered bringBack(int number) throws IOException, InterruptedException {
        PeerProcess peer = launch(number);
        peers.set(number, peer).close();
        peer.expect("starts", Wait.PATIENCE);
        long beginNanos = System.nanoTime();
        peer.expect("ready", Wait.PATIENCE);
        Wait.until("a leader of the peer that was brought back", () -> peer.ask("follows", Boolean.class));
        double follows = (System.nanoTime() - beginNanos) / 1e9;
        awaitSameLedgers(peers, TRANSFER_PATIENCE);
        return new Recovered(follows, (System.nanoTime() - beginNanos) / 1e9);
    }

    /** Ends the peers and removes their data. */
    @Override
    public void close() throws IOException {
        for (PeerProcess peer : peers) {
            peer.close();
        }
        Directories.remove(run);
    }
}
