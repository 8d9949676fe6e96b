package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What all records say, in memory: where each live entry is, the state of each group, and the small tables whole. Changed
 * by one record after the other, in a replay and behind each write alike.
 */
final class LogIndex {
    private final LiveBytes live = new LiveBytes();
    private final Map<GenesisId, GroupIndex> groups = new TreeMap<>();
    private final Map<String, TreeMap<String, TableValue>> tables = new TreeMap<>();
    private long oldest = 1;

    private record TableValue(Bytes value, long place, int payloadBytes) {}

    /**
     * Takes the next record.
     *
     * @param payload needed of groups and tables alone
     * @param isDamaged of entries and groups: the payload is lost
     * @throws MalformedMessageException if the payload is not what it should be
     */
    void apply(RecordHead head, Bytes payload, boolean isDamaged, long place) throws MalformedMessageException {
        switch (head.kind()) {
            case ENTRY -> group(head).append(head, place, isDamaged);
            case COPY -> group(head).put(head, place, isDamaged);
            case LOST_ENTRY -> group(head).put(head, place, true);
            case GROUP -> {
                StoredGroup group = isDamaged ? null : LogRecord.group(head.id(), payload);
                group(head).group(group, place, head.payloadBytes());
            }
            case LOST_GROUP -> group(head).group(null, place, head.payloadBytes());
            case DELETE -> {
                GroupIndex removed = groups.remove(head.genesis());
                if (removed != null) {
                    removed.remove();
                }
            }
            case PUT, REMOVE -> applyToTable(head, TableKey.decode(payload), place);
            case OLDEST -> {
                if (payload.size() != Long.BYTES) {
                    throw new MalformedMessageException("a segment's number has " + payload.size() + " bytes");
                }
                oldest = Math.max(oldest, payload.asByteBuffer().getLong());
            }
        }
    }

    private GroupIndex group(RecordHead head) {
        return groups.computeIfAbsent(head.genesis(), created -> new GroupIndex(live));
    }

    private void applyToTable(RecordHead head, TableKey.Found found, long place) {
        String key = found.key().key();
        TreeMap<String, TableValue> table = tables.computeIfAbsent(found.key().table(), created -> new TreeMap<>());
        TableValue before = head.kind() == RecordHead.Kind.PUT
                ? table.put(key, new TableValue(found.value(), place, head.payloadBytes()))
                : table.remove(key);
        if (head.kind() == RecordHead.Kind.PUT) {
            live.add(place, head.payloadBytes());
        }
        if (before != null) {
            live.remove(before.place, before.payloadBytes);
        }
    }

    /** Whether that record is the one that counts: if it is moved, it must be written again. */
    boolean isLive(RecordHead head, Bytes payload, long place) throws MalformedMessageException {
        return switch (head.kind()) {
            case ENTRY, COPY, LOST_ENTRY -> {
                GroupIndex group = groups.get(head.genesis());
                yield group != null && group.entries.place(head.id().index()) == place;
            }
            case GROUP, LOST_GROUP -> {
                GroupIndex group = groups.get(head.genesis());
                yield group != null && group.groupPlace() == place;
            }
            case PUT -> {
                TableKey key = TableKey.decode(payload).key();
                TableValue value =
                        tables.getOrDefault(key.table(), new TreeMap<>()).get(key.key());
                yield value != null && value.place == place;
            }
            case DELETE, REMOVE, OLDEST -> false;
        };
    }

    LiveBytes live() {
        return live;
    }

    /** Segments before that are no longer needed. */
    long oldest() {
        return oldest;
    }

    void atLeastOldest(long segment) {
        oldest = Math.max(oldest, segment);
    }

    Set<GenesisId> groups() {
        return new TreeSet<>(groups.keySet());
    }

    @Nullable
    GroupIndex group(GenesisId genesis) {
        return groups.get(genesis);
    }

    /**
     * What is stored of a group, for the plan of a round.
     *
     * @throws IllegalArgumentException if its hard state is lost
     */
    Optional<StoredGroup> stored(GenesisId genesis) {
        GroupIndex group = groups.get(genesis);
        if (group == null) {
            return Optional.empty();
        }
        StoredGroup stored = group.stored();
        if (stored == null) {
            throw new IllegalArgumentException(
                    "the hard state of group " + genesis + " is damaged: it can only be deleted");
        }
        return Optional.of(stored);
    }

    @Nullable
    Bytes get(String table, String key) {
        TableValue value = tables.getOrDefault(table, new TreeMap<>()).get(key);
        return value == null ? null : value.value;
    }

    List<String> keys(String table) {
        return List.copyOf(tables.getOrDefault(table, new TreeMap<>()).keySet());
    }

    Set<String> tables() {
        Set<String> names = new TreeSet<>(tables.keySet());
        names.removeIf(name -> keys(name).isEmpty());
        return names;
    }
}
