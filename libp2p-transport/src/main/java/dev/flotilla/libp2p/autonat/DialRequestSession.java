package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.AutonatCounters.Event;
import dev.flotilla.libp2p.autonat.DialBackAddresses.Chosen;
import dev.flotilla.libp2p.autonat.pb.DialDataRequest;
import dev.flotilla.libp2p.autonat.pb.DialRequest;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import dev.flotilla.libp2p.autonat.pb.DialStatus;
import dev.flotilla.libp2p.autonat.pb.Message;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.delimited.MalformedMessageException;
import dev.flotilla.transport.PeerId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** One request at a server: reads it, has it paid for where it asks to dial somebody else's IP address, and dials. */
final class DialRequestSession {
    private static final int CHUNKS_MAX = 1000; // go-libp2p sends 4096 bytes in each, rust-libp2p 1000

    private final Stream stream;
    private final Duration timeout;
    private final DialBackAddresses addresses;
    private final DialBackAttempt dialBack;
    private final RequestRates rates;
    private final AutonatCounters counters;

    DialRequestSession(
            Stream stream,
            Duration timeout,
            DialBackAddresses addresses,
            DialBackAttempt dialBack,
            RequestRates rates,
            AutonatCounters counters) {
        this.stream = stream;
        this.timeout = timeout;
        this.addresses = addresses;
        this.dialBack = dialBack;
        this.rates = rates;
        this.counters = counters;
    }

    /** The answer, when all that belongs to the request has ended. Fails if there is nobody, or nothing, to answer. */
    CompletableFuture<DialResponse> run() {
        return AutonatMessages.read(stream)
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(this::onMessage);
    }

    private CompletableFuture<DialResponse> onMessage(Message message) {
        if (!message.hasDialRequest()) {
            return malformed("expected a dial request, got " + message.getMsgCase());
        }
        DialRequest request = message.getDialRequest();
        if (request.getAddrsCount() > AutonatMessages.ADDRESSES_MAX) {
            return refusal(Event.REQUEST_REJECTED, ResponseStatus.E_REQUEST_REJECTED);
        }
        PeerId peer = stream.remotePeerId();
        Chosen chosen = addresses.first(peer, request.getAddrsList()).orElse(null);
        if (chosen == null) {
            return refusal(Event.DIAL_REFUSED, ResponseStatus.E_DIAL_REFUSED);
        }
        boolean isFree = stream.connection().remoteAddress().ipAddress().equals(Optional.of(chosen.ip()));
        if (!isFree && !rates.takeDialData(peer)) {
            return refusal(Event.REQUEST_REJECTED, ResponseStatus.E_REQUEST_REJECTED);
        }
        CompletableFuture<Void> paid = isFree ? CompletableFuture.completedFuture(null) : dialData(chosen.index());
        return paid.thenCompose(done -> dialBack.run(peer, chosen.address(), request.getNonce()))
                .thenApply(status -> dialled(chosen.index(), status));
    }

    private CompletableFuture<DialResponse> refusal(Event event, ResponseStatus status) {
        counters.count(event);
        return CompletableFuture.completedFuture(AutonatMessages.status(status));
    }

    private DialResponse dialled(int index, DialStatus status) {
        counters.count(
                switch (status) {
                    case OK -> Event.DIALLED_BACK;
                    case E_DIAL_BACK_ERROR -> Event.DIAL_BACK_FAILED;
                    case E_DIAL_ERROR, UNUSED, UNRECOGNIZED -> Event.DIAL_FAILED;
                });
        return DialResponse.newBuilder()
                .setStatus(ResponseStatus.OK)
                .setAddrIdx(index)
                .setDialStatus(status)
                .build();
    }

    /** Completes when the peer has paid for a dial to an IP address that it was not seen at. */
    private CompletableFuture<Void> dialData(int index) {
        counters.count(Event.DIAL_DATA_ASKED);
        int bytes =
                ThreadLocalRandom.current().nextInt(AutonatMessages.DATA_BYTES_MIN, AutonatMessages.DATA_BYTES_MAX + 1);
        DelimitedMessages.write(
                stream,
                AutonatMessages.message(DialDataRequest.newBuilder()
                        .setAddrIdx(index)
                        .setNumBytes(bytes)
                        .build()));
        return takeDialData(bytes, CHUNKS_MAX).orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** On the event loop anew for each chunk, however many are there already: the stack stays low. */
    private CompletableFuture<Void> takeDialData(int bytesLeft, int chunksLeft) {
        if (bytesLeft <= 0) {
            return CompletableFuture.completedFuture(null);
        }
        if (chunksLeft == 0) {
            return malformed("dial data comes in more than " + CHUNKS_MAX + " chunks");
        }
        return AutonatMessages.read(stream)
                .thenComposeAsync(
                        message -> {
                            int size = message.getDialDataResponse().getData().size();
                            return size == 0 || size > AutonatMessages.CHUNK_BYTES_MAX
                                    ? malformed("expected a chunk of 1 to " + AutonatMessages.CHUNK_BYTES_MAX
                                            + " bytes, got " + size + " in " + message.getMsgCase())
                                    : takeDialData(bytesLeft - size, chunksLeft - 1);
                        },
                        stream.channel().eventLoop());
    }

    private static <T> CompletableFuture<T> malformed(String message) {
        return CompletableFuture.failedFuture(new MalformedMessageException(message));
    }
}
