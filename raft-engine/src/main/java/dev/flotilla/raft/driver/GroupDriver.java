package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Explanation;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Configuration.SpentTicket;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.raft.session.Token;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One group on this peer, for callers on any thread: brings what they ask to the group's loop, or refuses it at once if
 * too much waits there already.
 *
 * @param <R> what the state machine gives back for a command
 */
public final class GroupDriver<R> implements AutoCloseable {
    private static final int SMALL_BYTES = 256;
    private static final String TOO_MANY = "too many requests of this group wait on this peer already";

    private final NodeContext node;
    private final EventLoop loop;
    private final GroupLoop<R> group;
    private final OpenGroups groups;
    private final AtomicInteger outstanding = new AtomicInteger(); // requests and reads without an outcome
    private volatile boolean closing;

    GroupDriver(NodeContext node, EventLoop loop, GroupLoop<R> group, OpenGroups groups) {
        this.node = node;
        this.loop = loop;
        this.group = group;
        this.groups = groups;
    }

    public GenesisId genesis() {
        return group.genesis();
    }

    EventLoop loop() {
        return loop;
    }

    GroupLoop<R> loopSide() {
        return group;
    }

    /** Whether it has neither failed nor been closed. */
    boolean isOpen() {
        return !closing && group.whyStopped() == null;
    }

    /** Asks for agreement on {@code data}; completes once it is applied here. */
    public CompletableFuture<Outcome<R>> propose(Bytes data) {
        CompletableFuture<Outcome<R>> future = new CompletableFuture<>();
        Outcome<R> refusal = refusal(
                data.size() + SMALL_BYTES, future, asked -> group.requests().propose(data, asked));
        if (refusal != null) {
            node.meters().proposed(refusal, 0);
            future.complete(refusal);
        }
        return future;
    }

    /**
     * Tries again what ended as unknown with {@code token}: it is applied at most once.
     *
     * @throws IllegalArgumentException if {@code token} is none of this group
     */
    public CompletableFuture<Outcome<R>> retry(Outcome.RetryToken token, Bytes data) {
        Token decoded = Token.decode(token.value());
        if (!decoded.genesis().equals(genesis())) {
            throw new IllegalArgumentException(
                    "the token is of group " + decoded.genesis() + ", this is group " + genesis());
        }
        CompletableFuture<Outcome<R>> future = new CompletableFuture<>();
        String stopped = group.whyStopped();
        if (!decoded.isFor(data)) {
            future.complete(new Outcome.Rejected<>(Outcome.Reason.REFUSED, "the token is that of another command"));
        } else if (stopped != null) {
            future.complete(new Outcome.Unknown<>(token, stopped));
        } else if (!isTaken(
                data.size() + SMALL_BYTES, future, accepted -> group.requests().retry(decoded, data, accepted))) {
            future.complete(new Outcome.Unknown<>(token, TOO_MANY));
        }
        return future;
    }

    public CompletableFuture<Outcome<Void>> changeMembers(MembershipChange change) {
        return ask(SMALL_BYTES, future -> group.requests().change(new Request.ChangeMembers(change), future));
    }

    /** Has the members agree that the ticket lets nobody in; this peer is noted as the one that revoked it. */
    public CompletableFuture<Outcome<Void>> revokeTicket(Bytes nonce, long expiresAtMillis) {
        return changeMembers(MembershipChange.revoke(SpentTicket.revoked(node.self(), nonce, expiresAtMillis)));
    }

    public CompletableFuture<Outcome<Void>> transferLeadership(@Nullable PeerId target) {
        return ask(SMALL_BYTES, future -> group.requests().change(new Request.Transfer(target), future));
    }

    private interface Ask<T> {
        void on(CompletableFuture<T> future);
    }

    private <X> CompletableFuture<Outcome<X>> ask(int bytes, Ask<Outcome<X>> task) {
        CompletableFuture<Outcome<X>> future = new CompletableFuture<>();
        Outcome<X> refusal = refusal(bytes, future, task);
        if (refusal != null) {
            future.complete(refusal);
        }
        return future;
    }

