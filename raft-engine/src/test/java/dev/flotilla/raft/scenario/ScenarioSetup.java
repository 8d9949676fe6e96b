package dev.flotilla.raft.scenario;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.sim.Names;
import dev.flotilla.raft.sim.Payloads;
import dev.flotilla.raft.sim.SimLog;
import dev.flotilla.raft.sim.SimPeer;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Who is there when a script begins, on what they agreed, and what is on their disks: see {@link Scenario}. */
final class ScenarioSetup {
    private static final long T_NANOS = 1_000_000_000;

    private final Map<String, Long> config = new HashMap<>(Map.of(
            "append", 100_000L,
            "messages", 64L,
            "bytes", 200_000L,
            "entry", 1_000L,
            "uncommitted", 100_000L,
            "cache", 100_000L,
            "tail", 0L,
            "lag", 0L,
            "quiet", 0L));

    {
        config.put("handover", 0L);
        config.put("away", 0L);
        config.put("floor", 3L);
    }

    final List<String> founders = new ArrayList<>();
    final List<String> newcomers = new ArrayList<>();
    private final Map<String, List<EntryId>> logs = new HashMap<>();
    private final Map<String, Long> terms = new HashMap<>();
    private final Map<String, Integer> levels = new HashMap<>();
    private final Map<String, Integer> priorities = new HashMap<>();
    private Configuration founding = Configuration.of(List.of());

    /** Says whether {@code word} is one of those that say who is there. */
    boolean take(String word, List<String> words) {
        switch (word) {
            case "peers" -> founders.addAll(words);
            case "newcomers" -> newcomers.addAll(words);
            case "log" ->
                logs.put(
                        words.get(0),
                        words.subList(1, words.size()).stream()
                                .map(MessageParser::entryId)
                                .toList());
            case "term" -> terms.put(words.get(0), Long.parseLong(words.get(1)));
            case "priority" -> priorities.put(words.get(0), Integer.parseInt(words.get(1)));
            case "level" -> levels.put(words.get(0), Integer.parseInt(words.get(1)));
            case "group" -> words.forEach(this::agree);
            case "config" -> words.forEach(this::configure);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void configure(String setting) {
        String[] parts = setting.split("[=/]", 3);
        if (parts[0].equals("window")) {
            config.put("messages", Long.parseLong(parts[1]));
            config.put("bytes", Long.parseLong(parts[2]));
            config.put("append", Math.min(config.getOrDefault("append", 0L), Long.parseLong(parts[2])));
        } else if (config.replace(parts[0], Long.parseLong(parts[1])) == null) {
            throw new IllegalArgumentException("no setting '" + parts[0] + "'");
        }
    }

    private void agree(String setting) {
        String[] parts = setting.split("=", 2);
        switch (parts[0]) {
            case "level" -> founding = founding.withFeatureLevel(Integer.parseInt(parts[1]));
            case "lease" -> founding = founding.withSettings(settings(parts[1]));
            default -> throw new IllegalArgumentException("no setting of groups '" + parts[0] + "'");
        }
    }

    /** {@code 1000/20}. */
    static GroupSettings settings(String lease) {
        String[] parts = lease.split("/", 2);
        return new GroupSettings(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
    }

    private long setting(String name) {
        return config.getOrDefault(name, 0L);
    }

    void startAll(ScenarioWorld world) {
        RaftConfig settings = RaftConfig.defaults()
                .withElectionTimeout(Duration.ofNanos(T_NANOS))
                .withAppendBytesMax((int) setting("append"))
                .withWindow((int) setting("messages"), (int) setting("bytes"))
                .withEntryBytesMax((int) setting("entry"))
                .withBacklog(setting("uncommitted"), setting("uncommitted"))
                .withLogKept(setting("cache"), setting("tail"))
                .withPromotionLag(setting("lag"))
                .withHandoverAfter(Duration.ofMillis(setting("handover")))
                .withDemotion(Duration.ofSeconds(setting("away")), (int) setting("floor"));
        settings = setting("quiet") == 0
                ? settings.withoutQuiet()
                : settings.withQuietAfter(Duration.ofMillis(setting("quiet")));
        Set<PeerId> contacts = founders.stream().map(Names::peer).collect(Collectors.toCollection(HashSet::new));
        List<Member> members = founders.stream()
                .map(name -> Member.voter(Names.peer(name), Names.store(Names.peer(name), 1))
                        .withPriority(priorities.getOrDefault(name, 0)))
                .toList();
        List<String> everybody = new ArrayList<>(founders);
        everybody.addAll(newcomers);
        for (String name : everybody) {
            RaftConfig own = settings.withFeatureLevel(levels.getOrDefault(name, FeatureLevel.NEWEST));
            SimPeer peer = new SimPeer(name, world, own, new SplittableRandom(name.hashCode()), contacts);
            world.add(peer);
            if (founders.contains(name)) {
                preset(peer, members);
            }
            peer.start();
        }
    }

    private void preset(SimPeer peer, List<Member> members) {
        SimLog log = new SimLog();
        log.replace(List.of(Payloads.founding(founding.withMembers(members, List.of(), List.of(), List.of()))));
        long term = 1;
        for (EntryId id : logs.getOrDefault(peer.name(), List.of())) {
            log.replace(List.of(new Entry(id, Entry.Kind.NOOP, Bytes.EMPTY)));
            term = id.term();
        }
        peer.disk().preset(new HardState(terms.getOrDefault(peer.name(), term), null), log);
    }
}
