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
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@linkplain ChangeEnvelope changes} by the rules of {@link Agreement}; lives in memory.
 *
 * <p>A group's states have one encoding, its operations another: those of the first of each, until an entry in the log
 * moves on to a later version. A change in another one is refused on every member alike, by the log and not by what a
 * member happens to know. A member that does not know the group's encoding cannot go on; it stops with an exception that
 * says so, the others go on without it, and it catches up once it is started with a codec that does. Bytes that the right
 * codec cannot read make the state inconsistent, as an operation that throws does.
 */
final class ConsensusStateMachine<S> implements StateMachine<Outcome<S>> {
    private final Codec<S> stateCodec;
    private final Codec<Op<S>> opCodec;
    private final AgreedStates<S> states = new AgreedStates<>("raft-subscriber");
    private volatile ConsensusProgress<S> progress = ConsensusProgress.none(); // written by the applying thread

    ConsensusStateMachine(Codec<S> stateCodec, Codec<Op<S>> opCodec) {
        this.stateCodec = stateCodec;
        this.opCodec = opCodec;
    }

    /** Any thread may ask. */
    Agreement<S> agreement() {
        return progress.agreement();
    }

    AgreedStates<S> states() {
        return states;
    }

    /**
     * What the log is to carry for {@code change}, in the group's encoding as far as it is known here.
     *
     * @throws IllegalArgumentException if the codec cannot encode it
     */
    Bytes encode(Change<S> change) {
        return encode(change, present(change).version());
    }

    private CodecId present(Change<S> change) {
        boolean operation = change instanceof Change.Operation;
        CodecId agreed = operation ? progress.ops() : progress.states();
        return agreed == null ? CodecId.of(operation ? opCodec : stateCodec) : agreed;
    }

    /** The same in every other version that has it: in which it may have been proposed before the group moved on. */
    List<Bytes> otherEncodings(Change<S> change) {
        Codec<?> codec = change instanceof Change.Operation ? opCodec : stateCodec;
        int present = present(change).version();
        return IntStream.rangeClosed(codec.oldestVersion(), codec.version())
                .filter(version -> version != present)
                .mapToObj(version -> encodeIfItHas(change, version))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Empty if that version cannot express the change: then it was never proposed in it. */
    private Optional<Bytes> encodeIfItHas(Change<S> change, int version) {
        try {
            return Optional.of(encode(change, version));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Bytes encode(Change<S> change, int version) {
        if (change instanceof Change.NewState<S> newState) {
            return stateEnvelope(Kind.STATE, newState.state(), version);
        }
        if (change instanceof Change.Operation<S> operation) {
            CodecId id = new CodecId(opCodec.name(), version);
            return new ChangeEnvelope(Kind.OPERATION, id, opCodec.encode(operation.op(), version)).encode();
        }
        if (change instanceof Change.Rollback<S> rollback) {
            return stateEnvelope(Kind.ROLLBACK, rollback.state(), version);
        }
        throw new AssertionError("unhandled change: " + change);
    }

    private Bytes stateEnvelope(Kind kind, S state, int version) {
        CodecId id = new CodecId(stateCodec.name(), version);
        return new ChangeEnvelope(kind, id, stateCodec.encode(state, version)).encode();
    }

    /** What the log is to carry so that the group moves on to what this peer's codecs write. */
    List<Bytes> moves() {
        return List.of(
                new ChangeEnvelope(Kind.STATE_VERSION, CodecId.of(stateCodec), Bytes.EMPTY).encode(),
                new ChangeEnvelope(Kind.OPERATION_VERSION, CodecId.of(opCodec), Bytes.EMPTY).encode());
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
        boolean operations = envelope.kind().isOfOperations();
        CodecId agreed = operations ? progress.ops() : progress.states();
        boolean move = envelope.kind().isMove();
        String refusal = move ? whyNoMove(agreed, envelope.codec()) : whyNotThatEncoding(agreed, envelope.codec());
        if (refusal != null) {
            return agreement().refuse(Outcome.Reason.REFUSED, refusal);
        }
        Codec<?> own = operations ? opCodec : stateCodec;
        if (!envelope.codec().isKnownTo(own)) {
            throw new IllegalStateException("entry " + committed.index() + " is encoded as " + envelope.codec()
                    + ", this peer reads " + own + ": it needs a codec that knows the group's encoding");
        }
        Agreement<S> before = agreement();
        if (move && (before.newest() == null || before.failure() != null)) {
            return before.failure() == null
                    ? before.refuse(Outcome.Reason.NO_STATE, "there is no state yet: the first sets the version")
                    : before.refuse(Outcome.Reason.INCONSISTENT, "roll back first, then move on to another version");
        }
        progress = progress.with(operations, envelope.codec());
        return move
                ? new Agreement.Step<>(
                        before,
                        new Outcome.Applied<>(
                                committed.index(), before.current().state()))
                : step(committed.index(), envelope);
    }

    private static @Nullable String whyNotThatEncoding(@Nullable CodecId agreed, CodecId encoding) {
        return agreed == null || agreed.equals(encoding)
                ? null
                : "it is encoded as " + encoding + ", this group's are as " + agreed;
    }

    private static @Nullable String whyNoMove(@Nullable CodecId agreed, CodecId target) {
        return agreed == null || (agreed.name().equals(target.name()) && agreed.version() <= target.version())
                ? null
                : "a group moves on to a later version of its codec alone: from " + agreed + ", got " + target;
    }

    private Agreement.Step<S> step(long index, ChangeEnvelope envelope) {
        if (envelope.kind() == Kind.OPERATION) {
            Op<S> op =
                    state -> opCodec.decode(envelope.payload(), envelope.codec().version())
                            .applyTo(state);
            return agreement().apply(index, new Change.Operation<>(op));
        }
        S state;
        try {
            state = stateCodec.decode(envelope.payload(), envelope.codec().version());
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
