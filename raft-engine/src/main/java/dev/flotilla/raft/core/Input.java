package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;
import java.util.List;

/** What happened. The only way to change a {@link RaftCore}. */
public sealed interface Input {
    /**
     * Inputs that came together, in their order. What they lead to in common is done once, after the last: so entries that
     * are proposed at once are written and sent at once (thesis §10.2.2).
     */
    record Batch(List<Input> inputs) implements Input {
        public Batch {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * A message of this group arrived.
     *
     * @param from as the transport authenticated it
     * @param storeId as the frame says
     * @param featureLevel the newest that the sender knows, as the frame says
     * @param nowMillis the wall clock, milliseconds since the epoch; judges tickets and nothing else
     */
    record Received(PeerId from, StoreId storeId, int featureLevel, RaftMessage message, long nowMillis)
            implements Input {}

    /**
     * Somebody on this peer asks for what only a leader can do. Answered by one {@link Effect.Answered}, or by none if
     * the request or its answer is lost on the way to or from another peer.
     *
     * @param nowMillis the wall clock, milliseconds since the epoch; judges tickets and nothing else
     */
    record Requested(RequestId id, Request request, long nowMillis) implements Input {}

    /** The {@link Effect.Persist} or {@link Effect.InstallSnapshot} of that number, and all before it, are durable. */
    record Persisted(long number) implements Input {}

    /** The time is at or after {@link RaftCore#nextTimerNanos}. */
    record TimerFired() implements Input {}

    /** The state machine was given everything up to {@code index} since this core started, or a snapshot of that. */
    record Applied(long index) implements Input {}

    /**
     * The state machine keeps its state itself, and contained everything up to {@code index} when this core started. So
     * all of that is committed. It is given again nevertheless, as {@link Effect.Apply} says.
     */
    record Contained(long index) implements Input {}

    /**
     * Answer to {@link Effect.LoadEntries}.
     *
     * @param entries what the log holds from the asked index on, at least one; empty if it was compacted away meanwhile
     */
    record EntriesLoaded(PeerId to, long run, List<Entry> entries) implements Input {
        public EntriesLoaded {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Entries of this peer's log turned out to be damaged when they were read back; others may have been before.
     *
     * @param entries all that are damaged on the disk now, not when the read met one: they may have been put back since
     */
    record DamageFound(List<DamagedEntry> entries) implements Input {
        public DamageFound {
            entries = List.copyOf(entries);
        }
    }

    /** A snapshot of this peer's own state is durable and is now the newest. */
    record SnapshotTaken(SnapshotMeta snapshot) implements Input {}

    /** The snapshot of the newest {@link Effect.ReceiveSnapshot} is here, whole, verified and durable. */
    record SnapshotReceived(SnapshotMeta snapshot) implements Input {}

    /** It is not: none of the sources gave it. What is here of it is kept for the next attempt. */
    record SnapshotNotReceived(SnapshotMeta snapshot) implements Input {}

    /** What {@link Effect.SignCertificate} asked for. */
    record CertificateSigned(Certificate certificate) implements Input {}

    /** What {@link Effect.VerifyCertificates} asked for is so. */
    record CertificatesVerified(List<Certificate> chain) implements Input {
        public CertificatesVerified {
            chain = List.copyOf(chain);
        }
    }

    /** Frames can be sent to {@code peer}. */
    record Connected(PeerId peer) implements Input {}

    /** The last connection to {@code peer} is gone. */
    record Lost(PeerId peer, boolean closedByPeer) implements Input {}

    /** The node of {@code peer}, one of those that {@link Effect.Watch} names, is lost. */
    record NodeLost(PeerId peer) implements Input {}

    /** A dial to {@code peer} failed; {@code refused} if an address of it refused the connection. */
    record Unreachable(PeerId peer, boolean refused) implements Input {}
}
