package dev.flotilla.raft.driver;

import static dev.flotilla.raft.driver.Substitutes.GENESIS;
import static dev.flotilla.raft.driver.Substitutes.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log that goes on behind a snapshot which is not there: a state machine must not begin amid it. */
class GroupFilesTest {
    private static final PeerId SELF = peer(1);
    private static final EntryId BASE = new EntryId(2, 5);
    private static final EntryId LAST = new EntryId(2, 6);

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final InMemoryLogStorage log = new InMemoryLogStorage();
    private final InMemorySnapshotStore snapshots = new InMemorySnapshotStore();

    @BeforeEach
    void write() throws IOException {
        HardState hardState = new HardState(2, null);
        Entry behind = MessageSamples.entry(LAST.term(), LAST.index(), "a");
        log.write(List.of(
                new GroupWrite.Rebase(GENESIS, hardState, BASE, false),
                new GroupWrite.Append(GENESIS, hardState, List.of(behind))));
    }

    private void open() throws IOException {
        try (var transport = network.join(SELF);
                NodeDriver node = NodeDriver.start(
                        transport, new Substitutes.Credentials(SELF), log, snapshots, NodeSettings.defaults())) {
            node.open(GENESIS, new Substitutes.Nothing(), RaftConfig.defaults());
        }
    }

    @Test
    void aMissingSnapshotIsNoEmptyOne() throws Exception {
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessage("the log of group " + GENESIS
                        + " begins after 2/5, but there is no snapshot of what was before");
        assertThat(log.read(GENESIS)).map(StoredGroup::last).contains(LAST);
    }

    @Test
    void aSnapshotOfLessIsRefused() throws Exception {
        Configuration alone = Configuration.of(List.of(Member.voter(SELF, MessageSamples.storeId(1))));
        snapshots.save(GENESIS, new EntryId(2, 4), alone, new EntryId(1, 1), out -> {});
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessage("the log of group " + GENESIS + " begins after 2/5, but its newest snapshot ends at 2/4");
        assertThat(log.read(GENESIS)).map(StoredGroup::last).contains(LAST);
    }
}
