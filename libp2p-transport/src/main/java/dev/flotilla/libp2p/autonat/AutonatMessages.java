package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.pb.DialBack;
import dev.flotilla.libp2p.autonat.pb.DialDataRequest;
import dev.flotilla.libp2p.autonat.pb.DialDataResponse;
import dev.flotilla.libp2p.autonat.pb.DialRequest;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.Message;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The messages of both protocols, and their bounds on either side. */
final class AutonatMessages {
    static final ProtocolId DIAL_REQUEST = new ProtocolId("/libp2p/autonat/2/dial-request");
    static final ProtocolId DIAL_BACK = new ProtocolId("/libp2p/autonat/2/dial-back");
    static final int BYTES_MAX = 8 << 10;
    static final int ADDRESSES_MAX = 50;
    static final int DATA_BYTES_MIN = 30_000;
    static final int DATA_BYTES_MAX = 100_000;
    static final int CHUNK_BYTES_MAX = 4096;

    private AutonatMessages() {}

    /** The next message of a dial-request stream, without a time limit. */
    static CompletableFuture<Message> read(Stream stream) {
        return DelimitedMessages.read(stream, Message.parser(), BYTES_MAX);
    }

    static Message message(DialRequest request) {
        return Message.newBuilder().setDialRequest(request).build();
    }

    static Message message(DialResponse response) {
        return Message.newBuilder().setDialResponse(response).build();
    }

    static Message message(DialDataRequest request) {
        return Message.newBuilder().setDialDataRequest(request).build();
    }

    static Message message(DialDataResponse response) {
        return Message.newBuilder().setDialDataResponse(response).build();
    }

    static DialBack dialBack(long nonce) {
        return DialBack.newBuilder().setNonce(nonce).build();
    }

    /** The answer of a server that dials nothing. */
    static DialResponse status(DialResponse.ResponseStatus status) {
        return DialResponse.newBuilder().setStatus(status).build();
    }

    /** What went wrong, for messages to people. */
    static String inWords(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
