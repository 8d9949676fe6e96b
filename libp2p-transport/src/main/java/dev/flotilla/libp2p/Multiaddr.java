package dev.flotilla.libp2p;

import dev.flotilla.libp2p.multiformats.Varint;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An address that describes itself: {@code /ip4/192.0.2.1/tcp/4001/p2p/12D3Koo...} (multiaddr specification). Immutable,
 * compared by its binary form. An address of no component at all prints as {@code /}; it cannot be parsed, but is what
 * remains when everything is taken away.
 */
public final class Multiaddr {
    private static final int BYTES_MAX = 2048;
    private static final int TEXT_LENGTH_MAX = 4096;
    private static final int CHARACTERS_A_BYTE_MAX = 8; // of the names, which are longest for their codes

    private final List<Component> components;
    private final Bytes bytes;

    /**
     * One {@code /name/value}.
     *
     * @param value in binary, without its length; empty for protocols that have none
     */
    public record Component(MultiaddrProtocol protocol, Bytes value) {
        /** The value as text, empty for protocols that have none. */
        public String text() {
            return protocol.format().print(value.toByteArray());
        }

        @Override
        public String toString() {
            return "/" + protocol + (protocol.hasValue() ? "/" + text() : "");
        }
    }

    private Multiaddr(List<Component> components) {
        this.components = List.copyOf(components);
        this.bytes = encode(this.components);
        if (bytes.size() > BYTES_MAX) {
            throw new IllegalArgumentException("multiaddr of " + bytes.size() + " bytes exceeds " + BYTES_MAX);
        }
        if (bytes.size() > TEXT_LENGTH_MAX / CHARACTERS_A_BYTE_MAX && toString().length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException("multiaddr of " + bytes.size() + " bytes takes "
                    + toString().length() + " characters as text, which exceeds " + TEXT_LENGTH_MAX);
        }
    }

