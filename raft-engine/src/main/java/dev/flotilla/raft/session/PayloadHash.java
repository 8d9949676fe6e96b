package dev.flotilla.raft.session;

import dev.flotilla.transport.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a command's data: what tells another payload under the same number. */
final class PayloadHash {
    static final int SIZE_BYTES = 32;

    private PayloadHash() {}

    static Bytes of(Bytes data) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(data.asByteBuffer());
            return Bytes.wrap(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
