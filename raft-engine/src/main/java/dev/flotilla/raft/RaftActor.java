package dev.flotilla.raft;

import dev.flotilla.consensus.Actor;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Outcome;
import java.util.concurrent.CompletableFuture;

/** Performs changes through a group, from whichever peer: its leader is found, and the outcome is known here. */
final class RaftActor<S> implements Actor<S> {
    private final RaftGroup<Outcome<S>> group;
    private final ConsensusStateMachine<S> machine;

    RaftActor(RaftGroup<Outcome<S>> group, ConsensusStateMachine<S> machine) {
        this.group = group;
        this.machine = machine;
    }

    /** @throws IllegalArgumentException if the codec cannot encode the state or operation */
    @Override
    public CompletableFuture<Outcome<S>> perform(Change<S> change) {
        return group.propose(machine.encode(change)).thenApply(RaftActor::flatten);
    }

    /** @throws IllegalArgumentException if {@code token} is none of the group's, or the codec cannot encode the change */
    @Override
    public CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change) {
        return group.retry(token, machine.encode(change)).thenApply(RaftActor::flatten);
    }

    /** Of an entry that was applied, the state machine tells the outcome. */
    private static <S> Outcome<S> flatten(Outcome<Outcome<S>> outcome) {
        if (outcome instanceof Outcome.Applied<Outcome<S>> applied) {
            return applied.result();
        }
        if (outcome instanceof Outcome.Failed<Outcome<S>> failed) {
            return new Outcome.Failed<>(failed.index(), failed.cause());
        }
        if (outcome instanceof Outcome.Rejected<Outcome<S>> rejected) {
            return new Outcome.Rejected<>(rejected.reason(), rejected.detail());
        }
        if (outcome instanceof Outcome.Unknown<Outcome<S>> unknown) {
            return new Outcome.Unknown<>(unknown.token(), unknown.detail());
        }
        throw new AssertionError("unhandled outcome: " + outcome);
    }
}
