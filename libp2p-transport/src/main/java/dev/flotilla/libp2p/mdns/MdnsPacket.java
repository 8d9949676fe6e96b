package dev.flotilla.libp2p.mdns;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.pnet.PreSharedKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsPtrRecord;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordEncoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.ReferenceCountUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one packet says about peers (libp2p spec, mdns; RFC 1035 §4 for the layout).
 *
 * @param asksForPeers whether it is a query that who listens must answer
 * @param asksForServices whether it asks which services there are at all (RFC 6763 §9)
 * @param addresses those that it tells, each with a peer id
 */
record MdnsPacket(boolean asksForPeers, boolean asksForServices, List<Multiaddr> addresses) {
    private static final String DOMAIN = "local.";
    private static final String PUBLIC_SERVICE = "_p2p._udp." + DOMAIN;
    private static final String SERVICES = "_services._dns-sd._udp." + DOMAIN;
    private static final String PREFIX = "dnsaddr=";

    private static final int HEADER_BYTES = 12;
    private static final int RESPONSE = 0x8000; // in the flags
    private static final int AUTHORITATIVE = 0x0400;
    private static final int OWN = 0x8000; // in the class: nobody else has records of this name
    private static final int MEANINGLESS_PORT = 4001; // go-libp2p's, which is as meaningless
    private static final int TTL_SECONDS = 120;
    private static final int PACKET_BYTES_MAX = 1400; // in one Ethernet frame, headers included
    private static final int STRING_BYTES_MAX = 255;
    private static final int RECORDS_MAX = 256; // of a packet that is read
    private static final int ADDRESSES_MAX = 128;

    MdnsPacket {
        addresses = List.copyOf(addresses);
    }

    /** The name that the peers of a network go by: those of a private one find each other, and others not them. */
    static String service(Optional<PreSharedKey> privateNetwork) {
        return privateNetwork
                .map(key -> "_p2p-" + key.fingerprint() + "._udp." + DOMAIN)
                .orElse(PUBLIC_SERVICE);
    }

    /** Asks who is there. */
    static byte[] query(String service) {
        ByteBuf out = header(0, 1, 0, 0);
        return encode(
                out,
                () -> DnsRecordEncoder.DEFAULT.encodeQuestion(new DefaultDnsQuestion(service, DnsRecordType.PTR), out));
    }

    /**
     * Says that a peer is there.
     *
     * @param peerName random, since peer ids are nobody's business who does not look closer
     * @param addresses each with the peer id; those that do not fit are left out
     */
    static byte[] answer(String service, String peerName, List<Multiaddr> addresses) {
        String name = peerName + "." + service;
        String hostName = peerName + "." + DOMAIN;
        Optional<InetAddress> ip = addresses.stream()
                .flatMap(address -> address.ipAddress().stream())
                .findFirst();
        ByteBuf out = header(RESPONSE | AUTHORITATIVE, 0, 1, ip.isPresent() ? 3 : 1);
        return encode(out, () -> {
            DnsRecordEncoder.DEFAULT.encodeRecord(
                    new DefaultDnsPtrRecord(service, DnsRecord.CLASS_IN, TTL_SECONDS, name), out);
            if (ip.isPresent()) { // go-libp2p passes over who has none
                encodeOwn(out, name, DnsRecordType.SRV, host(peerName));
                encodeOwn(
                        out,
                        hostName,
                        ip.get() instanceof Inet4Address ? DnsRecordType.A : DnsRecordType.AAAA,
                        Unpooled.wrappedBuffer(ip.get().getAddress()));
            }
            int left = PACKET_BYTES_MAX - out.readableBytes() - name.length() - HEADER_BYTES;
            encodeOwn(out, name, DnsRecordType.TXT, text(addresses, left));
        });
    }

    /** Says that the peer of that name is there no more (RFC 6762 §10.1). */
    static byte[] goodbye(String service, String peerName) {
        return pointer(service, 0, peerName + "." + service);
    }

    /** Answers who asks which services there are: this one. */
    static byte[] services(String service) {
        return pointer(SERVICES, TTL_SECONDS, service);
    }

    private static byte[] pointer(String name, long ttlSeconds, String target) {
        ByteBuf out = header(RESPONSE | AUTHORITATIVE, 0, 1, 0);
        return encode(
                out,
                () -> DnsRecordEncoder.DEFAULT.encodeRecord(
                        new DefaultDnsPtrRecord(name, DnsRecord.CLASS_IN, ttlSeconds, target), out));
    }

    private static void encodeOwn(ByteBuf out, String name, DnsRecordType type, ByteBuf content) throws Exception {
        DnsRecord record = new DefaultDnsRawRecord(name, type, OWN | DnsRecord.CLASS_IN, TTL_SECONDS, content);
        try {
            DnsRecordEncoder.DEFAULT.encodeRecord(record, out);
        } finally {
            ReferenceCountUtil.release(record);
        }
    }

