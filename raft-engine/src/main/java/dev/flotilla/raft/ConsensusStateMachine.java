package dev.flotilla.raft;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.AgreedStates;
import dev.flotilla.consensus.Agreement;
import dev.flotilla.consensus.Change;
import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Op;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.raft.ChangeEnvelope.CodecId;
import dev.flotilla.raft.ChangeEnvelope.Kind;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@linkplain ChangeEnvelope changes} by the rules of {@link Agreement}; lives in memory.
 *
 * <p>A group's states have one encoding, its operations another: those of the first of each. A change in another one is
 * refused on every member alike. A member that does not know the group's encoding cannot go on; it stops with an
 * exception that says so, and the others go on without it. Bytes that the right codec cannot read make the state
 * inconsistent, as an operation that throws does.
 */
final class ConsensusStateMachine<S> implements StateMachine<Outcome<S>> {
    private final Codec<S> stateCodec;
    private final Codec<Op<S>> opCodec;
    private final CodecId ownStates;
    private final CodecId ownOps;
    private final AgreedStates<S> states = new AgreedStates<>("raft-subscriber");
    private volatile ConsensusProgress<S> progress = ConsensusProgress.none(); // written by the applying thread

    ConsensusStateMachine(Codec<S> stateCodec, Codec<Op<S>> opCodec) {
        this.stateCodec = stateCodec;
        this.opCodec = opCodec;
        this.ownStates = CodecId.of(stateCodec);
        this.ownOps = CodecId.of(opCodec);
    }

    /** Any thread may ask. */
    Agreement<S> agreement() {
        return progress.agreement();
    }

    AgreedStates<S> states() {
        return states;
    }

    /** What the log is to carry for {@code change}. */
    Bytes encode(Change<S> change) {
        if (change instanceof Change.NewState<S> newState) {
            return new ChangeEnvelope(Kind.STATE, ownStates, stateCodec.encode(newState.state())).encode();
        }
        if (change instanceof Change.Operation<S> operation) {
            return new ChangeEnvelope(Kind.OPERATION, ownOps, opCodec.encode(operation.op())).encode();
        }
        if (change instanceof Change.Rollback<S> rollback) {
            return new ChangeEnvelope(Kind.ROLLBACK, ownStates, stateCodec.encode(rollback.state())).encode();
        }
        throw new AssertionError("unhandled change: " + change);
    }

    @Override
    public List<Outcome<S>> apply(List<Committed> batch) {
        List<Outcome<S>> outcomes = new ArrayList<>(batch.size());
        for (Committed committed : batch) {
            Agreement.Step<S> step = step(committed);
            progress = progress.with(step.next());
            publish(step.next().newest());
            outcomes.add(step.outcome());
        }
        return outcomes;
    }

    private Agreement.Step<S> step(Committed committed) {
        ChangeEnvelope envelope;
        try {
            envelope = ChangeEnvelope.decode(committed.data());
        } catch (IllegalArgumentException e) {
            return agreement().refuse(Outcome.Reason.REFUSED, String.valueOf(e.getMessage()));
        }
        boolean operation = envelope.kind() == Kind.OPERATION;
        CodecId agreed = operation ? progress.ops() : progress.states();
        if (agreed != null && !agreed.equals(envelope.codec())) {
            return agreement()
                    .refuse(
                            Outcome.Reason.REFUSED,
                            "it is encoded as " + envelope.codec() + ", this group's are as " + agreed);
        }
        CodecId own = operation ? ownOps : ownStates;
        if (!own.equals(envelope.codec())) {
            throw new IllegalStateException("entry " + committed.index() + " is encoded as " + envelope.codec()
                    + ", this peer reads " + own + ": it needs the codec that the group began with");
        }
        progress = operation
                ? new ConsensusProgress<>(agreement(), progress.states(), own)
                : new ConsensusProgress<>(agreement(), own, progress.ops());
        return step(committed.index(), envelope);
    }

    private Agreement.Step<S> step(long index, ChangeEnvelope envelope) {
        if (envelope.kind() == Kind.OPERATION) {
            Op<S> op = state -> opCodec.decode(envelope.payload()).applyTo(state);
            return agreement().apply(index, new Change.Operation<>(op));
        }
        S state;
        try {
            state = stateCodec.decode(envelope.payload());
        } catch (RuntimeException e) {
            return agreement().fail(index, e);
        }
        boolean rollback = envelope.kind() == Kind.ROLLBACK;
        return agreement().apply(index, rollback ? new Change.Rollback<>(state) : new Change.NewState<>(state));
    }

    private void publish(@Nullable Agreed<S> newest) {
        if (newest != null) {
            states.publish(newest); // one that is not newer tells nobody anything
        }
    }

    @Override
    public long lastApplied() {
        return 0;
    }

    @Override
    public Capture capture() {
        ConsensusProgress<S> captured = progress;
        return out -> captured.writeTo(out, stateCodec);
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        progress = ConsensusProgress.readFrom(in, stateCodec);
        publish(agreement().newest());
    }

    @Override
    public Bytes encodeResult(Outcome<S> result) {
        return KeptOutcome.encode(result);
    }

    /** The state that comes with it is the present one. */
    @Override
    public Outcome<S> decodeResult(long index, Bytes encoded) {
        Agreed<S> newest = agreement().newest();
        return KeptOutcome.decode(index, encoded, newest == null ? null : newest.state());
    }

    @Override
    public void stopped(@Nullable Throwable cause) {
        if (cause == null) {
            states.close();
        } else {
            states.fail(cause);
        }
    }
}