    /** Brings {@code task} to the loop, and gives null; or says why not. */
    private <X> @Nullable Outcome<X> refusal(int bytes, CompletableFuture<Outcome<X>> future, Ask<Outcome<X>> task) {
        String stopped = group.whyStopped();
        if (stopped != null) {
            return new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, stopped);
        }
        return isTaken(bytes, future, task) ? null : new Outcome.Rejected<>(Outcome.Reason.OVERLOADED, TOO_MANY);
    }

    /** Reads the state once it is as fresh as asked for; fails with an {@link UnavailableException} if it cannot be. */
    public <T> CompletableFuture<ReadResult<T>> read(Consistency consistency, Supplier<T> query) {
        CompletableFuture<ReadResult<T>> future = new CompletableFuture<>();
        String stopped = group.whyStopped();
        if (stopped != null) {
            future.completeExceptionally(new UnavailableException(stopped));
        } else if (!isTaken(SMALL_BYTES, future, accepted -> group.requests().read(consistency, query, accepted))) {
            future.completeExceptionally(new UnavailableException("too many requests of this group wait already"));
        }
        return future;
    }

    private <T> boolean isTaken(int bytes, CompletableFuture<T> future, Ask<T> task) {
        if (outstanding.incrementAndGet() > node.settings().pendingRequestsMax()
                || !loop.offer(bytes, () -> task.on(future))) {
            outstanding.decrementAndGet();
            return false;
        }
        var unused = future.whenComplete((value, failure) -> outstanding.decrementAndGet());
        return true;
    }

    /**
     * A ticket signed by this peer.
     *
     * @throws IllegalStateException if this peer is no member
     */
    public Ticket invite(String community, Member.Role role, Duration validFor, List<Ticket.Contact> contacts) {
        Configuration configuration = group.view().configuration();
        if (group.whyStopped() != null || !configuration.contains(node.self(), node.storeId())) {
            throw new IllegalStateException("only a member may invite, and this peer is none of group " + genesis());
        }
        byte[] nonce = new byte[Ticket.NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        Ticket unsigned = new Ticket(
                community,
                genesis(),
                role,
                Math.addExact(System.currentTimeMillis(), validFor.toMillis()),
                Bytes.wrap(nonce),
                contacts,
                node.self(),
                Bytes.EMPTY);
        return unsigned.withSignature(node.credentials().sign(unsigned.signedBytes()));
    }

    /** Completes when this peer is a member that has caught up, and what its ticket says; or is refused for good. */
    public CompletableFuture<Outcome<Void>> joined() {
        return group.joined();
    }

    /** A look inside; fails with an {@link IllegalStateException} once the group is stopped. */
    public CompletableFuture<CoreStatus> status() {
        CompletableFuture<CoreStatus> future = new CompletableFuture<>();
        if (!loop.execute(() -> group.view().status(future))) {
            future.completeExceptionally(new IllegalStateException("the node is closed"));
        }
        return future;
    }

    /** What the group waits for; fails with an {@link IllegalStateException} once the group is stopped. */
    public CompletableFuture<Explanation> why() {
        CompletableFuture<Explanation> future = new CompletableFuture<>();
        if (!loop.execute(() -> group.view().why(future))) {
            future.completeExceptionally(new IllegalStateException("the node is closed"));
        }
        return future;
    }

    /** Captures the state and makes it the newest snapshot; fails with an {@link IllegalStateException} if there is none. */
    public CompletableFuture<SnapshotMeta> takeSnapshot() {
        return called(group.applier().takeSnapshot());
    }

    /** Marks what the state contains now, and holds a view of it until {@link #endSnapshot}. */
    public CompletableFuture<SnapshotMarker> beginSnapshot() {
        return called(group.applier().beginSnapshot());
    }

    /** Makes that view the newest snapshot. */
    public CompletableFuture<SnapshotMeta> endSnapshot(SnapshotMarker marker) {
        return called(group.applier().endSnapshot(marker));
    }

    /** The same, completed where the application is called. */
    private <T> CompletableFuture<T> called(CompletableFuture<T> made) {
        CompletableFuture<T> future = new CompletableFuture<>();
        var unused = made.whenComplete((value, failure) -> {
            if (failure == null) {
                node.threads().complete(future, value);
            } else {
                node.threads().fail(future, failure);
            }
        });
        return future;
    }

    public void listener(GroupEvents events) {
        group.view().events(events);
    }

    /**
     * Stops the group on this peer. Returns once its log and state machine are not used any more; on a thread of the
     * node, which must not wait for the others, before.
     */
    @Override
    public void close() {
        CompletableFuture<Void> ended = end();
        if (!RaftThread.isCurrent()) {
            ended.join();
        }
    }

    /** Stops the group on this peer. The future completes when its log and state machine are not used any more. */
    CompletableFuture<Void> end() {
        closing = true;
        return group.close().thenRun(() -> groups.closed(this));
    }
}
