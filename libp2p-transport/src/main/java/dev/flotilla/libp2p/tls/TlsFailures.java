package dev.flotilla.libp2p.tls;

import dev.flotilla.libp2p.security.SecurityHandshakeException;
import io.netty.handler.ssl.NotSslRecordException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in words why TLS failed: BoringSSL names its errors, alerts of the peer among them, in capitals. */
final class TlsFailures {
    private static final int MESSAGE_CHARS_MAX = 200;
    private static final int CAUSES_MAX = 16;
    private static final Pattern ALERT = Pattern.compile("(?:SSLV3|TLSV1|TLSV1_3)_ALERT_(\\w+)");

    private static final Map<String, String> KNOWN = Map.of(
            "PEER_DID_NOT_RETURN_A_CERTIFICATE", "the peer showed no certificate",
            "UNSUPPORTED_PROTOCOL", "the peer speaks no TLS 1.3",
            "EXCESSIVE_MESSAGE_SIZE", "the peer's handshake message is too large",
            "WRONG_VERSION_NUMBER", "the peer sent what is not TLS",
            "HTTP_REQUEST", "the peer speaks HTTP, not TLS",
            "DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "the peer sent a wrong message: its tag does not fit",
            "BAD_DECRYPT", "the peer sent a wrong message: its tag does not fit");

    private TlsFailures() {}

    static SecurityHandshakeException inWords(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++, cause = cause.getCause()) {
            if (cause instanceof SecurityHandshakeException known) {
                return known;
            }
            String words = words(cause);
            if (words != null) {
                return new SecurityHandshakeException(words, failure);
            }
        }
        return new SecurityHandshakeException("TLS failed: " + brief(failure), failure);
    }

    static SecurityHandshakeException closed() {
        return new SecurityHandshakeException("the connection was closed during the handshake");
    }

    private static @Nullable String words(Throwable cause) {
        if (cause instanceof CertificateException) {
            return brief(cause);
        }
        if (cause instanceof NotSslRecordException) { // its message has all the bytes
            return "the peer sent what is not TLS";
        }
        if (cause instanceof ClosedChannelException) {
            return "the connection was closed during the handshake";
        }
        String message = String.valueOf(cause.getMessage());
        Matcher alert = ALERT.matcher(message);
        if (alert.find()) {
            String name = alert.group(1).toLowerCase(Locale.ROOT);
            return "the peer refused: alert " + name
                    + (name.contains("certificate") ? " (it does not accept this peer)" : "");
        }
        return KNOWN.entrySet().stream()
                .filter(known -> message.contains(known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** One line, never long. */
    private static String brief(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
        return message.length() <= MESSAGE_CHARS_MAX ? message : message.substring(0, MESSAGE_CHARS_MAX) + "...";
    }
}
