package dev.flotilla.raft.driver;

import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftCore;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.Result;
import dev.flotilla.raft.message.StoreId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group on its event loop: puts its parts together, and passes on what concerns more than one of them. Methods
 * belong to the loop's thread unless they say otherwise.
 *
 * @param <R> what the state machine gives back for a command
 */
final class GroupLoop<R> implements Outbox.Sender, GroupLife.Ending {
    private static final Logger LOG = LoggerFactory.getLogger(GroupLoop.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final EventLoop loop;
    private final GroupView view;
    private final RaftCore core;
    private final Applier<R> applier;
    private final SnapshotKeeper keeper;
    private final SnapshotFetcher fetcher;
    private final GroupLife life;
    private final Neighbours neighbours;
    private final Stepping stepping;
    private final GroupRequests<R> requests;
    private final GroupInbound inbound;
    private final Joining joining;
    private final Alarm alarm;
    private final Silence silence;

    GroupLoop(NodeContext node, EventLoop loop, Opening<R> opening, RandomGenerator random) {
        this.node = node;
        this.genesis = opening.genesis();
        this.loop = loop;
        long timeoutNanos = opening.config().electionTimeoutNanos();
        this.life = new GroupLife(node, genesis, loop, this);
        this.neighbours = new Neighbours(node, genesis, opening.ticket(), opening.left(), timeoutNanos);
        EventFeed feed = new EventFeed(
                genesis, node.events(), node.meters(), node.threads().callbacks());
        GroupTrace trace = new GroupTrace(node, genesis, feed);
        this.core = new RaftCore(
                node.credentials(),
                node.storeId(),
                genesis,
                opening.config(),
                opening.recovered(),
                random,
                trace,
                node.nowNanos());
        core.share(node.configurations());
        this.view = new GroupView(node, core, trace, feed, life, neighbours);
        SerialExecutor applyThread = new SerialExecutor(node.threads().apply());
        AppliedListener<R> listener = new AppliedListener<>(this);
        this.keeper = new SnapshotKeeper(
                node, genesis, opening.recovered().snapshot(), opening.machineIndex(), applyThread, listener);
        this.applier =
                new Applier<>(node, genesis, opening.machine(), opening.position(), keeper, applyThread, listener);
        this.silence = new Silence(node.heartbeats(), node.clock());
        this.fetcher = new SnapshotFetcher(node, genesis);
        DurableOrder order = new DurableOrder(new GroupEffects<>(
                node,
                this,
                loop,
                core,
                applier,
                keeper,
                fetcher,
                silence,
                opening.position().index()));
        this.stepping = new Stepping(
                node, core, order, neighbours, task -> loop.atEndOfRound(() -> guarded(task)), this::afterStep);
        this.requests = new GroupRequests<>(
                node, genesis, life, neighbours, timeoutNanos, opening.position(), applier, stepping);
        this.joining = new Joining(node, opening.ticket(), new JoiningHost<>(this, loop));
        this.inbound = new GroupInbound(life, neighbours, stepping, joining, feed);
        this.alarm = loop.alarm(() -> guarded(this::onAlarm));
        view.begin();
    }

    /**
     * Begins. Any thread, once.
     *
     * @param position what of the log the state machine was given or restored so far
     * @param machineIndex what the state machine contained by itself
     */
    void start(Applier.Position position, long machineIndex) {
        onLoop(() -> {
            if (hasLeft()) {
                joining.stop(notAMember());
            }
            updateNeighbours();
            if (machineIndex > position.index()) { // it applied that much in an earlier life, so all of it is committed
                step(new Input.Contained(machineIndex));
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

    @Override
    public int featureLevel() {
        return node.featureLevel();
    }

    /** Why nothing is answered any more, or null. Any thread. */
    @Nullable
    String whyStopped() {
        return life.whyStopped();
    }

    /** Whether this peer is out of the group, and says no more of it than of one that it never had. Any thread. */
    boolean hasLeft() {
        return neighbours.hasLeft();
    }

    /** Any thread. */
    CompletableFuture<Outcome<Void>> joined() {
        return joining.outcome().copy();
    }

    /** What is seen of the group. */
    GroupView view() {
        return view;
    }

    /** What the state machine is given, and the snapshots of it. */
    Applier<R> applier() {
        return applier;
    }

    /** What the application asks. */
    GroupRequests<R> requests() {
        return requests;
    }

    /** What the network says. */
    GroupInbound inbound() {
        return inbound;
    }

    /** Any thread: what was passed on to the leader did not even leave this peer. */
    @Override
    public void dropped(RaftMessage message) {
        if (message instanceof RaftMessage.Forward forward) {
            onLoop(() -> {
                requests.answered(
                        forward.number(),
                        new Result.Refused(Result.Reason.NO_LEADER, "there is no connection to the leader"));
                afterStep();
            });
        }
    }

    // ---- the core ----

    /** Gives the core an input, after those that it is being given already. */
    void step(Input input) {
        stepping.step(input);
    }

    /** Everything of this group up to {@code number} is durable. */
    void onDurable(long number) {
        guarded(() -> stepping.durable(number));
    }

    /** The file of the snapshot that is being installed is in place. */
    void onInstalled() {
        stepping.installed();
    }

    /** A read met a damaged entry, which may be put back before the core hears of it. Any thread. */
    void damageFound() {
        onLoop(() -> {
            try {
                step(new Input.DamageFound(node.log().damage(genesis).entries()));
            } catch (IOException e) {
                fail(e);
            }
        });
    }

    private void onAlarm() {
        stepping.stepGathered();
        long now = node.nowNanos();
        if (!hasLeft() && core.nextTimerNanos() <= now) {
            step(new Input.TimerFired());
        }
        requests.tick(now);
        joining.tick(now);
        neighbours.tick(now);
        afterStep();
    }

    /** Sees to what a step may have changed: who is told, who is connected, when to look again. */
    void afterStep() {
        if (stepping.isUnderWay() || whyStopped() != null) {
            return;
        }
        if (view.takeChanged()) {
            updateNeighbours();
            joining.changed();
            if (view.tellChanged().leader() != null) {
                requests.retryNow();
            }
        }
        view.meter();
        long due = hasLeft() ? neighbours.nextTickNanos() : core.nextTimerNanos();
        loop.set(alarm, Math.min(due, Math.min(requests.nextTickNanos(), joining.nextTickNanos())));
    }

    private void updateNeighbours() {
        neighbours.update(view.configuration(), peer -> {
            view.happened(new GroupEvent.MemberBack(peer)); // a newcomer connects before it is a member
            step(new Input.Connected(peer));
        });
    }

    // ---- the end ----

    /** This peer is no member any longer. */
    void leave(RemovalNotice notice) {
        LOG.info(
                "left group={} by={}",
                GroupTrace.shortText(genesis),
                notice.issuer().shortText());
        neighbours.leave();
        loop.round().add(Tables.putLeft(notice));
        requests.leave();
        joining.stop(notAMember());
    }

    private static Outcome<Void> notAMember() {
        return new Outcome.Rejected<>(Outcome.Reason.NOT_A_MEMBER, GroupRequests.REMOVED);
    }

    /** Stops. Any thread. The future completes when disk and state machine are not used any more. */
    CompletableFuture<Void> close() {
        return life.close();
    }

    /** Stops for that reason, which is reported. Any thread. */
    void fail(Throwable cause) {
        life.fail(cause);
    }

    @Override
    public CompletableFuture<Void> end(String why, @Nullable Throwable cause) {
        requests.stop(why);
        joining.stop(new Outcome.Unknown<>(null, why));
        stepping.stop();
        loop.set(alarm, Alarm.NEVER);
        neighbours.stop();
        silence.end();
        view.end(cause);
        return CompletableFuture.allOf(applier.stop(cause), fetcher.stop(), keeper.idle());
    }

    private void guarded(Runnable task) {
        life.guarded(task);
    }

    /** Has {@code task} run on the loop unless the group has stopped; what it throws stops the group. Any thread. */
    void onLoop(Runnable task) {
        life.onLoop(task);
    }

    /** The same, but not for its sake does a loop wake that sleeps, unless something was asked of the group here. */
    void onLoopSoon(Runnable task) {
        life.onLoopSoon(requests::isAsked, task);
    }
}
