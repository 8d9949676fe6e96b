package dev.flotilla.consensus.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Consensus;
import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;

/** Words for the contracts: waits with a deadline, and outcomes taken apart. */
abstract class Contract<C extends Consensus<Journal>> {
    private static final long DEADLINE_SECONDS = 30;

    private final List<C> members = new ArrayList<>();

    /** As many members of a new swarm, ready to agree, before their first agreement. They are closed by the test. */
    protected abstract List<? extends C> swarm(int members) throws Exception;

    @AfterEach
    final void closeMembers() {
        members.forEach(Consensus::close);
    }

    final List<C> start(int count) throws Exception {
        members.addAll(swarm(count));
        assertThat(members).hasSize(count);
        return members;
    }

    static <T> T await(CompletableFuture<T> future) throws ExecutionException {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("nothing within " + DEADLINE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The index at which the write was applied; any other outcome fails the test. */
    static long applied(CompletableFuture<Outcome<Journal>> write) throws ExecutionException {
        return appliedAs(write).index();
    }

    static Agreed<Journal> appliedAs(CompletableFuture<Outcome<Journal>> write) throws ExecutionException {
        Outcome<Journal> outcome = await(write);
        assertThat(outcome).isInstanceOf(Outcome.Applied.class);
        Outcome.Applied<Journal> applied = (Outcome.Applied<Journal>) outcome;
        return new Agreed<>(applied.index(), applied.result());
    }

    static void assertRejected(CompletableFuture<Outcome<Journal>> write, Outcome.Reason reason)
            throws ExecutionException {
        Outcome<Journal> outcome = await(write);
        assertThat(outcome).isInstanceOf(Outcome.Rejected.class);
        assertThat(((Outcome.Rejected<Journal>) outcome).reason()).isEqualTo(reason);
        assertThat(((Outcome.Rejected<Journal>) outcome).detail()).isNotBlank();
    }

    static Journal linearizable(Consensus<Journal> member) throws ExecutionException {
        return await(member.read(Consistency.linearizable())).state();
    }

    /** Waits until {@code member} has applied the entry at {@code index}, whatever it led to. */
    static void reached(Consensus<Journal> member, long index) {
        CompletableFuture<Throwable> seen =
                member.read(Consistency.atLeast(index)).handle((answer, failure) -> failure);
        try {
            await(seen);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    static <T extends Throwable> T failure(CompletableFuture<?> future, Class<T> type) {
        List<Throwable> caught = new ArrayList<>();
        assertThatThrownBy(() -> await(future))
                .isInstanceOf(ExecutionException.class)
                .satisfies(e -> caught.add(e.getCause()));
        assertThat(caught.get(0)).isInstanceOf(type);
        return type.cast(caught.get(0));
    }

    static StateRecorder<Journal> subscribe(Consensus<Journal> member, long demand) throws ExecutionException {
        StateRecorder<Journal> recorder = new StateRecorder<>();
        member.states().subscribe(recorder);
        if (demand > 0) {
            await(recorder.subscription()).request(demand);
        }
        return recorder;
    }
}
