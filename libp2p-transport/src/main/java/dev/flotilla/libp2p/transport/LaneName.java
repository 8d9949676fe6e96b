package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.transport.Lane;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** The first message on a stream: the lane's name in lower case, behind its length as a varint. */
final class LaneName {
    static final int BYTES_MAX = 32;
    static final Duration TIMEOUT = Duration.ofSeconds(10); // a stream without a name is not kept longer

    private LaneName() {}

    /** The message, with its length in front. */
    static byte[] message(Lane lane) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varint.writeDelimited(out, name(lane).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static String name(Lane lane) {
        return lane.name().toLowerCase(Locale.ROOT);
    }

    /** The lane that {@code content}, without its length, names. */
    static Optional<Lane> parse(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        for (Lane lane : Lane.values()) {
            if (name(lane).equals(text)) {
                return Optional.of(lane);
            }
        }
        return Optional.empty();
    }
}
