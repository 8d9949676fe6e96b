package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.raft.message.Ticket;
import dev.flotilla.transport.PeerId;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group on its event loop: owns the core, gives it its inputs one at a time, and everything that waits for its
 * answers. Methods belong to the loop's thread unless they say otherwise.
 *
 * @param <R> what the state machine gives back for a command
 */
final class GroupLoop<R> implements Outbox.Sender {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLoop.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final EventLoop loop;
    private final GroupTrace trace;
    private final RaftCore core;
    private final Applier<R> applier;
    private final SnapshotKeeper keeper;
    private final SnapshotReceiver receiver;
    private final DurableOrder order;
    private final PendingRequests<R> proposals;
    private final PendingRequests<Void> changes;
    private final Reads reads;
    private final Joining joining;
    private final @Nullable Ticket ticket;
    private final Alarm alarm;
    private final long leaveDelayNanos;

    private final ArrayDeque<Input> inputs = new ArrayDeque<>();
    private boolean stepping;
    private long appliedIndex;
    private EntryId restored = EntryId.NONE; // up to where a snapshot took the place of entries
    private volatile boolean left; // written on the loop
    private long disconnectNanos = Alarm.NEVER; // when the connections of a group that was left are given up
    private Set<PeerId> wanted = Set.of();

    private final SerialExecutor eventQueue;
    private volatile GroupEvents events = GroupEvents.NONE;
    private volatile Configuration configuration;
    private volatile @Nullable String whyStopped;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    GroupLoop(NodeContext node, EventLoop loop, Opening<R> opening, RandomGenerator random) {
        this.node = node;
        this.genesis = opening.genesis();
        this.loop = loop;
        this.ticket = opening.ticket();
        this.left = opening.left();
        this.appliedIndex = opening.position().index();
        this.restored = opening.position().lastApplied();
        this.leaveDelayNanos = opening.config().electionTimeoutNanos();
        this.trace = new GroupTrace(genesis, node.self());
        this.core = new RaftCore(
                node.credentials(),
                node.storeId(),
                genesis,
                opening.config(),
                opening.recovered(),
                random,
                trace,
                node.nowNanos());
        this.configuration = core.configuration();
        SerialExecutor applyThread = new SerialExecutor(node.threads().apply());
        this.keeper = new SnapshotKeeper(
                node, genesis, opening.recovered().snapshot(), opening.machineIndex(), applyThread, this::onTaken);
        this.applier = new Applier<>(
                node, genesis, opening.machine(), opening.position(), keeper, applyThread, new AppliedListener());
        this.receiver = new SnapshotReceiver(node, genesis);
        this.order =
                new DurableOrder(new GroupEffects<>(node, this, loop, core, applier, keeper, receiver, appliedIndex));
        this.proposals = new PendingRequests<>(node, Refusals::ofProposal, this::ask);
        this.changes = new PendingRequests<>(node, Refusals::ofChange, this::ask);
        this.reads = new Reads(node, opening.config().electionTimeoutNanos(), appliedIndex, this::ask, applier::query);
        this.joining = new Joining(node, ticket, new JoiningHost());
        this.alarm = loop.alarm(() -> guarded(this::onAlarm));
        this.eventQueue = new SerialExecutor(node.threads()::callback);
    }

    /** Begins. Any thread, once. */
    void start(long machineIndex) {
        onLoop(() -> {
            if (left) {
                joining.stop(notAMember());
            }
            updateWanted();
            if (machineIndex > appliedIndex) { // it applied that much in an earlier life, so all of it is committed
                step(new Input.Applied(machineIndex));
            }
            afterStep();
        });
    }

    @Override
    public GenesisId genesis() {
        return genesis;
    }

    @Override
    public StoreId storeId() {
        return node.storeId();
    }

    /** Any thread. */
    Configuration configuration() {
        return configuration;
    }

    /** Why nothing is answered any more, or null. Any thread. */
    @Nullable
    String whyStopped() {
        return whyStopped;
    }

    /** Whether this peer is out of the group, and says no more of it than of one that it never had. Any thread. */
    boolean hasLeft() {
        return left;
    }

