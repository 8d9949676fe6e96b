package dev.flotilla.libp2p.pnet;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SHAKEDigest;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/** The key that the peers of a private network share, in the file format of all libp2p implementations (spec, pnet). */
public final class PreSharedKey {
    /** How many bytes a key has. */
    public static final int BYTES = 32;

    private static final String HEADER = "/key/swarm/psk/1.0.0/";
    private static final byte[] FINGERPRINT_NONCE = "finprint".getBytes(StandardCharsets.US_ASCII);
    private static final int FINGERPRINT_STREAM_BYTES = 64;
    private static final int FINGERPRINT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private PreSharedKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("not a pre-shared key: it has " + bytes.length + " bytes, not " + BYTES);
        }
        this.bytes = bytes;
    }

    /** A new one, at random. */
    public static PreSharedKey generate() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new PreSharedKey(bytes);
    }

    /** @throws IllegalArgumentException if there are not 32 */
    public static PreSharedKey of(byte[] bytes) {
        return new PreSharedKey(bytes.clone());
    }

    /**
     * Reads a key file: a line {@code /key/swarm/psk/1.0.0/}, a line that names the encoding ({@code /base16/}, {@code
     * /base64/} or {@code /bin/}), and the key.
     *
     * @throws IllegalArgumentException if it is none; the message never holds the key
     */
    public static PreSharedKey parse(byte[] file) {
        int first = endOfLine(file, 0);
        int second = endOfLine(file, Math.min(first + 1, file.length));
        if (!line(file, 0, first).equals(HEADER)) {
            throw new IllegalArgumentException("not a key of a private network: its first line is not " + HEADER);
        }
        int from = Math.min(first + 1, file.length);
        String encoding = line(file, from, second);
        byte[] rest = Arrays.copyOfRange(file, Math.min(second + 1, file.length), file.length);
        return new PreSharedKey(
                switch (encoding) {
                    case "/base16/" -> base16(text(rest));
                    case "/base64/" -> base64(text(rest));
                    case "/bin/" -> Arrays.copyOf(rest, bytesWithoutNewline(rest));
                    default ->
                        throw new IllegalArgumentException("not a key of a private network: its second line is"
                                + " neither /base16/ nor /base64/ nor /bin/");
                });
    }

    private static int endOfLine(byte[] file, int from) {
        int at = from;
        while (at < file.length && file[at] != '\n') {
            at++;
        }
        return at;
    }

    private static String line(byte[] file, int from, int to) {
        return new String(file, from, to - from, StandardCharsets.US_ASCII).strip();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII).strip();
    }

    /** Editors end files with a newline. */
    private static int bytesWithoutNewline(byte[] rest) {
        return rest.length == BYTES + 1 && rest[BYTES] == '\n' ? BYTES : rest.length;
    }

    private static byte[] base16(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a key of a private network: its third line is not " + BYTES
                    + " bytes in base16"); // the cause quotes digits of the key
        }
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "not a key of a private network: its third line is not " + BYTES + " bytes in base64");
        }
    }

    /** The key file, in base16, which all implementations read. */
    public String toFile() {
        return HEADER + "\n/base16/\n" + HexFormat.of().formatHex(bytes) + "\n";
    }

    /**
     * What names the network without its key, as 32 hexadecimal digits: one half of a hash of key stream, so that neither a
     * broken hash nor a broken cipher alone would give the key away (go-libp2p and rust-libp2p; the specification names no
     * way).
     */
    public String fingerprint() {
        Salsa20Engine engine = new Salsa20Engine();
        engine.init(true, new ParametersWithIV(new KeyParameter(bytes), FINGERPRINT_NONCE));
        byte[] stream = new byte[FINGERPRINT_STREAM_BYTES];
        engine.processBytes(stream, 0, stream.length, stream, 0);
        SHAKEDigest hash = new SHAKEDigest(128);
        hash.update(stream, 0, stream.length);
        byte[] fingerprint = new byte[FINGERPRINT_BYTES];
        hash.doFinal(fingerprint, 0, fingerprint.length);
        return HexFormat.of().formatHex(fingerprint);
    }

    /** The key itself; the caller does not change it. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PreSharedKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "pre-shared key";
    }
}
