package dev.flotilla.raft;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Agreement;
import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.RecordedFailureException;
import dev.flotilla.raft.ChangeEnvelope.CodecId;
import dev.flotilla.transport.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * All that a {@link ConsensusStateMachine} holds, and its form in a snapshot. Immutable.
 *
 * @param states how the group's states are encoded from here on; {@code null} before the first
 * @param ops how its operations are encoded from here on; {@code null} before the first
 */
record ConsensusProgress<S>(Agreement<S> agreement, @Nullable CodecId states, @Nullable CodecId ops) {
    private static final int MAGIC = 0x464c4332; // FLC2
    private static final int MAGIC_WITHOUT_TYPE = 0x464c4331; // FLC1: of a failure, the reason alone

    static <S> ConsensusProgress<S> none() {
        return new ConsensusProgress<>(Agreement.none(), null, null);
    }

    ConsensusProgress<S> with(Agreement<S> newAgreement) {
        return new ConsensusProgress<>(newAgreement, states, ops);
    }

    /** @param operations whether it is the encoding of operations that is {@code codec} from now on */
    ConsensusProgress<S> with(boolean operations, CodecId codec) {
        return operations
                ? new ConsensusProgress<>(agreement, states, codec)
                : new ConsensusProgress<>(agreement, codec, ops);
    }

    /** The same on every member, whatever versions its codec knows beside the group's. */
    void writeTo(OutputStream target, Codec<S> stateCodec) throws IOException {
        DataOutputStream out = new DataOutputStream(target);
        out.writeInt(MAGIC);
        writeCodec(out, states);
        writeCodec(out, ops);
        Agreed<S> newest = agreement.newest();
        out.writeBoolean(newest != null);
        if (newest != null) {
            int version = states == null ? stateCodec.version() : states.version();
            Bytes state = stateCodec.encode(newest.state(), version);
            out.writeLong(newest.index());
            out.writeInt(state.size());
            out.write(state.toByteArray());
        }
        Agreement.Failure failure = agreement.failure();
        out.writeBoolean(failure != null);
        if (failure != null) {
            out.writeLong(failure.index());
            out.writeUTF(failure.type());
            out.writeUTF(failure.reason());
        }
        out.flush();
    }

    /** @throws IOException if it is damaged, or holds a state that {@code stateCodec} is not for */
    static <S> ConsensusProgress<S> readFrom(InputStream source, Codec<S> stateCodec) throws IOException {
        DataInputStream in = new DataInputStream(source);
        try {
            int magic = in.readInt();
            if (magic != MAGIC && magic != MAGIC_WITHOUT_TYPE) {
                throw new IOException("not a snapshot of agreed states: it starts with " + Integer.toHexString(magic));
            }
            CodecId states = readCodec(in);
            CodecId ops = readCodec(in);
            Agreed<S> newest = in.readBoolean() ? readState(in, states, stateCodec) : null;
            Agreement.Failure failure = in.readBoolean() ? readFailure(in, magic == MAGIC) : null;
            if (in.read() >= 0) {
                throw new IOException("the snapshot goes on after its end");
            }
            return new ConsensusProgress<>(new Agreement<>(newest, failure), states, ops);
        } catch (EOFException e) {
            throw new IOException("the snapshot ends too early", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("the snapshot cannot be read: " + e.getMessage(), e);
        }
    }

    private static <S> Agreed<S> readState(DataInputStream in, @Nullable CodecId states, Codec<S> stateCodec)
            throws IOException {
        if (states == null || !states.isKnownTo(stateCodec)) {
            throw new IOException("the group's states are encoded as " + states + ", this peer reads " + stateCodec);
        }
        long index = in.readLong();
        int size = in.readInt();
        byte[] state = in.readNBytes(size);
        if (state.length != size) {
            throw new EOFException("a state of " + size + " bytes ends after " + state.length);
        }
        return new Agreed<>(index, stateCodec.decode(Bytes.wrap(state), states.version()));
    }

    private static Agreement.Failure readFailure(DataInputStream in, boolean withType) throws IOException {
        long index = in.readLong();
        String type = withType ? in.readUTF() : "";
        String reason = in.readUTF();
        return new Agreement.Failure(index, reason, new RecordedFailureException(type, reason));
    }

    private static void writeCodec(DataOutputStream out, @Nullable CodecId codec) throws IOException {
        out.writeBoolean(codec != null);
        if (codec != null) {
            out.writeUTF(codec.name());
            out.writeInt(codec.version());
        }
    }

    private static @Nullable CodecId readCodec(DataInputStream in) throws IOException {
        return in.readBoolean() ? new CodecId(in.readUTF(), in.readInt()) : null;
    }
}
