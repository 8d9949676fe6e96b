package dev.flotilla.raft.driver;

import static dev.flotilla.raft.driver.Substitutes.GENESIS;
import static dev.flotilla.raft.driver.Substitutes.peer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A newcomer may be a voter before its join is finished: what it has promised outlasts another attempt. */
class UnfinishedJoinTest {
    private static final PeerId SELF = peer(1);
    private static final PeerId CONTACT = peer(2);

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final LogStorage log = new InMemoryLogStorage();

    @Test
    void itsTermVoteAndEntriesStayWhenItIsTriedAgain() throws IOException {
        join();
        HardState voted = new HardState(7, CONTACT);
        Entry entry = new Entry(new EntryId(7, 1), Entry.Kind.NOOP, Bytes.EMPTY);
        log.write(List.of(new GroupWrite.Append(GENESIS, voted, List.of(entry))));

        join();

        assertThat(log.read(GENESIS)).contains(new StoredGroup(voted, EntryId.NONE, entry.id()));
    }

    /** Starts a node, has it try to join, and stops it, all over the same log. */
    private void join() throws IOException {
        try (var transport = network.join(SELF);
                NodeDriver node = NodeDriver.start(
                        transport,
                        new Substitutes.Credentials(SELF),
                        log,
                        new InMemorySnapshotStore(),
                        NodeSettings.defaults())) {
            node.join(Substitutes.ticket(CONTACT), new Substitutes.Nothing(), RaftConfig.defaults());
        }
    }
}
