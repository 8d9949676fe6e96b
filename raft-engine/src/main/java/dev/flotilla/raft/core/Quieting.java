package dev.flotilla.raft.core;

import dev.flotilla.raft.message.RaftMessage.Quiet;
import dev.flotilla.raft.message.RaftMessage.QuietReply;
import dev.flotilla.transport.PeerId;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Lets an idle group fall silent, and wakes it again; neither the paper nor the thesis has this. A quiet group sends
 * nothing and has no timer set: the nodes that it is on exchange one heartbeat for all of their groups, and each member
 * of a quiet group relies on that of the others' nodes ({@link Effect.Watch}).
 *
 * <p>The leader asks all members with its last index, and falls silent once all of them have, for the same question,
 * answered that their log ends there, that they know all of it to be committed, and that they are silent. A member that
 * does not understand the question, is away or refuses keeps the whole group awake. Whatever happens in a quiet group
 * wakes this peer: a request, a message, the loss of a node it relies on. A leader that wakes says so at once with
 * heartbeats; a follower that wakes has its election timer again, and asks for votes if nobody heartbeats it.
 *
 * <p>Nothing here is needed for safety: no vote, no entry and no commit index changes by it. Silence proves nothing, so
 * that a quiet leader has no lease, and confirms each read by a round of heartbeats, as ever. A follower counts its leader
 * as alive as long as it is quiet, and from then on as long as the leader's last message says.
 */
final class Quieting {
    private final Group group;
    private final Stickiness stickiness;
    private final ElectionTimer timer;
    private final Certificates certificates;
    private final Election election;
    private final Leading leading;
    private Map<PeerId, Long> asleep = Map.of(); // leader: who answered the present question, with its incarnation
    private Map<PeerId, Long> watched = Map.of(); // while quiet: the incarnations of the nodes that this peer relies on
    private long askedRound; // of the present question; 0 if there is none
    private long askedNanos; // when the first of the present questions was put
    private long activeNanos; // when something was to be done last
    private long seenTerm;
    private long seenIndex;

    Quieting(
            Group group,
            Stickiness stickiness,
            ElectionTimer timer,
            Certificates certificates,
            Election election,
            Leading leading) {
        this.group = group;
        this.stickiness = stickiness;
        this.timer = timer;
        this.certificates = certificates;
        this.election = election;
        this.leading = leading;
        this.activeNanos = group.nowNanos;
    }

    // ---- the leader ----

    /** In place of a round of heartbeats: says whether the group was asked to fall silent instead. */
    boolean ask(Leadership office) {
        boolean isDue = group.config.quietAfterNanos() != RaftConfig.NEVER
                && group.nowNanos - activeNanos >= group.config.quietAfterNanos();
        if (!isDue || !leading.isSettled()) {
            giveUp();
            return false;
        }
        if (askedRound == 0) {
            askedNanos = group.nowNanos;
        } else if (group.nowNanos - askedNanos >= group.config.electionTimeoutNanos()) {
            giveUp(); // somebody does not answer; who did wakes with the next heartbeat
            return false;
        }
        askedRound = ++office.round;
        asleep = Map.of();
        office.scheduleHeartbeat();
        long index = group.log.lastIndex();
        office.all().forEach(peer -> group.send(peer.peer, new Quiet(group.term(), peer.run(), askedRound, index, 0)));
        fallSilentIfAllDid(office);
        return true;
    }

    private void giveUp() {
        if (askedRound != 0) {
            askedRound = 0;
            asleep = Map.of();
            activeNanos = group.nowNanos;
        }
    }

    void onReply(Leadership office, PeerId from, QuietReply reply) {
        if (group.quiet || askedRound == 0 || reply.round() != askedRound) {
            return;
        }
        if (!reply.quiet() || !leading.isSettled()) {
            giveUp();
            return;
        }
        Map<PeerId, Long> more = new TreeMap<>(asleep);
        more.put(from, reply.incarnation());
        asleep = more;
        fallSilentIfAllDid(office);
    }

    private void fallSilentIfAllDid(Leadership office) {
        if (office.all().stream().allMatch(peer -> asleep.containsKey(peer.peer))) {
            Map<PeerId, Long> all = asleep;
            askedRound = 0;
            asleep = Map.of();
            fallSilent(all);
        }
    }

    // ---- the follower ----

    /** The leader asks: agrees only if there is nothing that it could not know of (log, commit index). */
    void onQuiet(PeerId from, Quiet request) {
        if (request.term() < group.term()) {
            group.send(from, new QuietReply(group.term(), Following.NO_RUN, 0, 0, false));
            return;
        }
        election.followLeader(from, request.term());
        long lastIndex = group.log.lastIndex();
        boolean isAgreed = group.config.quietAfterNanos() != RaftConfig.NEVER
                && request.index() == lastIndex
                && group.commitIndex() == lastIndex
                && group.durableIndex() == lastIndex
                && group.damage.isNone()
                && certificates.isKnownToAll();
        if (isAgreed && !(group.quiet && watched.equals(Map.of(from, request.incarnation())))) {
            fallSilent(Map.of(from, request.incarnation()));
        } else if (!isAgreed) {
            group.touched = true;
        }
        group.send(from, new QuietReply(group.term(), request.run(), request.round(), 0, isAgreed));
    }

    // ---- both ----

    private void fallSilent(Map<PeerId, Long> reliesOn) {
        group.quiet = true;
        group.touched = false;
        watched = Map.copyOf(reliesOn);
        seenTerm = group.term();
        seenIndex = group.log.lastIndex();
        group.log.dropCache();
        group.emit(new Effect.Watch(watched));
    }

    /** The node of {@code peer} was not heard of in time, or is another one now. */
    void onNodeLost(PeerId peer) {
        if (group.quiet && watched.containsKey(peer)) {
            boolean isLeader = peer.equals(group.leader());
            wake();
            if (isLeader) {
                timer.hurry();
            }
        }
    }

    /** Takes note of what the step did: wakes if it did anything. */
    void afterStep() {
        boolean isActive = group.touched || seenTerm != group.term() || seenIndex != group.log.lastIndex();
        group.touched = false;
        seenTerm = group.term();
        seenIndex = group.log.lastIndex();
        if (!isActive) {
            return;
        }
        giveUp();
        activeNanos = group.nowNanos;
        if (group.quiet) {
            PeerId leader = group.leader();
            wake();
            if (!group.isLeader() && Objects.equals(leader, group.leader())) {
                stickiness.leaderPresumed(); // its node lives, for all that this peer knows
            }
        }
    }

    private void wake() {
        group.quiet = false;
        watched = Map.of();
        activeNanos = group.nowNanos;
        group.emit(new Effect.Watch(watched));
        if (!group.isLeader()) {
            timer.restart();
        }
        leading.onWoken();
    }
}
