package dev.flotilla.raft.session;

import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.InSession;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;

/**
 * By which a command is retried whose fate its caller does not know, on this peer or another, now or after a restart.
 *
 * <p>In bytes: version {@code 01}, genesis id (32), session, sequence and lowest unanswered number (8 each, big endian),
 * SHA-256 of the payload (32).
 */
public record Token(GenesisId genesis, InSession.Numbered numbered, Bytes payloadHash) {
    public static final int SIZE_BYTES = 1 + GenesisId.SIZE_BYTES + 3 * Long.BYTES + PayloadHash.SIZE_BYTES;

    private static final byte VERSION = 1;

    public Token {
        if (payloadHash.size() != PayloadHash.SIZE_BYTES) {
            throw new IllegalArgumentException(
                    "expected a hash of " + PayloadHash.SIZE_BYTES + " bytes, got " + payloadHash.size());
        }
    }

    /** Of the command with that number and payload. */
    public static Token of(GenesisId genesis, InSession.Numbered numbered, Bytes data) {
        return new Token(genesis, numbered, PayloadHash.of(data));
    }

    /** Whether it is the token of a command with that payload. */
    public boolean isFor(Bytes data) {
        return payloadHash.equals(PayloadHash.of(data));
    }

    public Bytes encode() {
        ByteBuffer encoded = ByteBuffer.allocate(SIZE_BYTES)
                .put(VERSION)
                .put(genesis.value().asByteBuffer())
                .putLong(numbered.session())
                .putLong(numbered.sequence())
                .putLong(numbered.lowestUnanswered())
                .put(payloadHash.asByteBuffer());
        return Bytes.wrap(encoded.array());
    }

    /** @throws IllegalArgumentException if {@code encoded} is no token; the message says why */
    public static Token decode(Bytes encoded) {
        if (encoded.size() != SIZE_BYTES || encoded.at(0) != VERSION) {
            throw new IllegalArgumentException("not a retry token: expected " + SIZE_BYTES
                    + " bytes that begin with version " + VERSION + ", got " + encoded);
        }
        ByteBuffer in = encoded.asByteBuffer();
        in.position(1 + GenesisId.SIZE_BYTES);
        InSession.Numbered numbered = new InSession.Numbered(in.getLong(), in.getLong(), in.getLong());
        return new Token(
                new GenesisId(encoded.slice(1, GenesisId.SIZE_BYTES)),
                numbered,
                encoded.slice(in.position(), PayloadHash.SIZE_BYTES));
    }
}
