package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.core.RaftConfig;
import dev.flotilla.raft.core.Role;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * The silence of a group that has nothing to do: once everything has healed all members must fall silent, and when their
 * leader is lost in whichever way they must wake and find another.
 */
final class Silencing {
    /** Runs the simulation until something is true, or finds that it does not come to be. */
    interface Await {
        void until(String what, BooleanSupplier condition);
    }

    private final SimGroup group;
    private final Environment environment;
    private final Await await;

    Silencing(SimGroup group, Await await) {
        this.group = group;
        this.environment = group.environment();
        this.await = await;
    }

    void run() {
        if (group.life().config().quietAfterNanos() == RaftConfig.NEVER) {
            return;
        }
        await.until("silence", this::isSilent);
        environment.tally().count(Occurrence.GROUP_SILENT);
        SimPeer leader = leader().orElseThrow();
        if (leader.status().configuration().voters().size() < 3) {
            return;
        }
        switch (environment.random().nextInt(3)) {
            case 0 -> afterCrash(leader);
            case 1 -> afterEnd(leader);
            default -> afterPartition(leader);
        }
    }

    private Optional<SimPeer> leader() {
        return group.life().peers().stream()
                .filter(peer -> peer.isUp() && peer.role() == Role.LEADER)
                .max((a, b) -> Long.compare(a.status().term(), b.status().term()));
    }

    private boolean isSilent() {
        Optional<SimPeer> leader = leader();
        return leader.isPresent()
                && leader.get().status().quiet()
                && members(leader.get()).stream()
                        .allMatch(peer -> peer.isUp() && peer.status().quiet());
    }

    private List<SimPeer> members(SimPeer leader) {
        CoreStatus status = leader.status();
        return group.life().peers().stream()
                .filter(peer -> status.configuration().contains(peer.id(), peer.storeId()))
                .toList();
    }

    private void afterCrash(SimPeer leader) {
        group.note(() -> "the node of the silent leader " + leader.name() + " crashes");
        long term = leader.status().term();
        environment.crash(leader.node());
        awaitAnother(term);
        environment.restart(leader.node());
        environment.tally().count(Occurrence.SILENT_LEADER_CRASHED);
    }

    /** The group ends there alone: its node lives on, and goes on with its heartbeats. */
    private void afterEnd(SimPeer leader) {
        group.note(() -> "the group of the silent leader " + leader.name() + " ends");
        long term = leader.status().term();
        group.life().crash(leader, leader.disk().pendingWrites());
        awaitAnother(term);
        group.life().nodeStarted(leader.node());
        environment.tally().count(Occurrence.SILENT_LEADER_ENDED);
    }

    private void afterPartition(SimPeer leader) {
        group.note(() -> "the silent leader " + leader.name() + " is cut off");
        long term = leader.status().term();
        environment.network().partition(Set.of(leader.node()));
        awaitAnother(term);
        await.until("the old leader to step down", () -> leader.role() != Role.LEADER);
        environment.network().heal();
        environment.tally().count(Occurrence.SILENT_LEADER_CUT_OFF);
    }

    private void awaitAnother(long term) {
        await.until(
                "another leader",
                () -> leader().isPresent() && leader().get().status().term() > term);
    }
}
