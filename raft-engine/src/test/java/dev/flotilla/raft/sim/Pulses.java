package dev.flotilla.raft.sim;

import static dev.flotilla.raft.sim.Schedule.MILLI;

import dev.flotilla.raft.core.Input;
import dev.flotilla.transport.PeerId;

/** The heartbeats of the nodes for their quiet groups, over the same network as everything else. */
final class Pulses {
    private static final long SPREAD_NANOS = 500 * MILLI;

    private final Environment environment;

    Pulses(Environment environment) {
        this.environment = environment;
    }

    void start() {
        for (SimNode node : environment.nodes()) {
            node.onLost(peer -> lost(node, peer));
            beat(node);
        }
    }

    private void beat(SimNode node) {
        Schedule schedule = environment.schedule();
        if (node.isUp()) {
            long incarnation = node.heartbeats().incarnation();
            for (PeerId relied : node.heartbeats().tick(now(node))) {
                SimNode other = node(relied);
                environment.network().send(node, other, false, true, () -> arrive(node, incarnation, other));
            }
        }
        schedule.after(node.heartbeats().intervalNanos(), () -> beat(node));
    }

    private long now(SimNode node) {
        return node.clock().nanos(environment.schedule().nowNanos());
    }

    private void arrive(SimNode from, long incarnation, SimNode to) {
        if (to.isUp()) {
            to.heartbeats().heard(from.id(), incarnation, now(to));
        }
    }

    private SimNode node(PeerId id) {
        return environment.nodes().stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Every group of the node is told, one sooner and another later. */
    private void lost(SimNode node, PeerId lost) {
        environment.note(() -> node.name() + " lost the node " + Names.of(lost));
        for (SimGroup group : environment.groups()) {
            SimPeer peer = group.life().peer(node.id());
            int life = peer.life();
            environment.schedule().after(environment.random().nextLong(SPREAD_NANOS), () -> {
                if (peer.life() == life) {
                    peer.step(new Input.NodeLost(lost));
                }
            });
        }
    }
}
