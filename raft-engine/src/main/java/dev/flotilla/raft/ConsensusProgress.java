package dev.flotilla.raft;

import dev.flotilla.consensus.Agreed;
import dev.flotilla.consensus.Agreement;
import dev.flotilla.consensus.Codec;
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
 * @param states how the group's states are encoded: as the first one was; {@code null} before it
 * @param ops how its operations are encoded: as the first one was; {@code null} before it
 */
record ConsensusProgress<S>(Agreement<S> agreement, @Nullable CodecId states, @Nullable CodecId ops) {
    private static final int MAGIC = 0x464c4331; // FLC1

    static <S> ConsensusProgress<S> none() {
        return new ConsensusProgress<>(Agreement.none(), null, null);
    }

    ConsensusProgress<S> with(Agreement<S> newAgreement) {
        return new ConsensusProgress<>(newAgreement, states, ops);
    }

    void writeTo(OutputStream target, Codec<S> stateCodec) throws IOException {
        DataOutputStream out = new DataOutputStream(target);
        out.writeInt(MAGIC);
        writeCodec(out, states);
        writeCodec(out, ops);
        Agreed<S> newest = agreement.newest();
        out.writeBoolean(newest != null);
        if (newest != null) {
            Bytes state = stateCodec.encode(newest.state());
            out.writeLong(newest.index());
            out.writeInt(state.size());
            out.write(state.toByteArray());
        }
        Agreement.Failure failure = agreement.failure();
        out.writeBoolean(failure != null);
        if (failure != null) {
            out.writeLong(failure.index());
            out.writeUTF(failure.reason());
        }
        out.flush();
    }

    /** @throws IOException if it is damaged, or holds a state that {@code stateCodec} is not for */
    static <S> ConsensusProgress<S> readFrom(InputStream source, Codec<S> stateCodec) throws IOException {
        DataInputStream in = new DataInputStream(source);
        try {
            int magic = in.readInt();
            if (magic != MAGIC) {
                throw new IOException("not a snapshot of agreed states: it starts with " + Integer.toHexString(magic));
            }
            CodecId states = readCodec(in);
            CodecId ops = readCodec(in);
            Agreed<S> newest = in.readBoolean() ? readState(in, states, stateCodec) : null;
            Agreement.Failure failure =
                    in.readBoolean() ? new Agreement.Failure(in.readLong(), in.readUTF(), null) : null;
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
        CodecId own = CodecId.of(stateCodec);
        if (!own.equals(states)) {
            throw new IOException("the group's states are encoded as " + states + ", this peer reads " + own);
        }
        long index = in.readLong();
        int size = in.readInt();
        byte[] state = in.readNBytes(size);
        if (state.length != size) {
            throw new EOFException("a state of " + size + " bytes ends after " + state.length);
        }
        return new Agreed<>(index, stateCodec.decode(Bytes.wrap(state)));
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
