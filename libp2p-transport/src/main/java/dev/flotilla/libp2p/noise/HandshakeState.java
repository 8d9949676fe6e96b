package dev.flotilla.libp2p.noise;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * The pattern XX (Noise spec, sections 5.3 and 7.5): {@code -> e}, {@code <- e, ee, s, es}, {@code -> s, se}. The methods
 * are called in this order, each side writing its messages and reading the other's. Anything wrong is a
 * {@link GeneralSecurityException}, after which the object is of no use.
 */
final class HandshakeState {
    private final boolean initiator;
    private final X25519KeyPair localStatic;
    private final X25519KeyPair localEphemeral;
    private final SymmetricState symmetric = new SymmetricState();
    private byte @Nullable [] remoteEphemeral;
    private byte @Nullable [] remoteStatic;

    HandshakeState(boolean initiator, X25519KeyPair localStatic, X25519KeyPair localEphemeral)
            throws GeneralSecurityException {
        this.initiator = initiator;
        this.localStatic = localStatic;
        this.localEphemeral = localEphemeral;
    }

    byte[] writeFirst() throws GeneralSecurityException {
        byte[] e = localEphemeral.publicKey();
        symmetric.mixHash(e);
        symmetric.encryptAndHash(new byte[0]); // no payload: libp2p sends none in the clear
        return e;
    }

    void readFirst(byte[] message) throws GeneralSecurityException {
        if (message.length != X25519KeyPair.KEY_BYTES) {
            throw new GeneralSecurityException("the first message has " + message.length + " bytes, not 32");
        }
        remoteEphemeral = message;
        symmetric.mixHash(message);
        symmetric.decryptAndHash(new byte[0]);
    }

    byte[] writeSecond(byte[] payload) throws GeneralSecurityException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] e = localEphemeral.publicKey();
        out.writeBytes(e);
        symmetric.mixHash(e);
        symmetric.mixKey(localEphemeral.agree(received(remoteEphemeral))); // ee
        out.writeBytes(symmetric.encryptAndHash(localStatic.publicKey())); // s
        symmetric.mixKey(localStatic.agree(received(remoteEphemeral))); // es
        out.writeBytes(symmetric.encryptAndHash(payload));
        return out.toByteArray();
    }

    /** Returns the payload. */
    byte[] readSecond(byte[] message) throws GeneralSecurityException {
        ByteBuffer in = ByteBuffer.wrap(message);
        byte[] e = take(in, X25519KeyPair.KEY_BYTES);
        remoteEphemeral = e;
        symmetric.mixHash(e);
        symmetric.mixKey(localEphemeral.agree(e)); // ee
        byte[] s = symmetric.decryptAndHash(take(in, X25519KeyPair.KEY_BYTES + CipherState.TAG_BYTES));
        remoteStatic = s;
        symmetric.mixKey(localEphemeral.agree(s)); // es
        return symmetric.decryptAndHash(take(in, in.remaining()));
    }

    byte[] writeThird(byte[] payload) throws GeneralSecurityException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(symmetric.encryptAndHash(localStatic.publicKey())); // s
        symmetric.mixKey(localStatic.agree(received(remoteEphemeral))); // se
        out.writeBytes(symmetric.encryptAndHash(payload));
        return out.toByteArray();
    }

    /** Returns the payload. */
    byte[] readThird(byte[] message) throws GeneralSecurityException {
        ByteBuffer in = ByteBuffer.wrap(message);
        byte[] s = symmetric.decryptAndHash(take(in, X25519KeyPair.KEY_BYTES + CipherState.TAG_BYTES));
        remoteStatic = s;
        symmetric.mixKey(localEphemeral.agree(s)); // se
        return symmetric.decryptAndHash(take(in, in.remaining()));
    }

    /** Known once the second message (initiator) or the third (responder) was read. */
    byte[] remoteStaticPublicKey() throws GeneralSecurityException {
        return received(remoteStatic);
    }

    byte[] handshakeHash() {
        return symmetric.handshakeHash();
    }

    /** For what this side sends, after the third message. */
    CipherState sending() throws GeneralSecurityException {
        return new CipherState(symmetric.split()[initiator ? 0 : 1]);
    }

    /** For what the peer sends, after the third message. */
    CipherState receiving() throws GeneralSecurityException {
        return new CipherState(symmetric.split()[initiator ? 1 : 0]);
    }

    private static byte[] take(ByteBuffer in, int count) throws GeneralSecurityException {
        if (in.remaining() < count) {
            throw new GeneralSecurityException("a message of " + in.limit() + " bytes is too short");
        }
        byte[] bytes = new byte[count];
        in.get(bytes);
        return bytes;
    }

    private static byte[] received(byte @Nullable [] key) throws GeneralSecurityException {
        if (key == null) {
            throw new GeneralSecurityException("the messages are out of order");
        }
        return key;
    }
}