    /** Any thread. */
    void events(GroupEvents listener) {
        events = listener;
    }

    /** Any thread. */
    CompletableFuture<Outcome<Void>> joined() {
        return joining.outcome().copy();
    }

    /** Any thread. */
    CompletableFuture<SnapshotMeta> takeSnapshot() {
        return applier.takeSnapshot();
    }

    // ---- what the application asks ----

    void propose(RequestId id, Request request, CompletableFuture<Outcome<R>> future) {
        String why = refusal();
        if (why == null) {
            guarded(() -> proposals.submit(id, request, future));
        } else {
            node.threads().complete(future, new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
    }

    void change(Request request, CompletableFuture<Outcome<Void>> future) {
        String why = refusal();
        if (why == null) {
            guarded(() -> changes.submit(node.nextRequestId(), request, future));
        } else {
            node.threads().complete(future, new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, why));
        }
    }

    private @Nullable String refusal() {
        return whyStopped == null && left ? "this peer was removed from the group" : whyStopped;
    }

    <T> void read(Consistency consistency, Supplier<T> query, CompletableFuture<ReadResult<T>> future) {
        String why = whyStopped;
        if (why == null) {
            guarded(() -> reads.submit(consistency, query, future));
        } else {
            node.threads().fail(future, new UnavailableException(why));
        }
    }

    void status(CompletableFuture<CoreStatus> future) {
        String why = whyStopped;
        if (why == null) {
            node.threads().complete(future, status());
        } else {
            node.threads().fail(future, new IllegalStateException(why));
        }
    }

    private CoreStatus status() {
        CoreStatus seen = core.status(node.nowNanos());
        return !left || seen.left()
                ? seen
                : new CoreStatus(
                        seen.role(),
                        seen.term(),
                        seen.leader(),
                        seen.lastEntry(),
                        seen.durableIndex(),
                        seen.commitIndex(),
                        seen.lastApplied(),
                        seen.snapshot(),
                        seen.configuration(),
                        seen.configurationId(),
                        seen.configurationCommitted(),
                        seen.members(),
                        seen.leaderContactNanos(),
                        true);
    }

    /** Puts a request to the core, whose answer comes to {@link #answered}. */
    private void ask(RequestId id, Request request) {
        if (left) {
            answered(id, new Result.Refused(Result.Reason.NOT_ALLOWED, "this peer was removed from the group"));
        } else {
            step(new Input.Requested(id, request, System.currentTimeMillis()));
        }
    }

    void answered(RequestId id, Result result) {
        proposals.answered(id, result, appliedIndex, restored.index());
        changes.answered(id, result, appliedIndex, restored.index());
        reads.answered(id, result);
    }

    /** A request went to the leader of that term. */
    void forwarded(RequestId id, long term) {
        proposals.forwarded(id, term);
    }

    /** Any thread: what was passed on to the leader did not even leave this peer. */
    @Override
    public void dropped(RaftMessage message) {
        if (message instanceof RaftMessage.Forward forward) {
            onLoop(() -> {
                answered(
                        forward.number(),
                        new Result.Refused(Result.Reason.NO_LEADER, "there is no connection to the leader"));
                afterStep();
            });
        }
    }

    // ---- what the network says ----

    void received(PeerId from, StoreId storeId, RaftMessage message) {
        guarded(() -> {
            if (message instanceof RaftMessage.Answer answer && joining.answered(answer.number(), answer.result())) {
                afterStep();
                return;
            }
            if (message instanceof RaftMessage.Refusal) {
                joining.refused(from);
            }
            step(new Input.Received(from, storeId, message, System.currentTimeMillis()));
        });
    }

    void offered(SnapshotOffer offer) {
        if (whyStopped != null || left) {
            offer.refuse();
            return;
        }
        receiver.offered(offer);
        received(offer.from(), offer.storeId(), offer.message());
    }

    void connected(PeerId peer) {
        guarded(() -> {
            if (wanted.contains(peer)) {
                step(new Input.Connected(peer));
                joining.connected(peer);
            }
        });
    }

    void lost(PeerId peer, boolean closedByPeer) {
        guarded(() -> {
            if (wanted.contains(peer)) {
                step(new Input.Lost(peer, closedByPeer));
            }
        });
    }

    void unreachable(PeerId peer, boolean refused) {
        guarded(() -> {
            if (wanted.contains(peer)) {
                step(new Input.Unreachable(peer, refused));
            }
        });
    }

    // ---- the core ----

    /** Gives the core an input, after those that it is being given already. */
    void step(Input input) {
        inputs.add(input);
        if (stepping) {
            return;
        }
        stepping = true;
        try {
            for (Input next = inputs.poll(); next != null; next = inputs.poll()) {
                if (left && isOfNoUseOnceLeft(next)) {
                    continue;
                }
                List<Effect> effects = core.step(next, node.nowNanos());
                effects.forEach(order::emit);
                refuseUnwanted(next, effects);
            }
        } finally {
            stepping = false;
        }
        afterStep();
    }

    private static boolean isOfNoUseOnceLeft(Input input) {
        return input instanceof Input.Received || input instanceof Input.TimerFired;
    }

    private void refuseUnwanted(Input input, List<Effect> effects) {
        if (input instanceof Input.Received received
                && received.message() instanceof RaftMessage.InstallSnapshot
                && effects.stream().noneMatch(Effect.ReceiveSnapshot.class::isInstance)) {
            receiver.refuse(received.from());
        }
    }

    /** Everything of this group up to {@code number} is durable. */
    void onDurable(long number) {
        guarded(() -> {
            order.durable(number);
            step(new Input.Persisted(number));
        });
    }

    /** The file of the snapshot that is being installed is in place. */
    void onInstalled() {
        order.installed();
    }

    private void onAlarm() {
        long now = node.nowNanos();
        if (!left && core.nextTimerNanos() <= now) {
            step(new Input.TimerFired());
        }
        proposals.tick(now);
        changes.tick(now);
        reads.tick(now);
        joining.tick(now);
        if (disconnectNanos <= now) {
            disconnectNanos = Alarm.NEVER;
            node.links().want(genesis, Set.of());
        }
        afterStep();
    }

    /** Sees to what a step may have changed: who is told, who is connected, when to look again. */
    private void afterStep() {
        if (stepping || whyStopped != null) {
            return;
        }
        if (trace.takeChanged()) {
            configuration = core.configuration();
            updateWanted();
            joining.changed();
            CoreStatus now = status();
            eventQueue.execute(() -> events.changed(now));
            if (now.leader() != null) {
                proposals.retryNow();
                changes.retryNow();
                reads.retryNow();
            }
        }
        long due = left ? disconnectNanos : core.nextTimerNanos();
        due = Math.min(due, Math.min(proposals.nextTickNanos(), changes.nextTickNanos()));
        loop.set(alarm, Math.min(due, Math.min(reads.nextTickNanos(), joining.nextTickNanos())));
    }

    /** All members, and the contacts of the ticket until this peer is one. */
    private void updateWanted() {
        if (left) {
            return;
        }
        Set<PeerId> before = wanted;
        Set<PeerId> now = new HashSet<>();
        configuration.all().forEach(member -> now.add(member.peerId()));
        if (ticket != null && !configuration.contains(node.self(), node.storeId())) {
            ticket.contacts().forEach(contact -> now.add(contact.peerId()));
        }
        now.remove(node.self());
        if (!now.equals(before)) {
            wanted = Set.copyOf(now);
            node.links().want(genesis, wanted);
            for (PeerId peer : wanted) {
                if (!before.contains(peer) && node.links().isConnected(peer)) {
                    step(new Input.Connected(peer));
                }
            }
        }
    }

    /** This peer is no member any longer; what it has said last may still go out. */
    void leave(RemovalNotice notice) {
        LOG.info(
                "left group={} by={}",
                GroupTrace.shortText(genesis),
                notice.issuer().shortText());
        left = true;
        loop.round().add(Tables.putLeft(notice));
        disconnectNanos = node.nowNanos() + leaveDelayNanos;
        String why = "this peer was removed from the group";
        proposals.stop(why);
        changes.stop(why);
        joining.stop(notAMember());
    }

    private static Outcome<Void> notAMember() {
        return new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, "this peer was removed from the group");
    }

