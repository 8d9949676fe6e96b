package dev.flotilla.raft.session;

import dev.flotilla.transport.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a command's data: what tells another payload under the same number. */
final class PayloadHash {
    static final int SIZE_BYTES = 32;

    private static final ThreadLocal<MessageDigest> DIGESTS = ThreadLocal.withInitial(PayloadHash::digest);

    private PayloadHash() {}

    static Bytes of(Bytes data) {
        MessageDigest digest = DIGESTS.get();
        digest.reset(); // whoever used it last may have failed in between
        digest.update(data.asByteBuffer());
        return Bytes.wrap(digest.digest());
    }

    /** To be kept: to look for the one who makes them takes longer than what most commands take. */
    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
