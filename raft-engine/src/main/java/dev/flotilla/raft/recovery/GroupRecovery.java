package dev.flotilla.raft.recovery;

import dev.flotilla.raft.driver.Tables;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.raft.storage.SnapshotStore;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a successor of a group whose quorum is lost, out of what this peer has on disk. No node may have the storage
 * open meanwhile.
 */
public final class GroupRecovery {
    private static final int PIECE_BYTES = 1 << 20;

    private final LogStorage log;
    private final SnapshotStore snapshots;
    private final PeerId self;

    public GroupRecovery(LogStorage log, SnapshotStore snapshots, PeerId self) {
        this.log = log;
        this.snapshots = snapshots;
        this.self = self;
    }

    /**
     * What a recovery of that group would do. Changes nothing.
     *
     * @throws RecoveryException if this peer cannot or must not recover it; the message says why and what to do instead
     */
    public RecoveryPlan plan(GenesisId genesis) throws IOException, RecoveryException {
        StoredGroup stored = log.read(genesis)
                .orElseThrow(() -> new RecoveryException("there is no group " + genesis + " on this peer"));
        StoreId ofNode = Tables.storeId(log);
        if (ofNode == null) {
            throw new RecoveryException("this data directory was never used by a node");
        }
        SnapshotMeta snapshot = snapshots.newest(genesis).orElse(null);
        checkNoGap(stored.base(), snapshot);
        if (snapshot != null && !goesOnBehind(genesis, stored, snapshot)) { // a crash came before the log followed it
            EntryId end = snapshot.lastIncluded();
            stored = new StoredGroup(stored.hardState(), end, end);
        }
        Found found = newestConfiguration(genesis, stored, snapshot);
        RecoveryPlan plan = new RecoveryPlan(
                genesis,
                self,
                Tables.storeId(log, genesis, ofNode),
                stored.hardState(),
                stored.base(),
                stored.last(),
                snapshot,
                found.configuration,
                found.id);
        check(plan);
        if (found.hollow != null) {
            throw new RecoveryException("entry " + found.hollow + " is here without its command, as a witness gets it:"
                    + " recover on a voter or learner that was never let in as a witness");
        }
        return plan;
    }

    /** What lies between a snapshot and a log that begins later is nowhere on this disk. */
    private static void checkNoGap(EntryId base, @Nullable SnapshotMeta snapshot) throws RecoveryException {
        if (base.index() > (snapshot == null ? 0 : snapshot.index())) {
            throw new RecoveryException("the log here begins after entry " + base + ", but "
                    + (snapshot == null
                            ? "there is no snapshot"
                            : "the newest snapshot ends at " + snapshot.lastIncluded())
                    + ": put back the snapshots folder that belongs to this log, recover on another peer, or restore a"
                    + " backup");
        }
    }

    /** Whether the log has the entry that the snapshot ends with. One that has another there was never agreed on from there on. */
    private boolean goesOnBehind(GenesisId genesis, StoredGroup stored, SnapshotMeta snapshot) throws IOException {
        EntryId end = snapshot.lastIncluded();
        if (end.index() <= stored.base().index() || end.index() > stored.last().index()) {
            return end.equals(stored.base());
        }
        for (DamagedEntry entry : log.damage(genesis).entries()) {
            if (entry.index() == end.index()) {
                return entry.id().equals(end);
            }
        }
        return log.entries(genesis, end.index(), end.index() + 1, 1).get(0).id().equals(end);
    }

    /** The newest configuration, and the first entry that is here without its command; null if none is. */
    private record Found(Configuration configuration, EntryId id, @Nullable EntryId hollow) {}

    private Found newestConfiguration(GenesisId genesis, StoredGroup stored, @Nullable SnapshotMeta snapshot)
            throws IOException, RecoveryException {
        LogDamage damage = log.damage(genesis);
        long wholeFrom = snapshot == null ? 0 : snapshot.index();
        for (DamagedEntry entry : damage.entries()) {
            if (entry.id().index() > wholeFrom) {
                throw new RecoveryException("entry " + entry.id() + " is damaged at " + entry.place()
                        + " and in no snapshot here: recover on another peer, or restore a backup");
            }
        }
        Found found = snapshot == null
                ? new Found(Configuration.EMPTY, EntryId.NONE, null)
                : new Found(snapshot.configuration(), snapshot.configurationId(), null);
        EntryId hollow = null;
        for (long from = Math.max(stored.base().index(), wholeFrom) + 1;
                from <= stored.last().index(); ) {
            for (Entry entry : piece(genesis, from, stored.last())) {
                hollow = hollow == null && entry.isHollow() ? entry.id() : hollow;
                if (entry.kind() == Entry.Kind.CONFIGURATION) {
                    found = new Found(configuration(entry), entry.id(), null);
                }
                from = entry.index() + 1;
            }
        }
        return new Found(found.configuration, found.id, hollow);
    }

