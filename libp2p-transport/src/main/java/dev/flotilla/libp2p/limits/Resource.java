package dev.flotilla.libp2p.limits;

/** What is limited, and so the kinds of refusals. */
public enum Resource {
    /** Inbound handshakes under way: the oldest gives way to a new one. */
    HALF_OPEN_CONNECTIONS("handshakes under way"),
    HALF_OPEN_CONNECTIONS_OF_ADDRESS("handshakes under way from one address"),
    HANDSHAKES_A_SECOND("handshakes a second"),
    HANDSHAKES_A_SECOND_OF_ADDRESS("handshakes a second from one address"),
    CONNECTIONS("connections"),
    INBOUND_CONNECTIONS("inbound connections"),
    OUTBOUND_CONNECTIONS("outbound connections"),
    CONNECTIONS_OF_PEER("connections with one peer"),
    CONNECTIONS_OF_ADDRESS("inbound connections from one address"),
    /** Of IPv6 addresses with the same first 56 bits. */
    CONNECTIONS_OF_SUBNET("inbound connections from one subnet"),
    STREAMS("streams"),
    STREAMS_OF_PEER("streams with one peer"),
    STREAMS_OF_PROTOCOL("streams of one protocol"),
    STREAMS_OF_PROTOCOL_AND_PEER("streams of one protocol with one peer"),
    /** Questions who this peer is, and tidings who the other is. */
    IDENTIFIES_A_SECOND("identify streams a second with one peer"),
    /** Bytes that came and that nothing has read: the connection that holds most of them is closed. */
    RECEIVED_BYTES("received bytes that wait to be read");

    private final String inWords;

    Resource(String inWords) {
        this.inWords = inWords;
    }

    @Override
    public String toString() {
        return inWords;
    }
}
