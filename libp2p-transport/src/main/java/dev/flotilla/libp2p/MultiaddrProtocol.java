package dev.flotilla.libp2p;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds of components of a {@link Multiaddr} that this host reads (multiaddr, protocols table). */
public enum MultiaddrProtocol {
    IP4(4, "ip4", 4, ValueFormat.IP4),
    TCP(6, "tcp", 2, ValueFormat.PORT),
    DCCP(33, "dccp", 2, ValueFormat.PORT),
    IP6(41, "ip6", 16, ValueFormat.IP6),
    IP6ZONE(42, "ip6zone", -1, ValueFormat.NAME),
    IPCIDR(43, "ipcidr", 1, ValueFormat.PREFIX_LENGTH),
    DNS(53, "dns", -1, ValueFormat.NAME),
    DNS4(54, "dns4", -1, ValueFormat.NAME),
    DNS6(55, "dns6", -1, ValueFormat.NAME),
    DNSADDR(56, "dnsaddr", -1, ValueFormat.NAME),
    SCTP(132, "sctp", 2, ValueFormat.PORT),
    UDP(273, "udp", 2, ValueFormat.PORT),
    WEBRTC_DIRECT(280, "webrtc-direct", 0, ValueFormat.NONE),
    WEBRTC(281, "webrtc", 0, ValueFormat.NONE),
    P2P_CIRCUIT(290, "p2p-circuit", 0, ValueFormat.NONE),
    UDT(301, "udt", 0, ValueFormat.NONE),
    UTP(302, "utp", 0, ValueFormat.NONE),
    P2P(421, "p2p", -1, ValueFormat.PEER_ID),
    HTTPS(443, "https", 0, ValueFormat.NONE),
    TLS(448, "tls", 0, ValueFormat.NONE),
    SNI(449, "sni", -1, ValueFormat.NAME),
    NOISE(454, "noise", 0, ValueFormat.NONE),
    QUIC(460, "quic", 0, ValueFormat.NONE),
    QUIC_V1(461, "quic-v1", 0, ValueFormat.NONE),
    WEBTRANSPORT(465, "webtransport", 0, ValueFormat.NONE),
    CERTHASH(466, "certhash", -1, ValueFormat.HASH),
    WS(477, "ws", 0, ValueFormat.NONE),
    WSS(478, "wss", 0, ValueFormat.NONE),
    HTTP(480, "http", 0, ValueFormat.NONE),
    HTTP_PATH(481, "http-path", -1, ValueFormat.PATH),
    MEMORY(777, "memory", -1, ValueFormat.NAME);

    private static final String P2P_FORMER_NAME = "ipfs";
    private static final Map<Integer, MultiaddrProtocol> BY_CODE =
            Stream.of(values()).collect(Collectors.toMap(MultiaddrProtocol::code, Function.identity()));
    private static final Map<String, MultiaddrProtocol> BY_NAME =
            Stream.of(values()).collect(Collectors.toMap(MultiaddrProtocol::toString, Function.identity()));

    private final int code;
    private final String text;
    private final int valueBytes;
    private final ValueFormat format;

    MultiaddrProtocol(int code, String text, int valueBytes, ValueFormat format) {
        this.code = code;
        this.text = text;
        this.valueBytes = valueBytes;
        this.format = format;
    }

    /** The number in front of the value in the binary form. */
    public int code() {
        return code;
    }

    boolean hasValue() {
        return valueBytes != 0;
    }

    /** Whether a length stands in front of the value. */
    boolean hasVariableLength() {
        return valueBytes < 0;
    }

    /** The length of the value where it is fixed. */
    int valueBytes() {
        return valueBytes;
    }

    ValueFormat format() {
        return format;
    }

    static @Nullable MultiaddrProtocol ofCode(long code) {
        return code > Integer.MAX_VALUE ? null : BY_CODE.get((int) code);
    }

    static @Nullable MultiaddrProtocol ofName(String name) {
        return name.equals(P2P_FORMER_NAME) ? P2P : BY_NAME.get(name);
    }

    /** The name in the text form. */
    @Override
    public String toString() {
        return text;
    }
}