    // ---- the end ----

    /** Stops. Any thread. The future completes when disk and state machine are not used any more. */
    CompletableFuture<Void> close() {
        stop(null);
        return closed;
    }

    /** Stops for that reason, which is reported. Any thread. */
    void fail(Throwable cause) {
        stop(cause);
    }

    private void stop(@Nullable Throwable cause) {
        if (!loop.execute(() -> stopNow(cause))) {
            stopNow(cause); // the loop has ended
        }
    }

    private void stopNow(@Nullable Throwable cause) {
        if (whyStopped != null) {
            return;
        }
        String why = cause == null ? "the group is closed" : "the group stopped: " + cause;
        whyStopped = why;
        proposals.stop(why);
        changes.stop(why);
        reads.stop(why);
        joining.stop(new Outcome.Unknown<>(null, why));
        order.clear();
        inputs.clear();
        loop.set(alarm, Alarm.NEVER);
        node.links().want(genesis, Set.of());
        if (cause != null) {
            LOG.error("group={} stopped", GroupTrace.shortText(genesis), cause);
            eventQueue.execute(() -> events.failed(cause));
        }
        CompletableFuture<Void> idle = CompletableFuture.allOf(applier.stop(cause), receiver.stop(), keeper.idle());
        if (!loop.execute(() -> awaitWritten(idle))) { // what this round still writes comes before
            awaitWritten(idle);
        }
    }

