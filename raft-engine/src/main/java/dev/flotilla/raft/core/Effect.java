package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Map;

/**
 * What the driver must do, in list order, over all steps. An effect waits for every {@link Persist} and
 * {@link InstallSnapshot} emitted before it, in this step or an earlier one, to be durable. {@link SendEarly} alone may
 * overtake.
 */
public sealed interface Effect {
    /**
     * Write, in one piece, and answer with {@link Input.Persisted} in order of the numbers.
     *
     * @param number counts up from 1 with each Persist and InstallSnapshot
     * @param hardState replaces the one before
     * @param putBack take the place of damaged entries with the same term and index; those after them stay
     * @param entries replace the log from their first index on, after that; nothing else is touched if empty
     */
    record Persist(long number, HardState hardState, List<Entry> putBack, List<Entry> entries) implements Effect {
        public Persist {
            putBack = List.copyOf(putBack);
            entries = List.copyOf(entries);
        }

        /** Nothing was damaged. */
        public Persist(long number, HardState hardState, List<Entry> entries) {
            this(number, hardState, List.of(), entries);
        }
    }

    /**
     * Make the received snapshot the newest one and the base of the log, durably and in one piece, restore the state
     * machine from it (after everything that was to be applied before), and answer with {@link Input.Persisted} once the
     * log is durable, and with {@link Input.Applied} once the state is restored.
     *
     * @param keepLog whether entries after the snapshot's last stay; otherwise the log is empty after it
     */
    record InstallSnapshot(long number, HardState hardState, SnapshotMeta snapshot, boolean keepLog)
            implements Effect {}

    /** Send; may be lost. */
    record Send(PeerId to, RaftMessage message) implements Effect {}

    /**
     * Send without waiting for Persists emitted before: AppendEntries of a leader whose own term and vote are already
     * durable (thesis §10.2.1).
     */
    record SendEarly(PeerId to, RaftMessage.AppendEntries message) implements Effect {}

    /** Apply all entries up to {@code index}, which are committed and durable here; answered by {@link Input.Applied}. */
    record Apply(long index) implements Effect {}

    /** The result of a local {@link Input.Requested}. */
    record Answered(RequestId id, Result result) implements Effect {}

    /**
     * A local {@link Input.Requested} went to the leader of {@code term}, which alone may grant it. A proposal among
     * them that has not been applied when an entry of a later term is applied never will be.
     */
    record Forwarded(RequestId id, long term) implements Effect {}

    /**
     * Read entries back from the log, from {@code fromIndex} on, before {@code toIndexExclusive}, as many as fit into
     * {@code bytesMax} but at least one; answered by {@link Input.EntriesLoaded} with {@code to} and {@code run}.
     *
     * @param run of replication to that peer; 0 if it asked to have them back, whoever leads
     */
    record LoadEntries(PeerId to, long run, long fromIndex, long toIndexExclusive, int bytesMax) implements Effect {}

    /**
     * Fetch that snapshot, or the rest of it if some is here already, from any of {@code sources}, of whom each may have
     * it or not: answered by {@link Input.SnapshotReceived} or {@link Input.SnapshotNotReceived}. A later one ends the one
     * before, which is not answered any more.
     *
     * @param sources the leader that offered it is the last, so that others relieve it
     */
    record ReceiveSnapshot(SnapshotMeta snapshot, List<PeerId> sources) implements Effect {
        public ReceiveSnapshot {
            sources = List.copyOf(sources);
        }
    }

    /**
     * Take a snapshot of the state as it is, since entries that led to it are damaged; answered by
     * {@link Input.SnapshotTaken}, or not if that cannot be done now.
     */
    record TakeSnapshot() implements Effect {}

    /** Entries up to {@code base} are in a durable snapshot and may go from the log. */
    record Compact(EntryId base) implements Effect {}

    /** Sign that, aside from the core since it takes long; answered by {@link Input.CertificateSigned}, or never. */
    record SignCertificate(Certificate unsigned) implements Effect {}

    /**
     * Find out, aside from the core, whether all of {@code proof} are signed by their issuers. Answered by {@link
     * Input.CertificatesVerified} with {@code chain} if they are, else not at all.
     *
     * @param proof the beginning of {@code chain}
     */
    record VerifyCertificates(List<Certificate> proof, List<Certificate> chain) implements Effect {
        public VerifyCertificates {
            proof = List.copyOf(proof);
            chain = List.copyOf(chain);
        }
    }

    /** Keep this peer's certificate chain on disk; it comes back in {@link Recovered}. */
    record SaveCertificates(List<Certificate> chain) implements Effect {
        public SaveCertificates {
            chain = List.copyOf(chain);
        }
    }

    /**
     * From now on tell, with {@link Input.NodeLost}, once the node of one of these peers is not heard of in time or has
     * another incarnation than given here; at once if that is so already. Takes the place of the one before; empty: rely
     * on nobody.
     */
    record Watch(Map<PeerId, Long> incarnations) implements Effect {
        public Watch {
            incarnations = Map.copyOf(incarnations);
        }
    }

    /** This peer is no member any longer, on a member's signed word or by its own committed log. Keep it on disk. */
    record LeftGroup(RemovalNotice notice) implements Effect {}
}
