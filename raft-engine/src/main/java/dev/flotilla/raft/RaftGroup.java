package dev.flotilla.raft;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Explanation;
import dev.flotilla.raft.driver.GroupEvent;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.GroupSettings;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One group on this peer. Thread-safe; futures complete on a callback executor, never on an event loop, and all of them
 * complete, on close too.
 *
 * @param <R> what the state machine gives back for a command
 */
public interface RaftGroup<R> extends AutoCloseable {
    GenesisId genesis();

    /** Asks for agreement on {@code command}, from whichever peer; completes once it is applied here. */
    CompletableFuture<Outcome<R>> propose(Bytes command);

    /**
     * Tries a command again that ended as unknown with {@code token}, on whichever peer, before a restart or after: it is
     * applied at most once, and the outcome is that of the one time. Another command under its token is rejected as
     * refused. Once the session in which it was made has expired, which other sessions bring about and no clock, its fate
     * stays unknown, without a token.
     *
     * @throws IllegalArgumentException if {@code token} is none of this group
     */
    CompletableFuture<Outcome<R>> retry(Outcome.RetryToken token, Bytes command);

    /**
     * Runs {@code query} on the apply thread once the local state is as fresh as asked for. Fails with
     * {@link dev.flotilla.consensus.UnavailableException} if it cannot be in time, or with what the query throws.
     */
    <T> CompletableFuture<ReadResult<T>> read(Consistency consistency, Supplier<T> query);

    /** Completes with {@code Applied} once the new configuration is committed, or {@code Rejected} with the reason. */
    CompletableFuture<Outcome<Void>> changeMembers(MembershipChange change);

    /**
     * Has the members agree on {@code settings} instead of the present ones. Completes with {@code Applied} once that is
     * committed, or {@code Rejected} with the reason.
     */
    default CompletableFuture<Outcome<Void>> changeSettings(GroupSettings settings) {
        return changeMembers(MembershipChange.settings(settings));
    }

    /**
     * Has the members agree that a ticket lets nobody in from now on. Completes with {@code Applied} once that is committed,
     * also if it was before; or {@code Rejected} with the reason, for example that somebody has used it.
     *
     * @param nonce of the ticket
     * @param expiresAtMillis when it expires by itself: so long the members keep it in mind
     */
    CompletableFuture<Outcome<Void>> revokeTicket(Bytes nonce, long expiresAtMillis);

    /** Hands leadership to {@code target}, or to the member that is furthest when null. */
    CompletableFuture<Outcome<Void>> transferLeadership(@Nullable PeerId target);

    /**
     * A signed ticket.
     *
     * @param community what the group is called
     * @param contacts members and their addresses, this peer among them
     * @throws IllegalStateException if this peer is no member
     */
    Ticket invite(String community, Member.Role role, Duration validFor, List<Ticket.Contact> contacts);

    /**
     * Completes when this peer is a member that has caught up, and a voter if its ticket said so; at once if it is.
     * Completes as {@code Rejected} if it is refused for good.
     */
    CompletableFuture<Outcome<Void>> joined();

    /** A look inside, as of some moment during the call. */
    CompletableFuture<CoreStatus> status();

    /**
     * What blocks the commit, the election, a promotion, a change or a transfer right now, peer by peer, in words; as much
     * as this peer knows, which is most on the leader.
     */
    CompletableFuture<Explanation> why();

    /** Captures the state and makes it the newest snapshot; the log is compacted behind it. */
    CompletableFuture<SnapshotMeta> takeSnapshot();

    /**
     * Begins a snapshot that the application drives: marks what the state contains now, and holds a view of it. A state
     * machine that keeps its own state then makes that durable, in its own time, while it goes on; after that
     * {@link #endSnapshot} shortens the log. A later call takes the place of this one. Fails with an
     * {@link IllegalStateException} if there is no agreed state yet.
     */
    CompletableFuture<SnapshotMarker> beginSnapshot();

    /**
     * Ends it: the view becomes the newest snapshot, which followers that lag and newcomers are given, and of the log what
     * lies at or before the marker goes, but for the tail that is kept for slow followers. What was applied since the
     * marker stays. If a newer snapshot came meanwhile, that is returned.
     *
     * <p>Fails with an {@link IllegalArgumentException} if {@code marker} is of another group, was ended, or is not the
     * last that was begun here since the group was opened; with an {@link IllegalStateException} if the state machine keeps
     * its own state, by its {@link dev.flotilla.raft.machine.StateMachine#lastApplied}, and not up to the marker yet: then
     * it may be ended later.
     */
    CompletableFuture<SnapshotMeta> endSnapshot(SnapshotMarker marker);

    /** Told of what happens, in order, on the callback executor; replaces the listener before. */
    void listener(GroupListener listener);

    /** Stops the group on this peer; its disk keeps it. Idempotent. */
    @Override
    void close();

    /** Told of what happens in a group. */
    interface GroupListener {
        /** Role, term, leader or configuration changed. */
        default void changed(CoreStatus status) {}

        /** One thing happened. A listener that is too slow misses some, and is told how many. */
        default void happened(GroupEvent event) {}

        /** The group stopped on this peer and answers nothing any more until it is opened again. */
        default void failed(Throwable cause) {}
    }
}