    private static Configuration configuration(Entry entry) throws IOException {
        try {
            return EntryCodec.decodeConfiguration(entry.payload());
        } catch (MalformedMessageException e) {
            throw new IOException("entry " + entry.id() + " holds no configuration: " + e.getMessage(), e);
        }
    }

    private List<Entry> piece(GenesisId genesis, long fromIndex, EntryId last) throws IOException {
        List<Entry> entries = log.entries(genesis, fromIndex, last.index() + 1, PIECE_BYTES);
        if (entries.isEmpty()) {
            throw new IOException(
                    "the log of group " + genesis + " has no entry " + fromIndex + " although it ends at " + last);
        }
        return entries;
    }

    private void check(RecoveryPlan plan) throws IOException, RecoveryException {
        Configuration configuration = plan.configuration();
        Optional<Member> own =
                configuration.member(self).filter(member -> member.storeId().equals(plan.storeId()));
        if (own.isEmpty() || Tables.left(log, plan.genesis()) != null) {
            throw new RecoveryException(
                    "this peer is no member of group " + plan.genesis() + " by its own log: recover on a peer that is");
        }
        SnapshotMeta snapshot = plan.snapshot();
        boolean isStateless = snapshot != null && snapshot.configuration().isWitness(self, plan.storeId());
        if (own.get().role() == Member.Role.WITNESS || isStateless) {
            throw new RecoveryException("this peer is a witness of group " + plan.genesis()
                    + ", it has no commands and no state: recover on a voter or learner");
        }
        if (!configuration.isJoint() && configuration.electors().equals(Set.of(self))) {
            throw new RecoveryException(
                    "this peer is the only voter of group " + plan.genesis() + ": its quorum is not lost");
        }
    }

    /**
     * Does what {@code plan} says. The old group is there, whole, until the successor is; a crash on the way leaves the
     * old one, and the same plan can be applied again.
     *
     * @param together written in one piece with the end of the old group, for what names it elsewhere
     * @throws RecoveryException if the disk does not hold any longer what the plan was made of
     */
    public void apply(RecoveryPlan plan, List<GroupWrite> together) throws IOException, RecoveryException {
        if (!plan(plan.genesis()).equals(plan)) {
            throw new RecoveryException("group " + plan.genesis() + " has changed since the plan was made; look again");
        }
        GenesisId successor = plan.successor();
        log.write(List.of(new GroupWrite.Delete(successor))); // of an attempt that a crash ended
        snapshots.delete(successor);
        copySnapshot(plan);
        copyLog(plan);
        log.write(lastRound(plan, together));
        snapshots.delete(plan.genesis());
    }

    private void copySnapshot(RecoveryPlan plan) throws IOException {
        SnapshotMeta snapshot = plan.snapshot();
        if (snapshot == null) {
            return;
        }
        try (InputStream in = snapshots.open(plan.genesis(), snapshot)) {
            SnapshotMeta copy = snapshots.save(
                    plan.successor(),
                    snapshot.lastIncluded(),
                    snapshot.configuration(),
                    snapshot.configurationId(),
                    in::transferTo);
            if (!copy.hash().equals(snapshot.hash())) {
                throw new IOException("the copy of snapshot " + snapshot.lastIncluded() + " is not what was copied");
            }
        }
    }

    private void copyLog(RecoveryPlan plan) throws IOException {
        GenesisId successor = plan.successor();
        EntryId base = plan.snapshot() == null ? EntryId.NONE : plan.snapshot().lastIncluded();
        log.write(List.of(new GroupWrite.Rebase(successor, plan.hardState(), base, false)));
        for (long from = base.index() + 1; from <= plan.last().index(); ) {
            List<Entry> entries = piece(plan.genesis(), from, plan.last());
            log.write(List.of(new GroupWrite.Append(successor, plan.hardState(), entries)));
            from = entries.get(entries.size() - 1).index() + 1;
        }
    }

    /** The configuration in which this peer is alone, and the end of the old group. */
    private List<GroupWrite> lastRound(RecoveryPlan plan, List<GroupWrite> together) {
        EntryId id = plan.finalEntry();
        Configuration alone = plan.configuration().succeededBy(Member.voter(self, plan.storeId()));
        Entry entry = new Entry(id, Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(alone));
        List<GroupWrite> writes = new ArrayList<>();
        writes.add(new GroupWrite.Append(plan.successor(), new HardState(id.term(), self), List.of(entry)));
        writes.add(Tables.putStoreId(plan.successor(), plan.storeId()));
        writes.addAll(Tables.forget(plan.genesis(), freshStoreId()));
        writes.addAll(together);
        return writes;
    }

    private static StoreId freshStoreId() {
        byte[] drawn = new byte[StoreId.SIZE_BYTES];
        new SecureRandom().nextBytes(drawn);
        return new StoreId(Bytes.wrap(drawn));
    }
}
