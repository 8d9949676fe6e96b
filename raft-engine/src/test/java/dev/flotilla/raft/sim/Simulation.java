package dev.flotilla.raft.sim;

import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The run of one plan: peers, network and clients among faults for a while, then everything heals and the groups must
 * come to agree. The same plan gives the same run.
 */
final class Simulation {
    private final Plan plan;
    private final Environment environment;
    private final Chaos chaos;

    Simulation(Plan plan, @Nullable PrintStream traceTo) {
        this(plan, traceTo, Registers::new);
    }

    /** With registers of {@code machines}' own. */
    Simulation(Plan plan, @Nullable PrintStream traceTo, Supplier<? extends Registers> machines) {
        this.plan = plan;
        SimSettings settings = plan.settings();
        environment =
                new Environment(settings.voters() + settings.spares(), settings, new Chance(plan.seed()), traceTo);
        for (int i = 0; i < settings.groups(); i++) {
            SimGroup group = new SimGroup(environment, settings.config(), settings.requestTimeout(), machines);
            if (settings.mayLease()) {
                group.onElected(new LateReaders(group)::elected);
            }
        }
        chaos = new Chaos(environment, settings);
    }

    /** Runs to the end. */
    Tally run() {
        environment.note(plan.settings()::text);
        environment.groups().forEach(group -> group.life()
                .found(
                        plan.settings().voters(),
                        plan.settings().agreed(),
                        plan.settings().forgetful()));
        new Pulses(environment).start();
        for (Plan.Event event : plan.events()) {
            environment
                    .schedule()
                    .at(event.atNanos(), () -> environment.random().during(event.seed(), () -> happen(event)));
        }
        environment.runUntil(plan.settings().chaosNanos());
        environment.calm();
        environment.groups().forEach(this::recover);
        environment.groups().forEach(group -> group.clients().checkNothingLost());
        return environment.tally();
    }

    /** Where a promise was broken the members need not come to agree any more. */
    private void recover(SimGroup group) {
        if (!group.invariants().isBroken()) {
            new Recovery(group).run();
        }
        if (!group.invariants().isBroken()) {
            group.promises().checkCaught();
        }
        if (group.invariants().lostEntries() > 0) {
            environment.tally().count(Occurrence.ACKNOWLEDGED_ENTRY_LOST);
        }
    }

    private void happen(Plan.Event event) {
        SimGroup group = environment.groups().get(event.group());
        Fault fault = event.fault();
        if (fault == null) {
            request(group);
        } else {
            chaos.strike(group, fault);
        }
    }

    private void request(SimGroup group) {
        List<SimPeer> running =
                group.life().peers().stream().filter(SimPeer::isUp).toList();
        if (!running.isEmpty()) {
            SimPeer peer = running.get(environment.random().nextInt(running.size()));
            int kinds = plan.settings().mayLease() ? 9 : 6; // stale reads are rare, so there must be many
            switch (environment.random().nextInt(kinds)) {
                case 0 -> group.callers().read(peer);
                case 1, 2 -> group.callers().write(peer);
                case 3, 4 -> group.clients().write(peer);
                default -> group.clients().read(peer);
            }
        }
    }
}
