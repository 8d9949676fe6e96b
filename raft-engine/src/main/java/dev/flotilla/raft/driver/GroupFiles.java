package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Recovered;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.session.SessionTable;
import dev.flotilla.raft.session.SessionedMachine;
import dev.flotilla.raft.storage.DamagedLogException;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How groups come to disk, and from disk to life. Called by threads that may block. */
final class GroupFiles {
    private final NodeContext node;

    GroupFiles(NodeContext node) {
        this.node = node;
    }

    /** A new group whose log begins with the configuration in which this peer is the only voter. */
    void create(GenesisId genesis, GroupSettings settings, int featureLevel) throws IOException {
        EntryId first = new EntryId(1, 1);
        Configuration configuration = Configuration.of(List.of(Member.voter(node.self(), node.storeId())))
                .withFeatureLevel(featureLevel)
                .withSettings(settings);
        Entry entry = new Entry(first, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration));
        write(List.of(new GroupWrite.Append(genesis, new HardState(1, node.self()), List.of(entry))));
    }

    /**
     * A group that this peer is about to join: nothing is known of it but the ticket. A join that was not finished keeps
     * what it has, since this peer may have voted and acknowledged entries already.
     */
    void join(Ticket ticket) throws IOException {
        List<GroupWrite> writes = new ArrayList<>();
        if (node.log().read(ticket.genesis()).isEmpty()) {
            writes.add(new GroupWrite.Append(ticket.genesis(), HardState.INITIAL, List.of()));
        }
        writes.add(Tables.putJoin(ticket));
        write(writes);
    }

    /** Removes everything of that group; should this peer join it again, then with the store id {@code next}. */
    void forget(GenesisId genesis, StoreId next) throws IOException {
        write(Tables.forget(genesis, next));
        node.snapshots().delete(genesis);
    }

    /**
     * Ends what {@link #forget} began, should the process have ended between the two: what is not in the log any more
     * leaves no snapshot behind, which would come to life again with the next join. Before any group is opened.
     */
    void finishForgetting() throws IOException {
        Set<GenesisId> present = node.log().groups();
        for (GenesisId genesis : Tables.forgotten(node.log())) {
            if (!present.contains(genesis)) {
                node.snapshots().delete(genesis);
            }
        }
    }

    private void write(List<GroupWrite> writes) throws IOException {
        Waiting.await(node.storage().submit(writes));
    }

    /**
     * Reads what is on disk of that group, and restores its state machine. Damaged entries are no obstacle. A damaged hard
     * state is: what this peer voted is forgotten, so that it counts as one whose data is lost. It does not become such a
     * one by itself: that would remove entries which may be nobody else's, and needs a change of the members' that a
     * group short of its quorum cannot make.
     *
     * @throws IOException if it cannot be read, or begins after what the snapshot holds
     * @throws IllegalArgumentException if there is nothing
     */
    <R> Opening<R> open(GenesisId genesis, StateMachine<R> machine, RaftConfig config) throws IOException {
        StoredGroup stored = read(genesis);
        SnapshotMeta snapshot = node.snapshots().newest(genesis).orElse(null);
        checkNoGap(genesis, stored.base(), snapshot);
        if (snapshot != null && !contains(genesis, stored, snapshot.lastIncluded())) {
            stored = rebase(genesis, stored, snapshot);
        }
        SessionedMachine<R> sessioned = new SessionedMachine<>(machine, SessionTable.Bounds.STANDARD);
        StoreId storeId = Tables.storeId(node.log(), genesis, node.storeId());
        boolean isWitness = snapshot != null && snapshot.configuration().isWitness(node.self(), storeId);
        if (snapshot != null && !isWitness) {
            try (InputStream in = node.snapshots().open(genesis, snapshot)) {
                sessioned.recover(snapshot.index(), in);
            }
        }
        Ticket ticket = Tables.join(node.log(), genesis);
        Recovered recovered = new Recovered(
                shared(stored.hardState()),
                snapshot,
                stored.base(),
                new LogScan(node.log(), genesis, stored.base(), stored.last()),
                Tables.certificates(node.log(), genesis),
                shared(ticket == null ? issuers(genesis) : contacts(ticket)));
        boolean left = Tables.left(node.log(), genesis) != null;
        return new Opening<>(genesis, sessioned, config, recovered, position(snapshot), ticket, left, storeId);
    }

    private StoredGroup read(GenesisId genesis) throws IOException {
        try {
            return node.log()
                    .read(genesis)
                    .orElseThrow(() -> new IllegalArgumentException("there is no group " + genesis + " here"));
        } catch (DamagedLogException e) {
            throw new IOException(
                    e.getMessage() + "; this peer no longer knows whom it voted for, so the group counts as lost here:"
                            + " if the other members are well, have this peer forget the group (RaftNode.forget) and join"
                            + " it anew with a ticket",
                    e);
        }
    }

    private HardState shared(HardState stored) {
        PeerId votedFor = stored.votedFor();
        return votedFor == null
                ? stored
                : new HardState(stored.term(), node.configurations().shared(votedFor));
    }

    private Set<PeerId> shared(Set<PeerId> peers) {
        return peers.stream().map(node.configurations()::shared).collect(Collectors.toUnmodifiableSet());
    }

    /** Who vouched for this peer: believed to be members as long as every configuration is damaged, and only then. */
    private Set<PeerId> issuers(GenesisId genesis) throws IOException {
        return Tables.certificates(node.log(), genesis).stream()
                .map(Certificate::issuer)
                .collect(Collectors.toSet());
    }

    private static Set<PeerId> contacts(Ticket ticket) {
        return ticket.contacts().stream().map(Ticket.Contact::peerId).collect(Collectors.toSet());
    }

    private static Applier.Position position(@Nullable SnapshotMeta snapshot) {
        return snapshot == null
                ? new Applier.Position(EntryId.NONE, SnapshotKeeper.InForce.NONE)
                : Applier.Position.after(snapshot);
    }

    /** What lies between a snapshot and a log that begins later is nowhere here: the state would lack it. */
    private static void checkNoGap(GenesisId genesis, EntryId base, @Nullable SnapshotMeta snapshot)
            throws IOException {
        if (base.index() > (snapshot == null ? 0 : snapshot.index())) {
            throw new IOException("the log of group " + genesis + " begins after " + base + ", but "
                    + (snapshot == null
                            ? "there is no snapshot of what was before"
                            : "its newest snapshot ends at " + snapshot.lastIncluded()));
        }
    }

    private boolean contains(GenesisId genesis, StoredGroup stored, EntryId id) throws IOException {
        if (id.index() <= stored.base().index() || id.index() > stored.last().index()) {
            return id.equals(stored.base());
        }
        return new LogScan(node.log(), genesis, stored.base(), stored.last())
                .at(id.index())
                .equals(id);
    }

    /** A crash came between the installation of a received snapshot and that of the log behind it: go on with the log. */
    private StoredGroup rebase(GenesisId genesis, StoredGroup stored, SnapshotMeta snapshot) throws IOException {
        long snapshotTerm = snapshot.lastIncluded().term();
        HardState hardState =
                stored.hardState().term() >= snapshotTerm ? stored.hardState() : new HardState(snapshotTerm, null);
        write(List.of(new GroupWrite.Rebase(genesis, hardState, snapshot.lastIncluded(), false)));
        return new StoredGroup(hardState, snapshot.lastIncluded(), snapshot.lastIncluded());
    }
}
