package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.message.SnapshotProgress;
import dev.flotilla.transport.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Snapshots on their way, piece by piece, from whoever has them to who lacks them. A source may break off with each
 * piece; what has arrived by then stays on the receiver's disk.
 */
final class SimTransfers {
    private static final int PIECES = 4;
    private static final int SLOW_FETCHES = 3; // one in so many lasts longer than an election
    private static final int BREAKS = 8; // one piece in so many never comes

    /** What one peer is fetching. */
    private static final class Fetch {
        private final SimPeer to;
        private final int life;
        private final long term;
        private final SnapshotMeta snapshot;
        private final List<PeerId> sources;
        private final boolean slow;
        private int asked; // of the sources
        private boolean moved; // since the first of them was asked
        private boolean interrupted; // some was here before this source was asked

        Fetch(SimPeer to, SnapshotMeta snapshot, List<PeerId> sources, boolean slow) {
            this.to = to;
            this.life = to.life();
            this.term = to.status().term();
            this.snapshot = snapshot;
            this.sources = sources;
            this.slow = slow;
        }
    }

    private final Environment environment;
    private final GroupLife peers;
    private final RandomGenerator random;
    private final Map<SimPeer, Fetch> current = new HashMap<>();
    private boolean reliable;

    SimTransfers(Environment environment, GroupLife peers) {
        this.environment = environment;
        this.peers = peers;
        this.random = environment.random();
    }

    void becomeReliable() {
        reliable = true;
    }

    /** Fetches that snapshot, in place of what {@code to} was fetching. */
    void fetch(SimPeer to, SnapshotMeta snapshot, List<PeerId> sources) {
        Fetch fetch = new Fetch(to, snapshot, sources, random.nextInt(SLOW_FETCHES) == 0);
        fetch.interrupted = to.disk().piecesOf(snapshot) > 0;
        current.put(to, fetch);
        planPiece(fetch);
    }

    private void planPiece(Fetch fetch) {
        long delay = environment.network().delay();
        if (fetch.slow && !reliable) {
            delay += random.nextLong(SimSettings.ELECTION_TIMEOUT_NANOS);
        }
        environment.schedule().after(delay, () -> {
            if (fetch.equals(current.get(fetch.to)) && fetch.to.life() == fetch.life) {
                onPiece(fetch);
            }
        });
    }

    private void onPiece(Fetch fetch) {
        SimDisk disk = fetch.to.disk();
        SimPeer source = peers.peer(fetch.sources.get(fetch.asked));
        if (!gives(source, fetch)) {
            turnToTheNext(fetch);
            return;
        }
        fetch.moved = true;
        count(fetch, source);
        if (disk.receivePiece(source.disk().given(fetch.snapshot)) < PIECES) {
            planPiece(fetch);
        } else {
            current.remove(fetch.to);
            disk.receiveAll(fetch.snapshot);
            fetch.to.step(new Input.SnapshotReceived(fetch.snapshot));
        }
    }

    private void count(Fetch fetch, SimPeer source) {
        if (fetch.interrupted) {
            fetch.interrupted = false;
            environment.tally().count(Occurrence.SNAPSHOT_RESUMED);
        }
        if (source.role() != Role.LEADER) {
            environment.tally().count(Occurrence.SNAPSHOT_FROM_FOLLOWER);
        }
    }

    private boolean gives(SimPeer source, Fetch fetch) {
        SimPeer to = fetch.to;
        boolean isCut = environment.network().isBlocked(source.node(), to.node())
                || environment.network().isBlocked(to.node(), source.node());
        boolean breaks = !reliable && random.nextInt(BREAKS) == 0;
        return source.isUp()
                && !isCut
                && !breaks
                && !to.node().isDiskFull()
                && source.disk().holds(fetch.snapshot)
                && source.status().configuration().contains(to.id(), to.storeId());
    }

    /** A round over all sources that brought nothing is the end. */
    private void turnToTheNext(Fetch fetch) {
        fetch.asked++;
        if (fetch.asked == fetch.sources.size()) {
            if (!fetch.moved) {
                current.remove(fetch.to);
                fetch.to.step(new Input.SnapshotNotReceived(fetch.snapshot));
                return;
            }
            fetch.asked = 0;
            fetch.moved = false;
        }
        fetch.interrupted = fetch.to.disk().piecesOf(fetch.snapshot) > 0;
        planPiece(fetch);
    }

    /** A peer said something about a snapshot. */
    void said(SimPeer peer, RaftMessage message) {
        Fetch fetch = current.get(peer);
        if (message instanceof RaftMessage.InstallSnapshotReply reply
                && reply.progress() == SnapshotProgress.FETCHING
                && fetch != null
                && fetch.life == peer.life()
                && fetch.term < reply.term()) {
            environment.tally().count(Occurrence.SNAPSHOT_OUTLIVED_LEADER);
        }
    }
}
