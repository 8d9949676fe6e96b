package dev.flotilla.libp2p.autonat;

import com.google.protobuf.ByteString;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.pb.DialDataRequest;
import dev.flotilla.libp2p.autonat.pb.DialDataResponse;
import dev.flotilla.libp2p.autonat.pb.DialRequest;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import dev.flotilla.libp2p.autonat.pb.DialStatus;
import dev.flotilla.libp2p.autonat.pb.Message;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.libp2p.delimited.MalformedMessageException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request to one server, and the dial-back that answers it. */
final class Probe {
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);
    private static final Message CHUNK = AutonatMessages.message(DialDataResponse.newBuilder()
            .setData(ByteString.copyFrom(new byte[AutonatMessages.CHUNK_BYTES_MAX]))
            .build());

    private final Connection server;
    private final List<Multiaddr> addresses;
    private final Message request;
    private final long nonce;
    private final Set<Connection> before;
    private final Duration nonceWait;
    private final CompletableFuture<@Nullable Multiaddr> arrived =
            new CompletableFuture<>(); // with this side's end of the dial-back; never with null
    private volatile int paidIndex = Verdict.NOTHING_PAID;

    /**
     * @param before the connections that there are: none of them is a dial-back's
     * @param nonceWait how much later than the answer the nonce may come
     * @throws IllegalArgumentException if there are no addresses, or more than a server takes
     */
    Probe(Connection server, List<Multiaddr> addresses, long nonce, Set<Connection> before, Duration nonceWait) {
        this.server = server;
        this.addresses = List.copyOf(addresses);
        this.nonce = nonce;
        this.before = before;
        this.nonceWait = nonceWait;
        DialRequest.Builder asked = DialRequest.newBuilder().setNonce(nonce);
        addresses.forEach(address ->
                asked.addAddrs(ByteString.copyFrom(address.withoutPeerId().toBytes())));
        this.request = AutonatMessages.message(asked.build());
        int bytes = request.getSerializedSize();
        if (addresses.isEmpty()
                || addresses.size() > AutonatMessages.ADDRESSES_MAX
                || bytes > AutonatMessages.BYTES_MAX) {
            throw new IllegalArgumentException("cannot ask about " + addresses.size() + " addresses in " + bytes
                    + " bytes: a request has 1 to " + AutonatMessages.ADDRESSES_MAX + " in at most "
                    + AutonatMessages.BYTES_MAX);
        }
    }

    CompletableFuture<ProbeResult> run() {
        return server.newStream(AutonatMessages.DIAL_REQUEST)
                .thenCompose(this::ask)
                .thenCompose(this::judged)
                .exceptionally(failure -> ProbeResult.unknown(
                        null,
                        "the server " + server.remotePeerId() + " gave no answer: "
                                + AutonatMessages.inWords(failure)));
    }

    private CompletableFuture<DialResponse> ask(Stream stream) {
        DelimitedMessages.write(stream, request);
        return next(stream)
                .orTimeout(ANSWER_MAX.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((response, failure) -> {
                    if (failure == null) {
                        stream.close();
                    } else {
                        stream.reset();
                    }
                });
    }

    private CompletableFuture<DialResponse> next(Stream stream) {
        return AutonatMessages.read(stream).thenCompose(message -> {
            if (message.hasDialResponse()) {
                return CompletableFuture.completedFuture(message.getDialResponse());
            }
            if (message.hasDialDataRequest() && paidIndex == Verdict.NOTHING_PAID) {
                return pay(stream, message.getDialDataRequest()).thenCompose(paid -> next(stream));
            }
            return malformed("it sent a " + message.getMsgCase() + " in place of its answer");
        });
    }

    private CompletableFuture<Void> pay(Stream stream, DialDataRequest wanted) {
        int index = wanted.getAddrIdx();
        long bytes = wanted.getNumBytes();
        if (index < 0 || index >= addresses.size()) {
            return malformed(
                    "it wants dial data for address " + Integer.toUnsignedString(index) + " of " + addresses.size());
        }
        if (bytes < 0 || bytes > AutonatMessages.DATA_BYTES_MAX) {
            return malformed("it wants " + Long.toUnsignedString(bytes) + " bytes of dial data, more than "
                    + AutonatMessages.DATA_BYTES_MAX);
        }
        paidIndex = index;
        CompletableFuture<Void> written = CompletableFuture.completedFuture(null);
        for (long sent = 0; sent < bytes; sent += AutonatMessages.CHUNK_BYTES_MAX) {
            written = written.thenCompose(done -> DelimitedMessages.write(stream, CHUNK));
        }
        return written;
    }

    private static <T> CompletableFuture<T> malformed(String message) {
        return CompletableFuture.failedFuture(new MalformedMessageException(message));
    }

    private CompletableFuture<ProbeResult> judged(DialResponse response) {
        boolean mayCome = response.getStatus() == ResponseStatus.OK && response.getDialStatus() == DialStatus.OK;
        CompletableFuture<Boolean> waited = mayCome
                ? arrived.handle((at, failure) -> true)
                        .completeOnTimeout(false, nonceWait.toNanos(), TimeUnit.NANOSECONDS)
                : CompletableFuture.completedFuture(true);
        return waited.thenApply(done -> new Verdict(addresses, paidIndex, arrived.getNow(null)).of(response));
    }

    /** Whether {@code connection} brought the nonce of this probe, for the first time, and was made for that. */
    boolean onDialBack(Connection connection, long number) {
        return number == nonce && !before.contains(connection) && arrived.complete(connection.localAddress());
    }
}
