package dev.flotilla.raft.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.InMemorySnapshotStore;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerCredentials;
import dev.flotilla.transport.PeerId;
import dev.flotilla.transport.memory.InMemoryNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A newcomer may be a voter before its join is finished: what it has promised outlasts another attempt. */
class UnfinishedJoinTest {
    private static final PeerId SELF = peer(1);
    private static final PeerId CONTACT = peer(2);
    private static final GenesisId GENESIS = new GenesisId(Bytes.wrap(new byte[GenesisId.SIZE_BYTES]));
    private static final Ticket TICKET = new Ticket(
            "community",
            GENESIS,
            Member.Role.VOTER,
            Long.MAX_VALUE,
            Bytes.wrap(new byte[Ticket.NONCE_BYTES]),
            List.of(new Ticket.Contact(CONTACT, List.of())),
            CONTACT,
            Bytes.EMPTY);

    private final InMemoryNetwork network = new InMemoryNetwork();
    private final LogStorage log = new InMemoryLogStorage();

    private static PeerId peer(int number) {
        byte[] multihash = new byte[34];
        multihash[0] = 0x12;
        multihash[1] = 32;
        multihash[2] = (byte) number;
        return PeerId.fromBytes(multihash);
    }

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
                        transport, new Credentials(), log, new InMemorySnapshotStore(), NodeSettings.defaults())) {
            node.join(TICKET, new Nothing(), RaftConfig.defaults());
        }
    }

    private record Credentials() implements PeerCredentials {
        @Override
        public PeerId peerId() {
            return SELF;
        }

        @Override
        public Bytes sign(Bytes payload) {
            return Bytes.EMPTY;
        }

        @Override
        public boolean verify(PeerId signer, Bytes payload, Bytes signature) {
            return true;
        }
    }

    private static final class Nothing implements StateMachine<String> {
        @Override
        public List<String> apply(List<Committed> batch) {
            return Collections.nCopies(batch.size(), "");
        }

        @Override
        public long lastApplied() {
            return 0;
        }

        @Override
        public Capture capture() {
            return out -> {};
        }

        @Override
        public void restore(long index, InputStream in) {
            // has no state
        }
    }
}
