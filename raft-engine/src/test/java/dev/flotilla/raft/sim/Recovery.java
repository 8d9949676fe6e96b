package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.RequestId;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run of one group: everything has healed and restarted, and within bounded time there must be a leader, a
 * write that goes through, a membership as the operator wants it, and one state everywhere.
 */
final class Recovery {
    private static final long STEP_NANOS = SimSettings.ELECTION_TIMEOUT_NANOS / 4;
    private static final long PATIENCE_NANOS = 40 * SimSettings.ELECTION_TIMEOUT_NANOS;

    private final SimGroup group;
    private final Environment environment;
    private final RandomGenerator random;

    Recovery(SimGroup group) {
        this.group = group;
        this.environment = group.environment();
        this.random = environment.random();
    }

    /** Ends the recovery of a group whose members need not come to agree any more. */
    private static final class PromiseBrokenException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    void run() {
        try {
            recover();
        } catch (PromiseBrokenException e) {
            group.note(() -> "a promise is broken: the members need not come to agree");
        }
    }

    private void recover() {
        mendWhatOthersCannot();
        await("a leader", () -> leader().isPresent());
        awaitWrite();
        awaitMembership();
        awaitWrite();
        new Silencing(group, this::awaitOperated).run();
        awaitWrite();
        await("one state", this::isConverged);
        checkStates();
    }

    /**
     * Where fewer than three voters decide, nobody may be able to lead without the one whose log is damaged: its operator
     * brings back a copy.
     */
    private void mendWhatOthersCannot() {
        boolean areFew = Stream.concat(
                        Stream.ofNullable(group.watch().agreed()),
                        group.life().peers().stream().filter(SimPeer::isUp).map(SimPeer::configuration))
                .anyMatch(Recovery::hasFewVoters);
        for (SimPeer peer : group.life().peers()) {
            if (areFew && peer.isUp() && peer.disk().isDamaged()) {
                environment.tally().count(Occurrence.LOG_MENDED_BY_OPERATOR);
                group.life().crash(peer, peer.disk().pendingWrites());
                peer.disk().mend();
                group.life().nodeStarted(peer.node());
            }
        }
    }

    private static boolean hasFewVoters(Configuration configuration) {
        return !configuration.members().isEmpty()
                && (configuration.hasWitnesses()
                        || configuration.voters().size() < 3
                        || (configuration.isJoint()
                                && configuration.previousVoters().size() < 3));
    }

