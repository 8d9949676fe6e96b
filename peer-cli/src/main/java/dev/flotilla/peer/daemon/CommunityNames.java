package dev.flotilla.peer.daemon;

import dev.flotilla.raft.RaftNode;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this peer calls its communities: a table of name and genesis id beside the log. Each change is on disk before it
 * returns. Thread-safe.
 */
final class CommunityNames {
    private static final String TABLE = "communities";
    private static final String FOUNDINGS = "foundings";
    private static final Bytes OF_AN_OLD_VERSION = Bytes.utf8("1"); // which did not say of which group the founding is
    private static final Logger LOG = LoggerFactory.getLogger(CommunityNames.class);

    private final RaftNode node;
    private final Map<String, GenesisId> names = new TreeMap<>();

    private CommunityNames(RaftNode node) {
        this.node = node;
    }

    /**
     * Reads the names.
     *
     * @throws IOException if they cannot be read or are damaged
     */
    static CommunityNames open(RaftNode node) throws IOException {
        CommunityNames names = new CommunityNames(node);
        for (String name : node.keys(TABLE)) {
            names.names.put(name, read(node, TABLE, name));
        }
        return names;
    }

    private static GenesisId read(RaftNode node, String table, String name) throws IOException {
        Bytes genesis = node.get(table, name);
        if (genesis == null || genesis.size() != GenesisId.SIZE_BYTES) {
            throw new IOException("the log's table of " + table + " is damaged at '" + name + "'");
        }
        return new GenesisId(genesis);
    }

    /** The community of that name in a log that no node has open; null if there is none. */
    static @Nullable GenesisId find(LogStorage log, String name) throws IOException {
        Bytes genesis = log.get(TABLE, name);
        return genesis == null || genesis.size() != GenesisId.SIZE_BYTES ? null : new GenesisId(genesis);
    }

    /** What makes {@code name} that of {@code genesis}. */
    static GroupWrite naming(String name, GenesisId genesis) {
        return new GroupWrite.Put(TABLE, name, genesis.value());
    }

    /** By name, in order; a copy. */
    synchronized Map<String, GenesisId> all() {
        return new TreeMap<>(names);
    }

    synchronized Optional<String> name(GenesisId genesis) {
        return names.entrySet().stream()
                .filter(entry -> entry.getValue().equals(genesis))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    synchronized void put(String name, GenesisId genesis) throws IOException {
        Answers.await(node.put(TABLE, name, genesis.value()));
        names.put(name, genesis);
    }

    synchronized void remove(String name) throws IOException {
        Answers.await(node.put(TABLE, name, null));
        names.remove(name);
    }

    /**
     * To be called before a community is made that gets this name once its document is complete. What is left of an earlier
     * attempt goes first.
     */
    synchronized void beginFounding(String name, GenesisId genesis) throws IOException {
        takeBackFounding(name);
        Answers.await(node.put(FOUNDINGS, name, genesis.value()));
    }

    /** It has its name, or nothing is left of it. */
    void endFounding(String name) throws IOException {
        Answers.await(node.put(FOUNDINGS, name, null));
    }

    /**
     * Takes back each founding amid which the process ended: what it made of the document is not known, and nobody has
     * heard of the community but this peer, its only voter. One that has its name was complete. To be called before any
     * group is opened.
     */
    synchronized void endFoundings() throws IOException {
        for (String name : node.keys(FOUNDINGS)) {
            takeBackFounding(name);
        }
    }

    /** Removes what a founding of that name left, if one was begun and not ended: its community, unless that has its name. */
    synchronized void takeBackFounding(String name) throws IOException {
        Bytes row = node.get(FOUNDINGS, name);
        if (row == null) {
            return;
        } else if (row.equals(OF_AN_OLD_VERSION)) {
            LOG.warn(
                    "an older version did not finish making community {}: if it is here, it may not be complete", name);
        } else {
            GenesisId genesis = read(node, FOUNDINGS, name);
            if (name(genesis).isEmpty()) {
                if (node.groups().contains(genesis)) {
                    Answers.await(node.forget(genesis));
                }
                LOG.warn("community {} was not complete, it is removed; make it again", name);
            }
        }
        endFounding(name);
    }
}
