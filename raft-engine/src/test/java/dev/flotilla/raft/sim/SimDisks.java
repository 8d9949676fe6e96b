package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import java.util.random.RandomGenerator;

/** When writes become durable and work beside the core is done. A write may be the last thing that a process does. */
final class SimDisks {
    private static final int CAPTURE_SLOWNESS = 20;

    private final Environment environment;
    private final SimSettings settings;
    private boolean slow = true;

    SimDisks(Environment environment, SimSettings settings) {
        this.environment = environment;
        this.settings = settings;
    }

    /** From now on writes take less than a millisecond, and nobody dies of them. */
    void becomeFast() {
        slow = false;
        environment.nodes().forEach(node -> node.diskSlowness(1));
    }

    void written(SimPeer peer) {
        if (peer.node().isDiskFull()) {
            refuse(peer, peer.life());
            return;
        }
        RandomGenerator random = peer.random();
        int life = peer.life();
        long most = nanosMax(peer);
        if (slow && random.nextDouble() < settings.crashAtWrite()) {
            environment.schedule().after(random.nextLong(most), () -> crash(peer, life));
        }
        environment.schedule().after(1 + random.nextLong(most), () -> {
            int waiting = peer.disk().pendingWrites();
            if (peer.life() == life && waiting > 0) {
                peer.diskCompletes(1 + random.nextInt(waiting)); // some share one fsync
            }
        });
    }

    private void refuse(SimPeer peer, int life) {
        environment.schedule().after(0, () -> {
            if (peer.life() == life) {
                environment.storageFails(peer.node());
            }
        });
    }

    private void crash(SimPeer peer, int life) {
        if (peer.life() == life && peer.disk().pendingWrites() > 0) {
            environment.crash(peer.node());
            long pause = peer.random().nextLong(SimSettings.ELECTION_TIMEOUT_NANOS);
            environment.schedule().after(pause, () -> {
                if (!peer.node().isUp()) {
                    environment.restart(peer.node());
                }
            });
        }
    }

    void later(SimPeer peer, World.Work work, Runnable task) {
        long most = nanosMax(peer) * (slow && work == World.Work.CAPTURE ? CAPTURE_SLOWNESS : 1);
        environment.schedule().after(1 + peer.random().nextLong(most), task);
    }

    private long nanosMax(SimPeer peer) {
        return slow ? settings.diskNanosMax() * peer.node().diskSlowness() : MILLI;
    }
}
