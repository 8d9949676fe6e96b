package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.DialOptions;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.pb.DialBackResponse;
import dev.flotilla.libp2p.autonat.pb.DialBackResponse.DialBackStatus;
import dev.flotilla.libp2p.autonat.pb.DialStatus;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.delimited.MalformedMessageException;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Dials a peer at one address, and tells it its nonce over the connection, which is closed in any case. */
final class DialBackAttempt {
    private static final Logger LOG = LoggerFactory.getLogger(DialBackAttempt.class);
    private static final int ANSWER_BYTES_MAX = 64;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final Host dialer;
    private final Duration timeout;

    /** @param timeout for the peer to answer, once it was reached */
    DialBackAttempt(Host dialer, Duration timeout) {
        this.dialer = dialer;
        this.timeout = timeout;
    }

    /**
     * How it went. One at a time for each peer: a host shares its connections to one. Fails if there is one already, which
     * would say nothing about {@code address}.
     */
    CompletableFuture<DialStatus> run(PeerId peer, Multiaddr address, long nonce) {
        if (!dialer.connections(peer).isEmpty()) {
            return CompletableFuture.failedFuture(
                    new IOException("the host that dials back has a connection to " + peer + " already"));
        }
        return dialer.connect(
                        peer,
                        List.of(address),
                        DialOptions.defaults().withBackoffIgnored().withDirectForced())
                .handle((connection, failure) -> {
                    if (failure != null) {
                        LOG.debug("no dial-back to peer={}: {}", peer, AutonatMessages.inWords(failure));
                        return CompletableFuture.completedFuture(DialStatus.E_DIAL_ERROR);
                    }
                    return deliver(connection, nonce);
                })
                .thenCompose(status -> status);
    }

    private CompletableFuture<DialStatus> deliver(Connection connection, long nonce) {
        return connection
                .newStream(AutonatMessages.DIAL_BACK)
                .thenCompose(stream -> send(stream, nonce))
                .handle((answer, failure) -> delivered(connection, answer, failure))
                .thenCompose(status -> connection
                        .close()
                        .completeOnTimeout(null, CLOSE_MAX.toNanos(), TimeUnit.NANOSECONDS)
                        .handle((done, failure) -> status));
    }

    /**
     * The stream is ended after the answer only: it tells that the nonce came before the connection is closed. Who ends the
     * stream instead has had the nonce, too: go-libp2p 0.51 resets it right behind its answer, which over QUIC gets lost.
     * Nothing is gained by that; the client believes the nonce alone.
     */
    private CompletableFuture<DialBackResponse> send(Stream stream, long nonce) {
        CompletableFuture<Void> sent = DelimitedMessages.write(stream, AutonatMessages.dialBack(nonce));
        stream.finish();
        return sent.thenCompose(done -> DelimitedMessages.read(stream, DialBackResponse.parser(), ANSWER_BYTES_MAX)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(failure -> isEnd(failure)
                        ? CompletableFuture.completedFuture(DialBackResponse.getDefaultInstance())
                        : CompletableFuture.failedFuture(failure)));
    }

    private static boolean isEnd(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof IOException && !(cause instanceof MalformedMessageException);
    }

    private static DialStatus delivered(
            Connection connection, @Nullable DialBackResponse answer, @Nullable Throwable failure) {
        if (answer != null && answer.getStatus() == DialBackStatus.OK) {
            return DialStatus.OK;
        }
        LOG.debug(
                "peer={} did not take its nonce: {}",
                connection.remotePeerId(),
                failure == null ? "it answered with another status" : AutonatMessages.inWords(failure));
        return DialStatus.E_DIAL_BACK_ERROR;
    }
}
