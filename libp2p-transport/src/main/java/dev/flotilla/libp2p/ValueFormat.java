package dev.flotilla.libp2p;

import dev.flotilla.transport.PeerId;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * How the value of one kind of multiaddr component is spelled. Both directions throw {@link IllegalArgumentException}
 * on what is no value of the kind; {@link #print} is therefore also the check of a binary value, whose length has been
 * checked before where it is fixed.
 */
enum ValueFormat {
    NONE {
        @Override
        byte[] parse(String text) {
            throw new IllegalArgumentException("takes no value");
        }

        @Override
        String print(byte[] value) {
            return "";
        }
    },
    IP4 {
        @Override
        byte[] parse(String text) {
            return IpText.parseIp4(text);
        }

        @Override
        String print(byte[] value) {
            return IpText.printIp4(value);
        }
    },
    IP6 {
        @Override
        byte[] parse(String text) {
            return IpText.parseIp6(text);
        }

        @Override
        String print(byte[] value) {
            return IpText.printIp6(value);
        }
    },
    PORT {
        @Override
        byte[] parse(String text) {
            int port = number(text, 65535);
            return new byte[] {(byte) (port >> 8), (byte) port};
        }

        @Override
        String print(byte[] value) {
            return Integer.toString(((value[0] & 0xff) << 8) | (value[1] & 0xff));
        }
    },
    PREFIX_LENGTH {
        @Override
        byte[] parse(String text) {
            return new byte[] {(byte) number(text, IP6_BITS)};
        }

        @Override
        String print(byte[] value) {
            String text = Integer.toString(value[0] & 0xff);
            number(text, IP6_BITS);
            return text;
        }
    },
    NAME {
        @Override
        byte[] parse(String text) {
            byte[] value = text.getBytes(StandardCharsets.UTF_8);
            print(value);
            return value;
        }

        @Override
        String print(byte[] value) {
            String text = utf8(value);
            if (text.isEmpty() || text.chars().anyMatch(c -> c == '/' || c == ' ' || Character.isISOControl(c))) {
                throw new IllegalArgumentException("is empty, or holds a slash, space or control character");
            }
            return text;
        }
    },
    /** Percent-encoded; the slash in front stands in the bytes only, where js puts it and go does not. */
    PATH {
        @Override
        byte[] parse(String text) {
            String path = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
            return ("/" + path).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        String print(byte[] value) {
            String path = utf8(value);
            String relative = path.startsWith("/") ? path.substring(1) : path;
            if (relative.isEmpty()) {
                throw new IllegalArgumentException("is empty");
            }
            return URLEncoder.encode(relative, StandardCharsets.UTF_8).replace("+", "%20");
        }
    },
    PEER_ID {
        @Override
        byte[] parse(String text) {
            return PeerId.parse(text).toBytes();
        }

        @Override
        String print(byte[] value) {
            return PeerId.fromBytes(value).toString();
        }
    },
    HASH {
        @Override
        byte[] parse(String text) {
            if (!text.startsWith("u")) {
                throw new IllegalArgumentException("is not multibase base64url (it would start with u)");
            }
            byte[] value = Base64.getUrlDecoder().decode(text.substring(1));
            print(value);
            return value;
        }

        @Override
        String print(byte[] value) {
            if (value.length < 3) {
                throw new IllegalArgumentException("is no multihash");
            }
            return "u" + Base64.getUrlEncoder().withoutPadding().encodeToString(value);
        }
    };

    private static final int IP6_BITS = 128;

    abstract byte[] parse(String text);

    abstract String print(byte[] value);

    private static int number(String text, int max) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > max) {
            throw new IllegalArgumentException("is not a number from 0 to " + max);
        }
        return Integer.parseInt(text);
    }

    private static String utf8(byte[] value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not UTF-8", e);
        }
    }
}
