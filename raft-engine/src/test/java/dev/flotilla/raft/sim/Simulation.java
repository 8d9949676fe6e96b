package dev.flotilla.raft.sim;

import java.io.PrintStream;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One seed's run: peers, network and clients among faults for a while, then everything heals and the groups must come
 * to agree. The same seed gives the same run.
 */
final class Simulation {
    private final SimSettings settings;
    private final RandomGenerator random;
    private final Environment environment;
    private final Chaos chaos;

    Simulation(long seed, @Nullable PrintStream traceTo) {
        random = new SplittableRandom(seed);
        settings = SimSettings.draw(random);
        environment = new Environment(settings.voters() + settings.spares(), settings, random, traceTo);
        for (int i = 0; i < settings.groups(); i++) {
            new SimGroup(environment, settings.config(), Registers::new);
        }
        chaos = new Chaos(environment, settings);
    }

    /** Runs to the end. */
    Tally run() {
        environment.note(settings::toString);
        environment.groups().forEach(group -> group.life().found(settings.voters()));
        environment.groups().forEach(this::planClient);
        new Pulses(environment).start();
        planFault();
        environment.runUntil(settings.chaosNanos());
        calm();
        environment.groups().forEach(group -> new Recovery(group).run());
        environment.groups().forEach(group -> group.clients().checkNothingLost());
        return environment.tally();
    }

    private void planClient(SimGroup group) {
        Schedule schedule = environment.schedule();
        schedule.after(random.nextLong(2 * settings.clientNanos()), () -> {
            if (schedule.nowNanos() < settings.chaosNanos()) {
                request(group);
                planClient(group);
            }
        });
    }

    private void request(SimGroup group) {
        List<SimPeer> running =
                group.life().peers().stream().filter(SimPeer::isUp).toList();
        if (!running.isEmpty()) {
            SimPeer peer = running.get(random.nextInt(running.size()));
            if (random.nextInt(3) == 0) {
                group.clients().read(peer);
            } else {
                group.clients().write(peer);
            }
        }
    }

    private void planFault() {
        Schedule schedule = environment.schedule();
        schedule.after(random.nextLong(2 * settings.faultNanos()), () -> {
            if (schedule.nowNanos() < settings.chaosNanos()) {
                chaos.strike();
                planFault();
            }
        });
    }

    /** Nothing goes wrong any more. */
    private void calm() {
        environment.note(() -> "everything heals");
        environment.network().becomeReliable();
        environment.groups().forEach(group -> group.transfers().becomeReliable());
        environment.disks().becomeFast();
        environment.nodes().stream().filter(node -> !node.isUp()).forEach(environment::restart);
    }
}
