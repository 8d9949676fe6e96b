package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.core.RaftCore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives one group's core its inputs, one at a time, and its effects to {@link DurableOrder}. An input that comes from
 * carrying out an effect waits until the step that made the effect is over. Belongs to the group's loop.
 */
final class Stepping {
    private final NodeContext node;
    private final RaftCore core;
    private final DurableOrder order;
    private final Neighbours neighbours;
    private final Consumer<Runnable> atEndOfRound;
    private final Runnable afterSteps;
    private @Nullable ArrayDeque<Input> inputs; // null while nothing waits
    private List<Input> gathered = List.of(); // for the end of the round; a list of its own once there are some
    private boolean underWay;

    /**
     * A core that was given nothing yet.
     *
     * @param atEndOfRound runs something when all that has arrived on the loop was dealt with
     * @param afterSteps run when the core has had all its inputs, or something came that it was not told of
     */
    Stepping(
            NodeContext node,
            RaftCore core,
            DurableOrder order,
            Neighbours neighbours,
            Consumer<Runnable> atEndOfRound,
            Runnable afterSteps) {
        this.node = node;
        this.core = core;
        this.order = order;
        this.neighbours = neighbours;
        this.atEndOfRound = atEndOfRound;
        this.afterSteps = afterSteps;
    }

    /**
     * Gives the core an input at the end of this round, together with the others that can wait that long, or before the
     * next that cannot: the order stays.
     */
    void stepSoon(Input input) {
        if (underWay) {
            step(input);
            return;
        }
        if (gathered.isEmpty()) {
            gathered = new ArrayList<>();
            atEndOfRound.accept(this::stepGathered);
        }
        gathered.add(input);
    }

    /** Gives the core what was kept for the end of the round. */
    void stepGathered() {
        List<Input> together = gathered;
        if (together.isEmpty()) {
            return;
        }
        gathered = List.of();
        if (neighbours.hasLeft()) {
            together.removeIf(Stepping::isOfNoUseOnceLeft);
        }
        if (!together.isEmpty()) {
            stepNow(together.size() == 1 ? together.get(0) : new Input.Batch(together));
        }
        afterSteps.run();
    }

    /** Whether the core is in the middle of a step. */
    boolean isUnderWay() {
        return underWay;
    }

    /** Gives the core an input, after those that it is being given already. */
    void step(Input input) {
        if (underWay) {
            inputs = inputs == null ? new ArrayDeque<>() : inputs;
            inputs.add(input);
            return;
        }
        stepGathered();
        stepNow(input);
        afterSteps.run();
    }

    private void stepNow(Input input) {
        underWay = true;
        try {
            for (Input next = input; next != null; next = nextInput()) {
                if (neighbours.hasLeft() && isOfNoUseOnceLeft(next)) {
                    continue;
                }
                List<Effect> effects = core.step(next, node.nowNanos());
                effects.forEach(order::emit);
            }
        } finally {
            underWay = false;
        }
    }

    /** Something came that was no input, or one that waits for the end of the round. */
    void passed() {
        if (gathered.isEmpty()) {
            afterSteps.run();
        }
    }

    private @Nullable Input nextInput() {
        Input next = inputs == null ? null : inputs.poll();
        if (next == null) {
            inputs = null;
        }
        return next;
    }

    private static boolean isOfNoUseOnceLeft(Input input) {
        return input instanceof Input.Received
                || input instanceof Input.TimerFired
                || input instanceof Input.CertificateSigned
                || input instanceof Input.CertificatesVerified;
    }

    /** Everything of this group up to {@code number} is durable. */
    void durable(long number) {
        order.durable(number);
        stepSoon(new Input.Persisted(number));
    }

    /** The file of the snapshot that is being installed is in place. */
    void installed() {
        order.installed();
    }

    void stop() {
        order.clear();
        inputs = null;
        gathered = List.of();
    }
}