    /**
     * Reads the text form. {@code /ipfs/} is taken as {@code /p2p/}, and one slash at the end is let pass.
     *
     * @throws IllegalArgumentException if it is none; the message names the text and what is wrong with it
     */
    public static Multiaddr parse(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "not a multiaddr: " + text.length() + " characters exceed " + TEXT_LENGTH_MAX);
        }
        return new Multiaddr(MultiaddrDecoder.fromText(text));
    }

    /**
     * Reads the binary form, 1 to 2048 bytes.
     *
     * @throws IllegalArgumentException if it is malformed, too long as text to be read again (4096 characters), or holds a protocol that this host does not know (the length
     *     of whose value nobody could tell); the message names the place
     */
    public static Multiaddr fromBytes(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "not a multiaddr: expected 1 to " + BYTES_MAX + " bytes, got " + bytes.length);
        }
        return new Multiaddr(MultiaddrDecoder.fromBytes(bytes));
    }

    /** {@code /ip4|ip6/.../tcp/port} of a socket, or {@code /dns/...} of an unresolved one; a scope becomes ip6zone. */
    public static Multiaddr of(InetSocketAddress socket) {
        return of(socket, MultiaddrProtocol.TCP);
    }

    /**
     * As {@link #of(InetSocketAddress)}, with another shape behind the host: {@code (UDP, QUIC_V1)} makes
     * {@code /ip4|ip6/.../udp/port/quic-v1}.
     *
     * @param shape the first carries the port, the others have no values
     */
    public static Multiaddr of(InetSocketAddress socket, MultiaddrProtocol... shape) {
        InetAddress address = socket.getAddress();
        List<Component> components = new ArrayList<>();
        if (address == null) {
            components.add(textual(MultiaddrProtocol.DNS, socket.getHostString()));
        } else {
            components.addAll(ofHost(address).components);
        }
        components.add(textual(shape[0], Integer.toString(socket.getPort())));
        for (MultiaddrProtocol protocol : List.of(shape).subList(1, shape.length)) {
            components.add(new Component(protocol, Bytes.EMPTY));
        }
        return new Multiaddr(components);
    }

    /** {@code /ip4/...} or {@code [/ip6zone/...]/ip6/...}. */
    public static Multiaddr ofHost(InetAddress address) {
        List<Component> components = new ArrayList<>();
        if (address instanceof Inet6Address ip6) {
            if (ip6.getScopedInterface() != null) {
                components.add(textual(
                        MultiaddrProtocol.IP6ZONE, ip6.getScopedInterface().getName()));
            }
            components.add(new Component(MultiaddrProtocol.IP6, Bytes.wrap(ip6.getAddress())));
        } else {
            components.add(new Component(MultiaddrProtocol.IP4, Bytes.wrap(address.getAddress())));
        }
        return new Multiaddr(components);
    }

    private static Component textual(MultiaddrProtocol protocol, String value) {
        return new Component(protocol, Bytes.wrap(protocol.format().parse(value)));
    }

    /** {@link #socketAddress} of a TCP address. */
    public Optional<InetSocketAddress> tcpSocketAddress() {
        return socketAddress(MultiaddrProtocol.TCP);
    }

    /**
     * The socket address of {@code [/ip6zone/Z]/(ip4|ip6|dns|dns4|dns6)/H}, then {@code shape}, with or without {@code
     * /p2p/ID} behind it; unresolved for names. Empty for every other address, and for a zone that this machine does not
     * have.
     *
     * @param shape the first carries the port: {@code (TCP)}, {@code (UDP, QUIC_V1)}
     */
    public Optional<InetSocketAddress> socketAddress(MultiaddrProtocol... shape) {
        List<Component> rest = new ArrayList<>(peerId().isPresent() ? components.subList(0, size() - 1) : components);
        String zone = "";
        if (!rest.isEmpty() && rest.get(0).protocol() == MultiaddrProtocol.IP6ZONE) {
            zone = "%" + rest.remove(0).text();
        }
        if (rest.size() != 1 + shape.length
                || !rest.stream().skip(1).map(Component::protocol).toList().equals(List.of(shape))) {
            return Optional.empty();
        }
        Component host = rest.get(0);
        int port = Integer.parseInt(rest.get(1).text());
        return switch (host.protocol()) {
            case DNS, DNS4, DNS6 ->
                zone.isEmpty() ? Optional.of(InetSocketAddress.createUnresolved(host.text(), port)) : Optional.empty();
            case IP4 -> zone.isEmpty() ? literal(host, zone, port) : Optional.empty();
            case IP6 -> literal(host, zone, port);
            default -> Optional.empty();
        };
    }

    /** The IP address that this one begins with; empty if it begins with a name or anything else. */
    public Optional<InetAddress> ipAddress() {
        int at = !isEmpty() && components.get(0).protocol() == MultiaddrProtocol.IP6ZONE ? 1 : 0;
        if (at >= size()) {
            return Optional.empty();
        }
        Component host = components.get(at);
        return switch (host.protocol()) {
            case IP4, IP6 -> literal(host, "", 0).map(InetSocketAddress::getAddress);
            default -> Optional.empty();
        };
    }

    /** Whether it leads to the very machine that dials it, to a relay there perhaps. */
    public boolean isLoopback() {
        return ipAddress().filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** This address with {@code host} in place of its first component. */
    public Multiaddr withHost(InetAddress host) {
        List<Component> changed = new ArrayList<>(ofHost(host).components);
        changed.addAll(components.subList(1, size()));
        return new Multiaddr(changed);
    }

    private static Optional<InetSocketAddress> literal(Component host, String zone, int port) {
        try {
            InetAddress address = zone.isEmpty()
                    ? InetAddress.getByAddress(host.value().toByteArray())
                    : InetAddress.getByName(host.text() + zone); // a literal: nothing is looked up but the interface
            return Optional.of(new InetSocketAddress(address, port));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** The components from left to right. */
    public List<Component> components() {
        return components;
    }

    private int size() {
        return components.size();
    }

    public boolean isEmpty() {
        return components.isEmpty();
    }

    /** Whether a component of this kind is somewhere in the address. */
    public boolean has(MultiaddrProtocol protocol) {
        return components.stream().anyMatch(component -> component.protocol() == protocol);
    }

    /** The value of the first component of this kind, as text. */
    public Optional<String> valueOf(MultiaddrProtocol protocol) {
        return components.stream()
                .filter(component -> component.protocol() == protocol)
                .map(Component::text)
                .findFirst();
    }

    /** The peer that the address leads to: the value of a {@code /p2p} at its end. */
    public Optional<PeerId> peerId() {
        if (isEmpty() || components.get(size() - 1).protocol() != MultiaddrProtocol.P2P) {
            return Optional.empty();
        }
        return Optional.of(PeerId.fromBytes(components.get(size() - 1).value().toByteArray()));
    }

    /**
     * This address with {@code /p2p/peerId} at its end.
     *
     * @throws IllegalArgumentException if it ends in another peer's id
     */
    public Multiaddr withPeerId(PeerId peerId) {
        Optional<PeerId> present = peerId();
        if (present.isPresent() && !present.get().equals(peerId)) {
            throw new IllegalArgumentException(this + " is an address of another peer than " + peerId);
        }
        if (present.isPresent()) {
            return this;
        }
        List<Component> extended = new ArrayList<>(components);
        extended.add(new Component(MultiaddrProtocol.P2P, Bytes.wrap(peerId.toBytes())));
        return new Multiaddr(extended);
    }

    /** This address without the {@code /p2p} at its end, if it has one. */
    public Multiaddr withoutPeerId() {
        return peerId().isEmpty() ? this : new Multiaddr(components.subList(0, size() - 1));
    }

    /** {@code inner} behind this address. */
    public Multiaddr encapsulate(Multiaddr inner) {
        List<Component> both = new ArrayList<>(components);
        both.addAll(inner.components);
        return new Multiaddr(both);
    }

    /** What stands before the last occurrence of {@code inner}; this address if there is none. */
    public Multiaddr decapsulate(Multiaddr inner) {
        int at = Collections.lastIndexOfSubList(components, inner.components);
        return at < 0 ? this : new Multiaddr(components.subList(0, at));
    }

    private static Bytes encode(List<Component> components) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Component component : components) {
            Varint.write(out, component.protocol().code());
            byte[] value = component.value().toByteArray();
            if (component.protocol().hasVariableLength()) {
                Varint.write(out, value.length);
            }
            out.writeBytes(value);
        }
        return Bytes.wrap(out.toByteArray());
    }

    /** The binary form. */
    public byte[] toBytes() {
        return bytes.toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Multiaddr that && bytes.equals(that.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    /** The text form. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        components.forEach(text::append);
        return text.isEmpty() ? "/" : text.toString();
    }
}
