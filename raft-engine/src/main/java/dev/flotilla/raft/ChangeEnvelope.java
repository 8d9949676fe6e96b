package dev.flotilla.raft;

import dev.flotilla.consensus.Codec;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;

/**
 * What the log carries for a change: its kind, the codec and the encoded state or operation, so that an operation is
 * never mistaken for a state.
 *
 * <p>In bytes: format {@code 01}, kind, length of the codec's name, the name in UTF-8, the codec's version (4 bytes, big
 * endian), the payload.
 */
record ChangeEnvelope(Kind kind, CodecId codec, Bytes payload) {
    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 3;
    private static final int VERSION_BYTES = Integer.BYTES;

    /** What is to become of the payload. */
    enum Kind {
        STATE(1),
        OPERATION(2),
        ROLLBACK(3),
        /** No payload: from now on the group's states are encoded as {@link #codec} says. */
        STATE_VERSION(4),
        /** No payload: from now on the group's operations are encoded as {@link #codec} says. */
        OPERATION_VERSION(5);

        private final byte number;

        Kind(int number) {
            this.number = (byte) number;
        }

        boolean isOfOperations() {
            return this == OPERATION || this == OPERATION_VERSION;
        }

        boolean isMove() {
            return this == STATE_VERSION || this == OPERATION_VERSION;
        }

        private static Kind of(byte number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("there is no kind " + number);
        }
    }

    /** Names an encoding. */
    record CodecId(String name, int version) {
        static final int NAME_LENGTH_MAX = 64;

        CodecId {
            if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
                throw new IllegalArgumentException(
                        "a codec's name has 1 to " + NAME_LENGTH_MAX + " characters, got '" + name + "'");
            }
        }

        /** Of what {@code codec} writes if it is free to choose. */
        static CodecId of(Codec<?> codec) {
            return new CodecId(codec.name(), codec.version());
        }

        boolean isKnownTo(Codec<?> codec) {
            return codec.name().equals(name) && codec.knows(version);
        }

        @Override
        public String toString() {
            return name + " version " + version;
        }
    }

    Bytes encode() {
        Bytes name = Bytes.utf8(codec.name); // at most 3 * 64 bytes: its length fits
        byte[] encoded = new byte[HEAD_BYTES + name.size() + VERSION_BYTES + payload.size()];
        encoded[0] = FORMAT;
        encoded[1] = kind.number;
        encoded[2] = (byte) name.size();
        name.copyTo(encoded, HEAD_BYTES);
        int versionAt = HEAD_BYTES + name.size();
        ByteBuffer.wrap(encoded).putInt(versionAt, codec.version);
        payload.copyTo(encoded, versionAt + VERSION_BYTES);
        return Bytes.wrap(encoded);
    }

    /** @throws IllegalArgumentException if {@code bytes} are no envelope; the message says why */
    static ChangeEnvelope decode(Bytes bytes) {
        if (bytes.size() < HEAD_BYTES || bytes.at(0) != FORMAT) {
            throw new IllegalArgumentException("not a change of format " + FORMAT + ": " + bytes);
        }
        int nameBytes = bytes.at(2) & 0xff;
        int versionAt = HEAD_BYTES + nameBytes;
        int payloadAt = versionAt + VERSION_BYTES;
        if (bytes.size() < payloadAt) {
            throw new IllegalArgumentException("a change of " + bytes.size() + " bytes ends before its payload");
        }
        String name = bytes.slice(HEAD_BYTES, nameBytes).utf8();
        int version = bytes.asByteBuffer().getInt(versionAt);
        return new ChangeEnvelope(
                Kind.of(bytes.at(1)), new CodecId(name, version), bytes.slice(payloadAt, bytes.size() - payloadAt));
    }
}