    private void await(String what, BooleanSupplier condition) {
        long end = environment.schedule().nowNanos() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (group.invariants().isBroken()) {
                throw new PromiseBrokenException();
            }
            Violation.unless(
                    environment.schedule().nowNanos() < end,
                    "no liveness: waited in vain for %s; %s",
                    what,
                    describe());
            environment.runUntil(environment.schedule().nowNanos() + STEP_NANOS);
        }
        group.note(() -> "there is " + what);
    }

    /**
     * As {@link #await}. Meanwhile a change may come about that an operator asked for long ago, as its message is late, and
     * name a data directory that is gone by now: nobody promises that an unanswered request comes to nothing, and it is for
     * the operator to ask again for what is wanted.
     */
    private void awaitOperated(String what, BooleanSupplier condition) {
        await(what, () -> {
            leader().ifPresent(leader -> wanted(leader.status(), null).ifPresent(missing -> group.operators()
                    .ask(leader, new Request.ChangeMembers(missing), Occurrence.MEMBERS_CHANGED)));
            return condition.getAsBoolean();
        });
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (SimPeer peer : group.life().peers()) {
            text.append("\n  ").append(peer.name()).append(": ");
            if (!peer.isUp()) {
                text.append(group.life().isAbsent(peer) ? "absent" : "down");
                continue;
            }
            CoreStatus status = peer.status();
            text.append(status.role() + " term=" + status.term() + " leader=" + MessageText.name(status.leader())
                    + " last=" + status.lastEntry() + " commit=" + status.commitIndex() + " applied="
                    + status.lastApplied() + " " + MessageText.of(status.configuration()));
        }
        return text.toString();
    }

    private Optional<SimPeer> leader() {
        return group.life().peers().stream()
                .filter(peer -> peer.isUp() && peer.role() == Role.LEADER)
                .max((a, b) -> Long.compare(a.status().term(), b.status().term()));
    }

    private void awaitWrite() {
        long before = group.clients().completedWrites();
        await("a new write", () -> {
            List<SimPeer> running = members().filter(SimPeer::isUp).toList();
            if (!running.isEmpty()) {
                group.clients().write(running.get(random.nextInt(running.size())));
            }
            return group.clients().completedWrites() > before;
        });
    }

    /** Those whom the leader's configuration names, with their present data directories. */
    private Stream<SimPeer> members() {
        Optional<SimPeer> leader = leader();
        if (leader.isEmpty()) {
            return Stream.empty();
        }
        Configuration configuration = leader.get().status().configuration();
        return group.life().peers().stream().filter(peer -> configuration.contains(peer.id(), peer.storeId()));
    }

    // ---- membership ----

    /** The operator removes members whose data is gone and adds one that is none; all of that must come to be. */
    private void awaitMembership() {
        @Nullable
        SimPeer newcomer = group.life().peers().stream()
                .filter(group.life()::isOutside)
                .findFirst()
                .orElse(null);
        RequestId[] asked = new RequestId[1];
        await("the membership that is wanted", () -> {
            if (upgradesOutdated(newcomer)) {
                return false;
            }
            if (newcomer != null && group.life().isAbsent(newcomer)) {
                group.life().enter(newcomer);
            }
            Optional<SimPeer> leader = leader();
            if (newcomer != null && wasRemoved(leader, newcomer)) {
                group.life()
                        .startOver(newcomer); // it never knew that it was a member, so nothing told it that it is none
                return false;
            }
            boolean isBusy = asked[0] != null && group.operators().isUnanswered(asked[0]) && random.nextInt(4) != 0;
            if (leader.isEmpty() || isBusy) {
                return false;
            }
            Optional<MembershipChange> change = wanted(leader.get().status(), newcomer);
            change.ifPresent(missing -> asked[0] = group.operators()
                    .ask(leader.get(), new Request.ChangeMembers(missing), Occurrence.MEMBERS_CHANGED));
            return change.isEmpty() && isSettled(leader.get().status());
        });
    }

    private static boolean wasRemoved(Optional<SimPeer> leader, SimPeer newcomer) {
        return leader.isPresent()
                && leader.get().configuration().removed().stream()
                        .anyMatch(former -> former.storeId().equals(newcomer.storeId()));
    }

    private Optional<MembershipChange> wanted(CoreStatus status, @Nullable SimPeer newcomer) {
        Configuration present = status.configuration();
        for (Member member : present.members()) {
            SimPeer peer = group.life().peer(member.peerId());
            if (!peer.storeId().equals(member.storeId())) {
                return Optional.of(MembershipChange.remove(peer.id()));
            }
        }
        if (newcomer != null && !present.contains(newcomer.id(), newcomer.storeId())) {
            return Optional.of(MembershipChange.put(Member.learner(newcomer.id(), newcomer.storeId(), true)));
        }
        return Optional.empty();
    }

    /** Who cannot take part since its software is older than the group gets newer software. Says whether anybody did. */
    private boolean upgradesOutdated(@Nullable SimPeer newcomer) {
        Configuration agreed = group.watch().agreed();
        int level = agreed == null ? FeatureLevel.FIRST : agreed.featureLevel();
        Optional<SimPeer> outdated = group.life().peers().stream()
                .filter(peer -> peer.featureLevel() < level)
                .filter(peer -> peer == newcomer || group.life().hasEnded(peer))
                .findFirst();
        outdated.ifPresent(peer -> {
            environment.upgrade(peer.node(), level);
            environment.restart(peer.node());
        });
        return outdated.isPresent();
    }

    /** The group is at the level that all members know: one with older software keeps it down, and nothing else does. */
    private boolean isAtItsLevel(Configuration present) {
        IntSummaryStatistics levels = present.all().stream()
                .mapToInt(member -> group.life().peer(member.peerId()).featureLevel())
                .summaryStatistics();
        if (present.featureLevel() < levels.getMax()) {
            environment.tally().count(Occurrence.LEVEL_KEPT_DOWN);
        }
        return present.featureLevel() == levels.getMin();
    }

    /** Promotable learners were promoted and nothing is under way. */
    private boolean isSettled(CoreStatus status) {
        return status.configurationCommitted()
                && !status.configuration().isJoint()
                && status.configuration().members().stream().noneMatch(Member::promotable)
                && isAtItsLevel(status.configuration());
    }

    // ---- the end ----

    private boolean isConverged() {
        Optional<SimPeer> leader = leader();
        if (leader.isEmpty()) {
            return false;
        }
        CoreStatus ahead = leader.get().status();
        return ahead.commitIndex() == ahead.lastEntry().index()
                && members()
                        .allMatch(peer -> peer.isUp()
                                && !peer.disk().isKnownDamaged(Long.MAX_VALUE)
                                && peer.machine().lastApplied() == ahead.commitIndex()
                                && peer.status().configuration().equals(ahead.configuration()));
    }

    private void checkStates() {
        List<Long> states = members()
                .filter(peer -> !peer.machine().isHollow())
                .map(peer -> peer.machine().chain())
                .distinct()
                .toList();
        Violation.unless(states.size() == 1, "the members have %d states", states.size());
        long applied = members().findFirst().orElseThrow().machine().lastApplied();
        Violation.unless(
                applied == group.invariants().commitIndex(),
                "the members agree at %d, but %d was committed",
                applied,
                group.invariants().commitIndex());
    }
}
