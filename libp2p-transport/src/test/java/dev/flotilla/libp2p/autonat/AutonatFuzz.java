package dev.flotilla.libp2p.autonat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.autonat.DialBackAddresses.Chosen;
import dev.flotilla.libp2p.autonat.pb.DialRequest;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import dev.flotilla.libp2p.autonat.pb.DialStatus;
import dev.flotilla.libp2p.autonat.pb.Message;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.fuzz.FuzzTarget;
import dev.flotilla.transport.PeerId;
import java.util.List;

/** Whatever is asked, a server dials public addresses only; whatever is answered, nothing is reachable without a nonce. */
public final class AutonatFuzz implements FuzzTarget {
    private static final PeerId PEER = PrivateKey.generate().peerId();
    private static final List<Multiaddr> ASKED =
            List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/4001"), Multiaddr.parse("/ip4/1.2.3.4/udp/4001/quic-v1"));
    private static final List<byte[]> SEEDS =
            List.of(request(), response(DialStatus.OK), response(DialStatus.E_DIAL_ERROR));

    public static void fuzzerTestOneInput(byte[] input) {
        new AutonatFuzz().run(input);
    }

    private static byte[] request() {
        DialRequest.Builder request = DialRequest.newBuilder().setNonce(7);
        for (String text : List.of("/ip4/10.0.0.1/tcp/1", "/dns4/a.example/tcp/1", "/ip4/1.2.3.4/tcp/4001")) {
            request.addAddrs(ByteString.copyFrom(Multiaddr.parse(text).toBytes()));
        }
        return AutonatMessages.message(request.build()).toByteArray();
    }

    private static byte[] response(DialStatus status) {
        return AutonatMessages.message(DialResponse.newBuilder()
                        .setStatus(ResponseStatus.OK)
                        .setAddrIdx(1)
                        .setDialStatus(status)
                        .build())
                .toByteArray();
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        Message message;
        try {
            message = Message.parseFrom(input);
        } catch (InvalidProtocolBufferException e) {
            return; // the stream is reset
        }
        onRequest(message.getDialRequest());
        onResponse(message.getDialResponse());
    }

    private static void onRequest(DialRequest request) {
        DialBackAddresses addresses = new DialBackAddresses(false, (peer, address) -> true, ip -> true);
        Chosen chosen = addresses.first(PEER, request.getAddrsList()).orElse(null);
        if (chosen == null) {
            return;
        }
        boolean isAsked = Multiaddr.fromBytes(request.getAddrs(chosen.index()).toByteArray())
                .withoutPeerId()
                .equals(chosen.address());
        if (!isAsked || chosen.ip().isSiteLocalAddress() || chosen.ip().isLoopbackAddress()) {
            throw new AssertionError("to be dialled: " + chosen);
        }
    }

    private static void onResponse(DialResponse response) {
        ProbeResult unproven = new Verdict(ASKED, Verdict.NOTHING_PAID, null).of(response);
        ProbeResult elsewhere = new Verdict(ASKED, 0, Multiaddr.parse("/ip4/10.0.0.7/udp/9/quic-v1")).of(response);
        if (unproven.reachability() == Reachability.REACHABLE || elsewhere.reachability() != Reachability.UNKNOWN) {
            throw new AssertionError("believed: " + unproven + ", " + elsewhere);
        }
    }
}