    /** Priority, weight and port, which mean nothing here, and the host name. */
    private static ByteBuf host(String peerName) {
        ByteBuf content = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(MEANINGLESS_PORT);
        for (String label : List.of(peerName, "local")) {
            content.writeByte(label.length()).writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        return content.writeByte(0);
    }

    private static ByteBuf header(int flags, int questions, int answers, int additionals) {
        return Unpooled.buffer()
                .writeShort(0)
                .writeShort(flags)
                .writeShort(questions)
                .writeShort(answers)
                .writeShort(0)
                .writeShort(additionals);
    }

    private interface Encoding {
        void run() throws Exception;
    }

    private static byte[] encode(ByteBuf out, Encoding encoding) {
        try {
            encoding.run();
            byte[] packet = new byte[out.readableBytes()];
            out.readBytes(packet);
            return packet;
        } catch (Exception e) { // what Netty declares
            throw new IllegalStateException("writing to memory failed", e);
        } finally {
            out.release();
        }
    }

    /** One string an address. */
    private static ByteBuf text(List<Multiaddr> addresses, int bytesMax) {
        ByteBuf text = Unpooled.buffer();
        for (Multiaddr address : addresses) {
            byte[] string = (PREFIX + address).getBytes(StandardCharsets.UTF_8);
            if (string.length <= STRING_BYTES_MAX && text.readableBytes() + 1 + string.length <= bytesMax) {
                text.writeByte(string.length).writeBytes(string);
            }
        }
        return text;
    }

    /**
     * Reads a packet; what says nothing about peers of that service is passed over.
     *
     * @throws IllegalArgumentException if it is no DNS
     */
    static MdnsPacket decode(String service, byte[] packet) {
        ByteBuf in = Unpooled.wrappedBuffer(packet);
        try {
            if (in.readableBytes() < HEADER_BYTES) {
                throw new IllegalArgumentException("no DNS packet: " + packet.length + " bytes");
            }
            int flags = in.getUnsignedShort(2);
            int questions = in.getUnsignedShort(4);
            int records = in.getUnsignedShort(6) + in.getUnsignedShort(8) + in.getUnsignedShort(10);
            in.skipBytes(HEADER_BYTES);
            boolean peers = false;
            boolean services = false;
            for (int i = 0; i < Math.min(RECORDS_MAX, questions); i++) {
                DnsQuestion question = DnsRecordDecoder.DEFAULT.decodeQuestion(in);
                peers |= asksFor(service, question);
                services |= asksFor(SERVICES, question);
            }
            boolean response = (flags & RESPONSE) != 0;
            return response
                    ? new MdnsPacket(false, false, addresses(service, in, Math.min(RECORDS_MAX, records)))
                    : new MdnsPacket(peers, services, List.of());
        } catch (Exception e) { // what Netty declares and what it throws besides
            throw e instanceof IllegalArgumentException known
                    ? known
                    : new IllegalArgumentException("no DNS packet: " + e.getMessage(), e);
        }
    }

    private static boolean asksFor(String name, DnsQuestion question) {
        boolean kind =
                question.type().equals(DnsRecordType.PTR) || question.type().equals(DnsRecordType.ANY);
        return kind && question.name().equalsIgnoreCase(name);
    }

    /** js-libp2p has the TXT records among the answers, everybody else behind them. */
    private static List<Multiaddr> addresses(String service, ByteBuf in, int records) throws Exception {
        List<Multiaddr> addresses = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            DnsRecord record = DnsRecordDecoder.DEFAULT.decodeRecord(in);
            if (record == null) {
                throw new IllegalArgumentException("no DNS packet: it is cut off");
            }
            try {
                if (record instanceof DnsRawRecord raw && isOfAPeer(service, raw)) {
                    addAddresses(raw.content(), addresses);
                }
            } finally {
                ReferenceCountUtil.release(record);
            }
        }
        return addresses;
    }

    private static boolean isOfAPeer(String service, DnsRecord record) {
        return record.type().equals(DnsRecordType.TXT)
                && record.timeToLive() > 0 // or it says goodbye
                && record.name().toLowerCase(Locale.ROOT).endsWith("." + service);
    }

    private static void addAddresses(ByteBuf text, List<Multiaddr> addresses) {
        while (text.isReadable() && addresses.size() < ADDRESSES_MAX) {
            int length = Math.min(text.readUnsignedByte(), text.readableBytes());
            String string =
                    text.readCharSequence(length, StandardCharsets.UTF_8).toString();
            if (string.startsWith(PREFIX)) {
                try {
                    Multiaddr address = Multiaddr.parse(string.substring(PREFIX.length()));
                    address.peerId().ifPresent(peer -> addresses.add(address));
                } catch (IllegalArgumentException e) {
                    // of a kind that is not known here: it alone is dropped
                }
            }
        }
    }
}
