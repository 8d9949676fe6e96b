package dev.flotilla.libp2p.muxer;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * Why a connection or a stream was ended before its time (libp2p spec, error codes). QUIC carries the number in its frames
 * that close and reset, yamux in go-away and reset. Nothing follows from one: it is for people who look for the cause.
 */
public enum ErrorCode {
    /** No reason is given, as for a reset by the application. */
    NO_ERROR(0),
    PROTOCOL_NEGOTIATION_FAILED(0x1000),
    RESOURCE_LIMIT_EXCEEDED(0x1001),
    RATE_LIMITED(0x1002),
    PROTOCOL_VIOLATION(0x1003),
    /** There is a better connection. */
    SUPPLANTED(0x1004),
    /** The connection was closed to make room. */
    GARBAGE_COLLECTED(0x1005),
    SHUTDOWN(0x1006),
    /** The connection gater refuses it. */
    GATED(0x1007),
    CODE_OUT_OF_RANGE(0x1008);

    private static final AttributeKey<ErrorCode> KEY = AttributeKey.valueOf(ErrorCode.class, "closing");

    private final int connection;

    ErrorCode(int connection) {
        this.connection = connection;
    }

    public int ofConnection() {
        return connection;
    }

    /** The numbers of streams are those of connections and one more. */
    public int ofStream() {
        return this == NO_ERROR ? 0 : connection + 1;
    }

    /** Has this be what the peer is told when this side closes the connection that {@code channel} carries. The first counts. */
    public void explain(Channel channel) {
        channel.attr(KEY).setIfAbsent(this);
    }

    /** What the peer is told when this side closes the connection that {@code channel} carries. */
    public static ErrorCode of(Channel channel) {
        ErrorCode explained = channel.attr(KEY).get();
        return explained == null ? NO_ERROR : explained;
    }

    /** A connection's code in words and as a number. */
    public static String describeConnection(long code) {
        return describe(code, ErrorCode::ofConnection);
    }

    /** A stream's code in words and as a number. */
    public static String describeStream(long code) {
        return describe(code, ErrorCode::ofStream);
    }

    private static String describe(long code, ToIntFunction<ErrorCode> number) {
        String hex = "0x" + Long.toHexString(code);
        return Arrays.stream(values())
                .filter(each -> number.applyAsInt(each) == code)
                .map(each -> each == NO_ERROR ? each.inWords() : each.inWords() + " (" + hex + ")")
                .findFirst()
                .orElse(hex);
    }

    private String inWords() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
