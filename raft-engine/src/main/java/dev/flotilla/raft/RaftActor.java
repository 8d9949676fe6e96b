package dev.flotilla.raft;

import dev.flotilla.consensus.Actor;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.core.CoreStatus;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.transport.Bytes;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Performs changes through a group, from whichever peer: its leader is found, and the outcome is known here. */
final class RaftActor<S> implements Actor<S> {
    private final RaftGroup<Outcome<S>> group;
    private final ConsensusStateMachine<S> machine;

    RaftActor(RaftGroup<Outcome<S>> group, ConsensusStateMachine<S> machine) {
        this.group = group;
        this.machine = machine;
    }

    /**
     * What is refused since the group's codec has another version than was known here is tried again in the right one.
     *
     * @throws IllegalArgumentException if the codec cannot encode the state or operation
     */
    @Override
    public CompletableFuture<Outcome<S>> perform(Change<S> change) {
        Bytes encoded = machine.encode(change);
        return propose(encoded).thenCompose(outcome -> {
            Bytes now = isRefused(outcome) ? encodeAgain(change, encoded) : encoded;
            return now.equals(encoded) ? CompletableFuture.completedFuture(outcome) : propose(now);
        });
    }

    /** {@code before} if the version that the group has now cannot express the change. */
    private Bytes encodeAgain(Change<S> change, Bytes before) {
        try {
            return machine.encode(change);
        } catch (IllegalArgumentException e) {
            return before;
        }
    }

    /** Asks the group to move on to what this peer's codecs write. The outcome is that of the last entry it took. */
    CompletableFuture<Outcome<S>> move() {
        return group.read(Consistency.linearizable(), () -> Boolean.TRUE)
                .thenCompose(upToDate -> group.status())
                .handle(RaftActor::<S>whyNoMove)
                .thenCompose(rejected ->
                        rejected.isPresent() ? CompletableFuture.completedFuture(rejected.get()) : proposeMove());
    }

    /** Levels are never lowered: what is committed once stays. */
    private static <S> Optional<Outcome<S>> whyNoMove(@Nullable CoreStatus status, @Nullable Throwable failure) {
        if (status == null) {
            return Optional.of(new Outcome.Rejected<>(Outcome.Reason.NO_LEADER, String.valueOf(failure)));
        }
        int level = status.configuration().featureLevel();
        if (level < FeatureLevel.CODEC_MOVES) {
            return refused("moving on to other versions waits for feature level " + FeatureLevel.CODEC_MOVES
                    + ", which some member does not know: the group is at level " + level);
        }
        return status.configurationCommitted()
                ? Optional.empty()
                : refused("the membership is being changed: try again once that is done");
    }

    private static <S> Optional<Outcome<S>> refused(String detail) {
        return Optional.of(new Outcome.Rejected<>(Outcome.Reason.REFUSED, detail));
    }

    private CompletableFuture<Outcome<S>> proposeMove() {
        List<Bytes> moves = machine.moves();
        return propose(moves.get(0))
                .thenCompose(outcome -> outcome instanceof Outcome.Applied
                        ? propose(moves.get(1))
                        : CompletableFuture.completedFuture(outcome));
    }

    /**
     * A change may have been proposed before the group moved on to another version of its codec, and only the very bytes
     * are told from those of another change; so that each version is tried that a refusal leaves.
     *
     * @throws IllegalArgumentException if {@code token} is none of the group's, or the codec cannot encode the change
     */
    @Override
    public CompletableFuture<Outcome<S>> retry(Outcome.RetryToken token, Change<S> change) {
        return retryAs(token, machine.encode(change)).thenCompose(outcome -> {
            List<Bytes> others = isRefused(outcome) ? machine.otherEncodings(change) : List.of();
            return retryAsOneOf(token, others.iterator(), outcome);
        });
    }

    private CompletableFuture<Outcome<S>> retryAsOneOf(
            Outcome.RetryToken token, Iterator<Bytes> encodings, Outcome<S> outcome) {
        if (!isRefused(outcome) || !encodings.hasNext()) {
            return CompletableFuture.completedFuture(outcome);
        }
        return retryAs(token, encodings.next()).thenCompose(next -> retryAsOneOf(token, encodings, next));
    }

    private CompletableFuture<Outcome<S>> propose(Bytes encoded) {
        return group.propose(encoded).thenApply(RaftActor::flatten);
    }

    private CompletableFuture<Outcome<S>> retryAs(Outcome.RetryToken token, Bytes encoded) {
        return group.retry(token, encoded).thenApply(RaftActor::flatten);
    }

    private static boolean isRefused(Outcome<?> outcome) {
        return outcome instanceof Outcome.Rejected<?> rejected && rejected.reason() == Outcome.Reason.REFUSED;
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
