package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.core.Trace;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.transport.PeerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the core of a peer tells of itself in one life: passed on to the world, which judges it. */
final class PeerTrace implements Trace {
    private final SimPeer peer;
    private final World world;
    private Role role = Role.FOLLOWER;
    private long term;

    PeerTrace(SimPeer peer, World world, long term) {
        this.peer = peer;
        this.world = world;
        this.term = term;
    }

    /** As it was told last. */
    Role role() {
        return role;
    }

    /** As it was told last. */
    long term() {
        return term;
    }

    @Override
    public void roleChanged(Role newRole, long newTerm, @Nullable PeerId leader) {
        world.roleChanged(peer, newRole, newTerm, leader);
        role = newRole;
        term = newTerm;
    }

    @Override
    public void damaged(List<DamagedEntry> entries) {
        world.damaged(peer, entries);
    }

    @Override
    public void repaired(long firstIndex, long lastIndex, int left) {
        world.repaired(peer, firstIndex, lastIndex, left);
    }

    @Override
    public void lostEntries(PeerId follower, long acknowledgedIndex) {
        world.lostEntries(peer, follower, acknowledgedIndex);
    }

    @Override
    public void demoted(PeerId voter, String reason) {
        world.demoted(peer, voter, reason);
    }

    @Override
    public void handsOver(PeerId successor, int priority) {
        world.handsOver(peer, successor, priority);
    }

    @Override
    public void dropped(PeerId from, String message, String reason) {
        world.dropped(peer, from, message, reason);
    }
}
