package dev.flotilla.libp2p;

import dev.flotilla.libp2p.Multiaddr.Component;
import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads the two forms of a multiaddr into components. Strict; one trailing slash is let pass. */
final class MultiaddrDecoder {
    private static final int COMPONENTS_MAX = 64; // each takes far more memory than its two bytes on the wire

    private MultiaddrDecoder() {}

    static List<Component> fromText(String text) {
        if (!text.startsWith("/")) {
            throw malformed(text, "it does not start with a slash");
        }
        String inner = text.substring(1, text.endsWith("/") && text.length() > 1 ? text.length() - 1 : text.length());
        String[] parts = inner.split("/", -1);
        List<Component> components = new ArrayList<>();
        for (int i = 0; i < parts.length; i++) {
            MultiaddrProtocol protocol = MultiaddrProtocol.ofName(parts[i]);
            if (protocol == null) {
                throw malformed(text, parts[i].isEmpty() ? "it has an empty part" : "unknown protocol " + parts[i]);
            }
            if (components.size() == COMPONENTS_MAX) {
                throw malformed(text, "it has more than " + COMPONENTS_MAX + " components");
            }
            if (!protocol.hasValue()) {
                components.add(new Component(protocol, Bytes.EMPTY));
            } else if (i + 1 == parts.length) {
                throw malformed(text, protocol + " lacks its value");
            } else {
                i++;
                components.add(component(text, protocol, parts[i]));
            }
        }
        return components;
    }

    private static Component component(String text, MultiaddrProtocol protocol, String value) {
        try {
            byte[] bytes = protocol.format().parse(value);
            protocol.format().print(bytes);
            return new Component(protocol, Bytes.wrap(bytes));
        } catch (IllegalArgumentException e) {
            throw malformed(text, "value '" + value + "' of " + protocol + ": " + e.getMessage());
        }
    }

    static List<Component> fromBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        List<Component> components = new ArrayList<>();
        while (in.hasRemaining()) {
            int at = in.position();
            try {
                if (components.size() == COMPONENTS_MAX) {
                    throw new IllegalArgumentException("more than " + COMPONENTS_MAX + " components");
                }
                components.add(next(in));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "not a multiaddr: at byte " + at + " of " + bytes.length + ": " + e.getMessage(), e);
            }
        }
        return components;
    }

    private static Component next(ByteBuffer in) {
        long code = Varint.read(in);
        MultiaddrProtocol protocol = MultiaddrProtocol.ofCode(code);
        if (protocol == null) {
            throw new IllegalArgumentException("unknown protocol code " + code);
        }
        byte[] value;
        if (protocol.hasVariableLength()) {
            value = Varint.readDelimited(in);
        } else if (protocol.valueBytes() > in.remaining()) {
            throw new IllegalArgumentException(protocol + " is cut short");
        } else {
            value = new byte[protocol.valueBytes()];
            in.get(value);
        }
        try {
            protocol.format().print(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("value of " + protocol + ": " + e.getMessage(), e);
        }
        return new Component(protocol, Bytes.wrap(value));
    }

    private static IllegalArgumentException malformed(String text, String reason) {
        return new IllegalArgumentException("not a multiaddr: '" + text + "': " + reason);
    }
}