    private void awaitWritten(CompletableFuture<Void> idle) {
        CompletableFuture<Void> written = node.storage().submit(List.of()).exceptionally(failure -> null);
        var unused = idle.runAfterBoth(written, () -> closed.complete(null));
    }

    /** Runs {@code task} unless the group has stopped; what it throws stops the group. */
    void guarded(Runnable task) {
        if (whyStopped != null) {
            return;
        }
        try {
            task.run();
        } catch (Throwable e) {
            stopNow(e);
        }
    }

    /** Has {@code task} run on the loop. Any thread. */
    void onLoop(Runnable task) {
        loop.execute(() -> guarded(task));
    }

    private void onTaken(SnapshotMeta snapshot) {
        onLoop(() -> step(new Input.SnapshotTaken(snapshot)));
    }

    /** Brings what was applied from the apply thread to the loop. */
    private final class AppliedListener implements Applier.Listener<R> {
        @Override
        public void applied(EntryId last, List<Applier.Completed<R>> completed) {
            onLoop(() -> {
                for (Applier.Completed<R> each : completed) {
                    proposals.applied(each.id(), each.index(), each.result());
                }
                settle(last);
            });
        }

        @Override
        public void restored(EntryId last) {
            onLoop(() -> {
                if (last.index() > restored.index()) {
                    restored = last;
                    proposals.restored(last);
                }
                settle(last);
            });
        }

        private void settle(EntryId last) {
            appliedIndex = Math.max(appliedIndex, last.index());
            proposals.settle(last, restored.index());
            reads.applied(appliedIndex);
            step(new Input.Applied(last.index()));
        }

        @Override
        public void failed(Throwable cause) {
            fail(cause);
        }
    }

    private final class JoiningHost implements Joining.Host {
        @Override
        public CoreStatus status() {
            return GroupLoop.this.status();
        }

        @Override
        public void send(PeerId to, RaftMessage message) {
            loop.outbox().add(to, GroupLoop.this, message);
        }

        @Override
        public void catchUp(Runnable caughtUp, Runnable notYet) {
            CompletableFuture<ReadResult<Boolean>> read = new CompletableFuture<>();
            reads.submit(Consistency.linearizable(), () -> Boolean.TRUE, read);
            var unused = read.whenComplete((answer, failure) -> onLoop(() -> {
                (failure == null ? caughtUp : notYet).run();
                afterStep();
            }));
        }

        @Override
        public void joined() {
            LOG.info("joined group={}", GroupTrace.shortText(genesis));
            loop.round().add(Tables.removeJoin(genesis));
        }
    }
}
